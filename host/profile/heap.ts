// SPDX-License-Identifier: MIT
/**
 * Builds the heap and allocs profiles: what each stack has allocated, and what of it is in use.
 *
 * The two are the same samples; they differ in what is shown first. The records hold what was
 * sampled, and the profile estimates from it what there was, as Go's does.
 *
 * @module
 */
import { nonEmpty, type Profile, type Sample, type Stack, type ValueType } from "./model.ts";

/** What one stack has allocated, and what of it was freed. */
export interface MemRecord extends Stack {
  readonly allocBytes: number;
  readonly freeBytes: number;
  readonly allocObjects: number;
  readonly freeObjects: number;
}

const SAMPLE_TYPES: readonly ValueType[] = [
  { type: "alloc_objects", unit: "count" },
  { type: "alloc_space", unit: "bytes" },
  { type: "inuse_objects", unit: "count" },
  { type: "inuse_space", unit: "bytes" },
];

/** What allocates while no code of the program runs is the host, passing values in. */
export const HEAP_BOTTOM = "runtime.host";

/** `rate`: bytes between two samples. readers show the last sample type unless told otherwise. */
export function heapProfile(
  records: readonly MemRecord[],
  rate: number,
  timeNanos: bigint,
): Profile {
  return {
    name: "heap",
    sampleTypes: SAMPLE_TYPES,
    periodType: { type: "space", unit: "bytes" },
    period: rate,
    samples: records.map((r) => heapSample(r, rate)),
    timeNanos,
    durationNanos: 0n,
  };
}

export function allocsProfile(
  records: readonly MemRecord[],
  rate: number,
  timeNanos: bigint,
): Profile {
  const profile = heapProfile(records, rate, timeNanos);
  return { ...profile, name: "allocs", defaultSampleType: "alloc_space" };
}

function heapSample(r: MemRecord, rate: number): Sample {
  const alloc = scaleHeapSample(r.allocObjects, r.allocBytes, rate);
  const inuse = scaleHeapSample(inUseObjects(r), inUseBytes(r), rate);
  const values = [...alloc, ...inuse];
  const bytes = r.allocObjects > 0 ? Math.floor(r.allocBytes / r.allocObjects) : 0;
  const sample = { ...nonEmpty(r, HEAP_BOTTOM), values };
  return bytes ? { ...sample, numLabels: { bytes } } : sample;
}

export function inUseBytes(r: MemRecord): number {
  return r.allocBytes - r.freeBytes;
}

export function inUseObjects(r: MemRecord): number {
  return r.allocObjects - r.freeObjects;
}

/** Divides by the probability that an object of the record's average size is sampled. */
export function scaleHeapSample(count: number, size: number, rate: number): [number, number] {
  if (count === 0 || size === 0) return [0, 0];
  if (rate <= 1) return [count, size];
  const scale = 1 / (1 - Math.exp(-(size / count) / rate));
  return [Math.trunc(count * scale), Math.trunc(size * scale)];
}

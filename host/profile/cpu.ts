// SPDX-License-Identifier: MIT
/**
 * Builds the CPU profile of samples.
 *
 * @module
 */
import { nonEmpty, type Profile, type Stack, type ValueType } from "./model.ts";

/** How many samples found one stack, with one set of labels. */
export interface CpuSample extends Stack {
  readonly count: number;
}

/** When, and how: times in nanoseconds. */
export interface CpuTimes {
  /** How long the program was at work. */
  readonly busy: number;
  readonly timeNanos: bigint;
  readonly durationNanos: bigint;
  /** Where samples were taken, if not where the program asks for the time. */
  readonly note?: string | undefined;
}

/** Nanoseconds between two samples: 100 Hz, as Go's. */
export const CPU_PERIOD = 10e6;

const CPU: ValueType = { type: "cpu", unit: "nanoseconds" };
/** Whose frames are missing, wherever samples are taken. */
export const FRAMELESS = "functions that keep no frame until they park or make a call count for their callers; build with --preempt to see them";
/** Who is at work when no goroutine is. */
const BOTTOM = "runtime.schedule";
const BLIND = "sampled where goroutines park, end, ask for memory or, if built with --preempt, loop: " +
  `what runs between two such places counts for the later one; ${FRAMELESS}`;

export function cpuProfile(samples: readonly CpuSample[], times: CpuTimes): Profile {
  const { busy, timeNanos, durationNanos } = times;
  const ms = (ns: number) => `${Math.round(ns / 1e6)} ms`;
  return {
    name: "cpu",
    sampleTypes: [{ type: "samples", unit: "count" }, CPU],
    periodType: CPU,
    period: CPU_PERIOD,
    samples: samples.map((s) => ({ ...nonEmpty(s, BOTTOM), values: [s.count, s.count * CPU_PERIOD] })),
    timeNanos,
    durationNanos,
    comments: [times.note ?? BLIND, `the program was at work for ${ms(busy)} of ${ms(Number(durationNanos))}`],
  };
}

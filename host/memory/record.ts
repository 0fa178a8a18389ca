// SPDX-License-Identifier: MIT
/**
 * Copies records out of linear memory.
 *
 * @module
 */
import {
  BLOCK_PROFILE_RECORD_CYCLES, BLOCK_PROFILE_RECORD_STK, BUCKET_ALLNEXT, BUCKET_COUNT, BUCKET_CYCLES, BUCKET_NSTK, BUCKET_STK, HEAP_CLASS_SIZE, MEM_PROFILE_RECORD_ALLOC_OBJECTS, MEM_PROFILE_RECORD_FREE_BYTES,
  GCSTATS_PAUSEENDS, GCSTATS_PAUSES, MEM_PROFILE_RECORD_FREE_OBJECTS, MEM_PROFILE_RECORD_STK,
  MEM_STATS_CPUFRACTION, MEM_STATS_NUMGC, MSTATS, NAMED_ENTRY_NEXT, NAMED_ENTRY_STK, NAMED_FIRST, NAMED_NAME, NAMED_NEXT, PAUSES, PROFILE_DEPTH, PROFILES, STACK_RECORD_DEPTH,
} from "../abi/layout.ts";
import { linked } from "./list.ts";
import { readString } from "./text.ts";
import type { MemoryView } from "./view.ts";

/** Copies `n` StackRecords, of `depth` pcs, at `ptr`: each stack innermost pc first, without the zeros behind it. */
export function readStackRecords(view: MemoryView, ptr: number, n: number, depth = STACK_RECORD_DEPTH): Uint32Array[] {
  const bytes = view.bytes(ptr, n * depth * 4);
  return Array.from({ length: n }, (_, i) => stackAt(bytes, i * depth * 4, depth));
}

/** Bytes of records whose stacks have PROFILE_DEPTH pcs. */
export const MEM_RECORD_SIZE = MEM_PROFILE_RECORD_STK + 4 * PROFILE_DEPTH;
const BLOCK_RECORD_SIZE = BLOCK_PROFILE_RECORD_STK + 4 * PROFILE_DEPTH;

/** A MemProfileRecord as it lies in memory. */
export interface RawMemProfileRecord {
  readonly allocBytes: number;
  readonly freeBytes: number;
  readonly allocObjects: number;
  readonly freeObjects: number;
  readonly stack: Uint32Array;
}

/** Copies `n` MemProfileRecords, of PROFILE_DEPTH pcs if `size` is not another, at `ptr`. */
export function readMemProfileRecords(
  view: MemoryView,
  ptr: number,
  n: number,
  size = MEM_RECORD_SIZE,
): RawMemProfileRecord[] {
  const bytes = view.bytes(ptr, n * size);
  const data = new DataView(bytes.buffer);
  return Array.from({ length: n }, (_, i) => {
    const at = i * size;
    const count = (field: number) => Number(data.getBigInt64(at + field, true));
    return {
      allocBytes: count(0),
      freeBytes: count(MEM_PROFILE_RECORD_FREE_BYTES),
      allocObjects: count(MEM_PROFILE_RECORD_ALLOC_OBJECTS),
      freeObjects: count(MEM_PROFILE_RECORD_FREE_OBJECTS),
      stack: stackAt(bytes, at + MEM_PROFILE_RECORD_STK, (size - MEM_PROFILE_RECORD_STK) / 4),
    };
  });
}

/** What one stack has waited, or has had others wait. */
export interface RawBlockProfileRecord {
  readonly count: number;
  /** Nanoseconds. */
  readonly cycles: number;
  readonly stack: Uint32Array;
}

/** Copies `n` BlockProfileRecords, of PROFILE_DEPTH pcs, at `ptr`. */
export function readBlockProfileRecords(view: MemoryView, ptr: number, n: number): RawBlockProfileRecord[] {
  const bytes = view.bytes(ptr, n * BLOCK_RECORD_SIZE);
  const data = new DataView(bytes.buffer);
  return Array.from({ length: n }, (_, i) => {
    const at = i * BLOCK_RECORD_SIZE;
    const [count, cycles] = [0, BLOCK_PROFILE_RECORD_CYCLES].map((field) => Number(data.getBigInt64(at + field, true)));
    return { count: count!, cycles: cycles!, stack: stackAt(bytes, at + BLOCK_PROFILE_RECORD_STK) };
  });
}

/** Copies the buckets of the block or mutex profile, whose list begins at `head`, as the guest's records of them are. */
export function readBlockBuckets(view: MemoryView, head: number): RawBlockProfileRecord[] {
  return linked(view, "the bucket", head, BUCKET_ALLNEXT).map((b) => ({
    count: Math.trunc(view.f64(b + BUCKET_COUNT)),
    cycles: Number(view.i64(b + BUCKET_CYCLES)),
    stack: new Uint32Array(view.bytes(b + BUCKET_STK, (view.u32(b + BUCKET_NSTK) & 0xffff) * 4).buffer),
  }));
}

/** A profile of the program's own: a stack for each value in it. */
export interface RawNamedProfile {
  readonly name: string;
  stacks(): Uint32Array[];
}

/** Lists the program's own profiles, the first made first. */
export function readNamedProfiles(view: MemoryView): RawNamedProfile[] {
  const list: RawNamedProfile[] = [];
  for (let p = view.u32(PROFILES); p; p = view.u32(p + NAMED_NEXT)) {
    list.unshift({ name: readString(view, view.u32(p + NAMED_NAME)), stacks: () => readEntries(view, view.u32(p + NAMED_FIRST)) });
  }
  return list;
}

function readEntries(view: MemoryView, first: number): Uint32Array[] {
  const stacks: Uint32Array[] = [];
  for (let e = first; e; e = view.u32(e + NAMED_ENTRY_NEXT)) {
    const stk = view.u32(e + NAMED_ENTRY_STK);
    stacks.push(new Uint32Array(view.bytes(stk, view.u32(stk - 4)).buffer));
  }
  return stacks;
}

function stackAt(bytes: Uint8Array<ArrayBuffer>, offset: number, depth = PROFILE_DEPTH): Uint32Array {
  const pcs = new Uint32Array(bytes.buffer, offset, depth);
  const end = pcs.indexOf(0);
  return pcs.slice(0, end < 0 ? depth : end);
}

const MEM_STATS_BYTES = [
  "alloc", "totalAlloc", "sys", "mallocs", "frees", "heapAlloc", "heapSys", "heapIdle", "heapInuse",
  "heapObjects", "stackInuse", "buckHashSys", "gcSys", "otherSys", "nextGC", "lastGC",
] as const;

/** What the last 256 collections have kept the program from running. */
export interface Pauses {
  /** The longest stop of collection n is at (n + 255) % 256. */
  readonly pauseNs: number[];
  /** When its last one ended, in nanoseconds since 1970. */
  readonly pauseEnd: number[];
}

/** What the guest's MemStats says; the fields are explained there. */
export type MemStats = Record<(typeof MEM_STATS_BYTES)[number], number> & Pauses & {
  readonly numGC: number;
  readonly numForcedGC: number;
  readonly pauseTotalNs: number;
  /** Of the time since the program's start until its last collection, what pauses took: 0 to 1. */
  readonly gcCPUFraction: number;
};

/** Copies the numbers of the MemStats at `ptr`, and the pauses from where they lie. */
export function readMemStats(view: MemoryView, ptr: number): MemStats {
  const u64 = (at: number) => Number(view.i64(at)); // none is near 2⁶³
  const bytes = MEM_STATS_BYTES.map((name, i) => [name, u64(ptr + i * 8)]);
  return {
    ...(Object.fromEntries(bytes) as Record<(typeof MEM_STATS_BYTES)[number], number>),
    numGC: view.u32(ptr + MEM_STATS_NUMGC),
    numForcedGC: view.u32(ptr + MEM_STATS_NUMGC + 4),
    pauseTotalNs: u64(ptr + MEM_STATS_NUMGC + 8),
    ...readPauses(view),
    gcCPUFraction: view.f64(ptr + MEM_STATS_CPUFRACTION),
  };
}

/** Copies what is known of the latest collections. */
export function readPauses(view: MemoryView): Pauses {
  const [pauseNs, pauseEnd] = [GCSTATS_PAUSES, GCSTATS_PAUSEENDS].map((at) =>
    Array.from({ length: PAUSES }, (_, i) => Number(view.i64(MSTATS + at + i * 8))));
  return { pauseNs: pauseNs!, pauseEnd: pauseEnd! };
}

/** Objects and bytes of one class. */
export interface HeapClass {
  readonly id: number;
  readonly objects: number;
  readonly bytes: number;
}

/** Copies n HeapClasses at `ptr`, without those of which there is no object. */
export function readHeapClasses(view: MemoryView, ptr: number, n: number): HeapClass[] {
  const all = Array.from({ length: n }, (_, id) => {
    const at = ptr + id * HEAP_CLASS_SIZE;
    return { id, objects: Number(view.i64(at)), bytes: Number(view.i64(at + 8)) };
  });
  return all.filter(({ objects }) => objects > 0);
}

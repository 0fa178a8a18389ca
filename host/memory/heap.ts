// SPDX-License-Identifier: MIT
/**
 * Reads the memory profile and the heap's statistics in the bytes of a memory: with no running
 * program, without calling one.
 *
 * It comes to what runtime.memProfile and runtime.readMemStats tell in the guest (profile/mprof.ts,
 * api/runtime.ts), by the addresses and shapes of shared/layout.ts.
 *
 * @module
 */
import { AbiError } from "../abi/errors.ts";
import {
  BUCKET_ALLNEXT, BUCKET_NSTK, MEM_BUCKET_ALLOCS, MEM_BUCKET_RECENT, MEM_BUCKET_STK, GCSTATS_PAUSES, GCSTATS_TOTAL, MCACHE, MHEAP, MHEAP_BLOCK,
  MHEAP_BUCKETBYTES, MHEAP_FREE, MHEAP_GCBLOCKS, MHEAP_GOAL, MHEAP_NMALLOC, MHEAP_PERSISTENT, MHEAP_SPANBLOCKS, MPROF,
  MPROF_COLLECTED, MSTATS, PROFILE_DEPTH, SAMPLER, SAMPLER_RATE, SAMPLER_RESTS, SIZE_CLASSES, SPAN_ELEMSIZE, SPANS,
} from "../abi/layout.ts";
import type { MemStats, RawMemProfileRecord } from "./record.ts";
import type { MemoryView } from "./view.ts";

const PAUSES = 256;

/** The memory profile as it lies in memory: as of the last completed collection. */
export interface MemProfile {
  readonly records: readonly RawMemProfileRecord[];
  /** Bytes between two samples. */
  readonly rate: number;
}

/** Reads the bucket of each stack, the latest first. Throws AbiError where memory is not what the layout says. */
export function readMemProfile(view: MemoryView): MemProfile {
  // Before the first collection nothing has been freed: what is recent counts too.
  const recent = view.u8(MPROF + MPROF_COLLECTED) === 0;
  const buckets = new Set<number>();
  for (let b = view.u32(MPROF); b; b = view.u32(b + BUCKET_ALLNEXT)) {
    if (buckets.has(b)) throw new AbiError(`the bucket at 0x${b.toString(16)} is in the list of all twice`);
    buckets.add(b);
  }
  return { records: [...buckets].map((b) => readBucket(view, b, recent)), rate: view.i32(SAMPLER + SAMPLER_RATE) };
}

function readBucket(view: MemoryView, b: number, recent: boolean): RawMemProfileRecord {
  const depth = view.u32(b + BUCKET_NSTK) & 0xffff;
  if (depth > PROFILE_DEPTH) throw new AbiError(`the bucket at 0x${b.toString(16)} has ${depth} pcs`);
  const count = (i: number) => Number(view.i64(b + MEM_BUCKET_ALLOCS + 8 * i)) + (recent ? view.u32(b + MEM_BUCKET_RECENT + 4 * i) : 0);
  return {
    allocObjects: count(0),
    freeObjects: count(1),
    allocBytes: count(2),
    freeBytes: count(3),
    stack: Uint32Array.from({ length: depth }, (_, i) => view.u32(b + MEM_BUCKET_STK + 4 * i)),
  };
}

/** Reads what the allocator and the collector have done. Throws AbiError where memory is not what the layout says. */
export function readHeapStats(view: MemoryView): MemStats {
  const u64 = (at: number) => Number(view.i64(at));
  const blocks = (field: number) => view.u32(MHEAP + field) * MHEAP_BLOCK;
  const [nmalloc, totalBytes, frees, freed] = [0, 8, 16, 24].map((i) => u64(MHEAP + MHEAP_NMALLOC + i)) as [number, number, number, number];
  const cached = readCached(view);
  const [mallocs, totalAlloc] = [nmalloc - cached.cells, totalBytes - cached.bytes];
  const [heapInuse, heapIdle, gcSys] = [blocks(MHEAP_SPANBLOCKS), blocks(MHEAP_FREE), blocks(MHEAP_GCBLOCKS)];
  const buckHashSys = view.u32(MHEAP + MHEAP_BUCKETBYTES);
  const persistent = blocks(MHEAP_PERSISTENT);
  const heapSys = heapInuse + heapIdle;
  return {
    alloc: totalAlloc - freed, totalAlloc, sys: view.size, mallocs, frees,
    heapAlloc: totalAlloc - freed, heapSys, heapIdle, heapInuse, heapObjects: mallocs - frees,
    stackInuse: persistent - buckHashSys, buckHashSys, gcSys, otherSys: view.size - heapSys - persistent - gcSys,
    nextGC: view.u32(MHEAP + MHEAP_GOAL), lastGC: Math.trunc(view.f64(MSTATS + GCSTATS_TOTAL + 8)),
    numGC: view.u32(MSTATS), numForcedGC: view.u32(MSTATS + 4), pauseTotalNs: Math.trunc(view.f64(MSTATS + GCSTATS_TOTAL)),
    pauseNs: Array.from({ length: PAUSES }, (_, i) => u64(MSTATS + GCSTATS_PAUSES + 8 * i)),
    gcCPUFraction: view.f64(MSTATS + GCSTATS_TOTAL + 16),
  };
}

/** Cells on the lists of the mcache: counted as allocated, and not objects. */
function readCached(view: MemoryView): { cells: number; bytes: number } {
  let [cells, bytes] = [0, 0];
  for (let sc = 1; sc < SIZE_CLASSES; sc++) {
    const n = listLength(view, MCACHE + 4 * sc) + listLength(view, SAMPLER + SAMPLER_RESTS + 4 * sc);
    if (!n) continue;
    const span = view.u32(SPANS + 4 * sc);
    if (!span) throw new AbiError(`size class ${sc} has free cells and no span`);
    cells += n;
    bytes += n * view.u32(span + SPAN_ELEMSIZE);
  }
  return { cells, bytes };
}

/** Counts a list of free cells, which is no longer than its span. */
function listLength(view: MemoryView, head: number): number {
  let n = 0;
  for (let cell = view.u32(head); cell; cell = view.u32(cell)) {
    if (++n > MHEAP_BLOCK) throw new AbiError(`the list of free cells at 0x${head.toString(16)} does not end`);
  }
  return n;
}

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
  BUCKET_ALLNEXT, BUCKET_NSTK, CELL, GCSTATS_TOTAL, MCACHE, MEDIUM_CLASS, MEM_BUCKET_ALLOCS, MEM_BUCKET_RECENT, MEM_BUCKET_STK, MHEAP, MHEAP_BLOCK,
  MHEAP_BUCKETBYTES, MHEAP_FREE, MHEAP_GCBLOCKS, MHEAP_GOAL, MHEAP_NMALLOC, MHEAP_PERSISTENT, MHEAP_SPANBLOCKS, MHEAP_STACKBYTES, MIXED_CLASS, MPROF,
  MPROF_COLLECTED, MSTATS, PROFILE_DEPTH, SAMPLER, SAMPLER_RATE, SAMPLER_RESTS, SIZE_CLASSES, SPAN_CLASS, SPAN_ELEMSIZE, SPAN_FIRST, SPAN_MARKGEN,
  SPAN_MARKS, SPAN_MARKS_SIZE, SPAN_NELEMS, SPAN_SWEEPGEN,
} from "../abi/layout.ts";
import { linked } from "./list.ts";
import { type MemStats, type RawMemProfileRecord, readPauses } from "./record.ts";
import type { MemoryView } from "./view.ts";

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
  return { records: linked(view, "the bucket", MPROF, BUCKET_ALLNEXT).map((b) => readBucket(view, b, recent)), rate: view.i32(SAMPLER + SAMPLER_RATE) };
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
  // What is taken off first: where the program goes on meanwhile, no difference is below 0.
  const [frees, freed] = [u64(MHEAP + MHEAP_NMALLOC + 16), u64(MHEAP + MHEAP_NMALLOC + 24)];
  const cached = readCached(view);
  const mixed = view.u32(MCACHE); // objects cut out of runs that go on
  const [nmalloc, totalBytes] = [u64(MHEAP + MHEAP_NMALLOC), u64(MHEAP + MHEAP_NMALLOC + 8)];
  const [mallocs, totalAlloc] = [nmalloc + mixed - cached.cells, totalBytes - cached.bytes];
  const [heapInuse, heapIdle, gcSys] = [blocks(MHEAP_SPANBLOCKS), blocks(MHEAP_FREE), blocks(MHEAP_GCBLOCKS)];
  const buckHashSys = view.u32(MHEAP + MHEAP_BUCKETBYTES);
  const stackInuse = blocks(MHEAP_PERSISTENT) - buckHashSys + view.u32(MHEAP + MHEAP_STACKBYTES);
  const heapSys = heapInuse + heapIdle;
  return {
    alloc: totalAlloc - freed, totalAlloc, sys: view.size, mallocs, frees,
    heapAlloc: totalAlloc - freed, heapSys, heapIdle, heapInuse, heapObjects: mallocs - frees,
    stackInuse, buckHashSys, gcSys, otherSys: view.size - heapSys - stackInuse - buckHashSys - gcSys,
    nextGC: view.u32(MHEAP + MHEAP_GOAL), lastGC: Math.trunc(view.f64(MSTATS + GCSTATS_TOTAL + 8)),
    numGC: view.u32(MSTATS), numForcedGC: view.u32(MSTATS + 4), pauseTotalNs: Math.trunc(view.f64(MSTATS + GCSTATS_TOTAL)),
    ...readPauses(view),
    gcCPUFraction: view.f64(MSTATS + GCSTATS_TOTAL + 16),
  };
}

/** Cells of the mcache: counted as allocated, and not objects. */
function readCached(view: MemoryView): { cells: number; bytes: number } {
  let [cells, bytes] = [0, 0];
  for (let sc = 1; sc < SIZE_CLASSES; sc++) {
    const first = view.u32(MCACHE + 8 * sc);
    if (!first) continue;
    const span = cellSpan(view, sc, first);
    if (sc >= MIXED_CLASS && sc < MEDIUM_CLASS) {
      bytes += (view.u32(SAMPLER + SAMPLER_RESTS + 4 * sc) || view.u32(MCACHE + 8 * sc + 4)) - first;
      continue;
    }
    const n = countFree(view, span, first);
    cells += n;
    bytes += n * span.elemsize;
  }
  return { cells, bytes };
}

/** Where a cell lies. */
interface CellSpan {
  readonly address: number;
  readonly elemsize: number;
  /** Behind its last cell. */
  readonly end: number;
  /** How many bytes a bit of its marks stands for, as a power of two. */
  readonly unit: number;
}

/** Finds the span of which a cell, or the last one's end, is at `ptr`. Throws AbiError unless it is one of class `sc`. */
function cellSpan(view: MemoryView, sc: number, ptr: number): CellSpan {
  const medium = sc >= MEDIUM_CLASS;
  const within = ptr - CELL;
  const address = within - within % (medium ? 4 * MHEAP_BLOCK : MHEAP_BLOCK);
  const [elemsize, nelems] = [view.u32(address + SPAN_ELEMSIZE), view.u32(address + SPAN_NELEMS)];
  const first = address + SPAN_FIRST;
  const isCell = nelems <= 8 * SPAN_MARKS_SIZE && ptr >= first && ptr <= first + nelems * elemsize && (ptr - first) % elemsize === 0;
  if (!isCell || view.i32(address + SPAN_CLASS) !== sc) throw new AbiError(`the free cell at 0x${ptr.toString(16)} is in no span of size class ${sc}`);
  return { address, elemsize, end: first + nelems * elemsize, unit: medium ? 6 : 4 };
}

/** Counts the cells from `ptr` on that were free when their span was swept, as countfree does in the guest: no list is walked. */
function countFree(view: MemoryView, { address, elemsize, end, unit }: CellSpan, ptr: number): number {
  const [swept, marked] = [view.u32(address + SPAN_SWEEPGEN), view.u32(address + SPAN_MARKGEN)];
  if (marked !== swept && marked !== swept + 1) return (end - ptr) / elemsize;
  const marks = address + SPAN_MARKS + (swept & 1) * SPAN_MARKS_SIZE;
  let n = 0;
  for (let cell = ptr; cell < end; cell += elemsize) {
    const bit = (cell - address) >> unit;
    if (!(view.u8(marks + (bit >> 3)) >> (bit & 7) & 1)) n++;
  }
  return n;
}

// SPDX-License-Identifier: MIT
// The numbers of runtime.MemStats, for the program and for its host.
//
// A host reads the arrays of pauses where they lie: so the program that never asks has none of the code that copies
// them, and to be asked by a host allocates nothing.

import { MEM_STATS_CPUFRACTION, MEM_STATS_NUMGC, MEM_STATS_SIZE } from "../shared/layout";
import { BLOCK_SHIFT, mheap, stackinuse } from "../memory/mheap";
import { mixedobjects } from "../memory/mixed";
import { cached, gcstats } from "../memory/mstats";

/** Bytes, counts of objects, nanoseconds. sys = heapSys + stackInuse + buckHashSys + gcSys + otherSys. */
export class MemNumbers {
  alloc: u64; // objects that live, or died since the last collection
  totalAlloc: u64; // all there ever were
  sys: u64; // the whole linear memory
  mallocs: u64; // objects that were made
  frees: u64; // of which the collections have found dead
  heapAlloc: u64; // alloc
  heapSys: u64; // heapInuse + heapIdle
  heapIdle: u64; // blocks that nothing has
  heapInuse: u64; // spans of objects, their headers included
  heapObjects: u64; // mallocs − frees
  stackInuse: u64; // goroutines and their stacks
  buckHashSys: u64; // profile buckets
  gcSys: u64; // the collector's mark stack and copies of arrays
  otherSys: u64; // static data, the running stack, raw blocks
  nextGC: u64; // the goal of the next collection
  lastGC: u64; // when the last one ended, since 1970
  numGC: u32; // collections that have ended
  numForcedGC: u32; // of which the program asked for
  pauseTotalNs: u64; // all that collections have kept the program from running
  gcCPUFraction: f64; // as of the last collection: of the time since the start, what pauseTotalNs takes
}

if (offsetof<MemNumbers>("numGC") != MEM_STATS_NUMGC) ERROR("shared/layout.ts is stale: MemStats.numGC");
if (offsetof<MemNumbers>("gcCPUFraction") != MEM_STATS_CPUFRACTION) ERROR("shared/layout.ts is stale: MemStats.gcCPUFraction");
if (offsetof<MemNumbers>() != MEM_STATS_SIZE) ERROR("shared/layout.ts is stale: MemStats");

/** Fills m. Never parks, never allocates. */
export function readnumbers(m: MemNumbers): void {
  const onlists = cached(false);
  m.mallocs = mheap.nmalloc + mixedobjects() - onlists;
  m.frees = mheap.nfree;
  m.heapObjects = m.mallocs - m.frees;
  m.totalAlloc = mheap.totalalloc - cached(true);
  m.alloc = m.heapAlloc = m.totalAlloc - mheap.totalfree;
  m.sys = <u64>memory.size() << 16;
  m.heapInuse = <u64>mheap.spanblocks << BLOCK_SHIFT;
  m.heapIdle = <u64>mheap.free << BLOCK_SHIFT;
  m.heapSys = m.heapInuse + m.heapIdle;
  m.buckHashSys = mheap.bucketbytes;
  m.stackInuse = stackinuse();
  m.gcSys = <u64>mheap.gcblocks << BLOCK_SHIFT;
  m.otherSys = m.sys - m.heapSys - m.stackInuse - m.buckHashSys - m.gcSys;
  m.nextGC = mheap.goal;
  m.lastGC = <u64>gcstats.lastgc;
  m.numGC = gcstats.numgc;
  m.numForcedGC = gcstats.numforced;
  m.pauseTotalNs = <u64>gcstats.total;
  m.gcCPUFraction = gcstats.cpufraction;
}

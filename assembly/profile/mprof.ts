// SPDX-License-Identifier: MIT
// The memory profile: what was allocated and freed, by the stack that allocated it.
//
// memory/sample.ts chooses which allocations count. A bucket (bucket.ts) holds the counts of one stack.
// Allocations and frees count into its recent_* first; when a collection is done, MProf_GC adds these to the totals. So a profile shows the state as of the last completed collection,
// in which nothing is allocated whose free is not known: else a profile would be full of garbage
// that the collector just has not looked for.
//
// A sampled object is freed when a collection finds it without a mark. That is seen here, when all
// marks are set and before the sweep, so it does not matter when a cell is swept and used again.

import {
  MEM_PROFILE_RECORD_ALLOC_OBJECTS, MEM_PROFILE_RECORD_FREE_BYTES, MEM_PROFILE_RECORD_FREE_OBJECTS,
  MEM_PROFILE_RECORD_STK, MPROF, PROFILE_DEPTH
} from "../shared/layout";
import { ismarked } from "../memory/mbitmap";
import { starttheworld, stoptheworld } from "../sync/world";
import { tracedg } from "../sys/types";
import { AddrEntry, bucketalloc, copystack, MemBucket, memProfile, Mprof, mprof, samestack, stkbucket, stkof } from "./bucket";
import { unwind } from "./traceback";

/** As the host reads it. */
@unmanaged class MemProfileRecord {
  alloc_bytes: i64;
  free_bytes: i64;
  alloc_objects: i64;
  free_objects: i64;
}

if (offsetof<MemProfileRecord>("free_bytes") != MEM_PROFILE_RECORD_FREE_BYTES) ERROR("shared/layout.ts is stale: free_bytes");
if (offsetof<MemProfileRecord>("alloc_objects") != MEM_PROFILE_RECORD_ALLOC_OBJECTS) ERROR("shared/layout.ts is stale: alloc_objects");
if (offsetof<MemProfileRecord>("free_objects") != MEM_PROFILE_RECORD_FREE_OBJECTS) ERROR("shared/layout.ts is stale: free_objects");
if (offsetof<MemProfileRecord>() != MEM_PROFILE_RECORD_STK) ERROR("shared/layout.ts is stale: stk");

// @ts-ignore: decorator
@inline const RECENT: u32 = 64;
/** Buckets by the low bits of their innermost pc. */
const recent = memory.data(<i32>RECENT << 2, 8);
/** The pcs of the allocation that is being counted. */
const stack = memory.data(PROFILE_DEPTH << 2, 8);

/** Remembers whose allocation an object is, until it is freed. */
// @ts-ignore: decorator
@inline function setprofilebucket(e: AddrEntry, p: usize, b: MemBucket, size: usize): void {
  e.addr = p;
  e.b = b;
  e.size = size;
  e.next = mprof.addrs;
  mprof.addrs = e;
}

/** One of the free entries; null if there is no memory for one more. */
// @ts-ignore: decorator
@inline function freeentry(): AddrEntry | null {
  const e = mprof.addrfree;
  if (e) return e;
  const fresh = changetype<AddrEntry | null>(bucketalloc(offsetof<AddrEntry>()));
  if (fresh) fresh.next = null;
  return mprof.addrfree = fresh;
}

/** The bucket of the stack of n pcs in `stack`: mostly the one that its innermost call had the last time. */
function runningbucket(n: i32): MemBucket | null {
  let slot = recent;
  if (n) slot += <usize>(load<u32>(stack) & RECENT - 1) << 2;
  const recently = changetype<MemBucket | null>(load<usize>(slot));
  if (recently && recently.nstk == n && samestack(stkof(recently, memProfile), stack, <usize>n << 2)) return recently;
  const b = stkbucket(memProfile, stack, n);
  store<usize>(slot, changetype<usize>(b));
  return changetype<MemBucket | null>(b);
}

/** Counts an allocation of `size` bytes at p to the running stack, if there is memory for that. Never collects. */
export function MProf_Malloc(p: usize, size: usize): void {
  const e = freeentry();
  const b = runningbucket(unwind(tracedg(), stack, PROFILE_DEPTH));
  if (!b || !e) return;
  mprof.addrfree = e.next;
  ++b.recent_allocs;
  b.recent_alloc_bytes += size;
  setprofilebucket(e, p, b, size);
}

/** Counts a free. */
// @ts-ignore: decorator
@inline function MProf_Free(e: AddrEntry): void {
  const b = e.b;
  ++b.recent_frees;
  b.recent_free_bytes += e.size;
}

/** Counts the frees of a collection, whose marks are all set, and completes the totals. World stopped. Never allocates. */
export function MProf_GC(): void {
  freeunmarked();
  publish();
  mprof.collected = true;
}

/** Forgets sampled objects without a mark. */
function freeunmarked(): void {
  let link = MPROF + offsetof<Mprof>("addrs");
  let e = changetype<AddrEntry | null>(load<usize>(link));
  while (e) {
    const next = e.next;
    if (ismarked(e.addr)) link = changetype<usize>(e);
    else {
      MProf_Free(e);
      store<usize>(link, changetype<usize>(next));
      e.next = mprof.addrfree;
      mprof.addrfree = e;
    }
    e = next;
  }
}

if (offsetof<AddrEntry>("next") != 0) ERROR("freeunmarked takes an entry for its link");

/** Adds what is recent to the totals. */
function publish(): void {
  let next = mprof.mbuckets;
  while (next) {
    const b = changetype<MemBucket>(next);
    b.allocs += b.recent_allocs;
    b.frees += b.recent_frees;
    b.alloc_bytes += b.recent_alloc_bytes;
    b.free_bytes += b.recent_free_bytes;
    b.recent_allocs = b.recent_frees = 0;
    b.recent_alloc_bytes = b.recent_free_bytes = 0;
    next = b.allnext;
  }
}

/**
 * Writes one MemProfileRecord per stack to p, with room for `depth` pcs, if there are at most `max`; returns how many there are.
 * Without inuseZero, only stacks that have something in use. World stopped. Never allocates.
 */
export function memprofile(p: usize, max: i32, inuseZero: bool, depth: i32): i32 {
  stoptheworld();
  complete();
  const n = eachbucket(0, inuseZero, depth);
  if (n <= max) eachbucket(p, inuseZero, depth);
  starttheworld();
  return n;
}

/** The latest bucket, from which allnext leads to all, complete as of the last collection. World stopped. Never allocates. */
export function allbuckets(): MemBucket | null {
  complete();
  return changetype<MemBucket | null>(mprof.mbuckets);
}

// @ts-ignore: decorator
@inline function complete(): void {
  // Before the first collection nothing has been freed: the profile is complete as it is.
  if (!mprof.collected) publish();
}

/** Counts the buckets that a profile shows, and writes their records to p, if it is not 0. */
function eachbucket(p: usize, inuseZero: bool, depth: i32): i32 {
  let n = 0;
  let next = mprof.mbuckets;
  while (next) {
    const b = changetype<MemBucket>(next);
    if (inuseZero || b.alloc_bytes != b.free_bytes) {
      ++n;
      if (p) {
        record(b, p, depth);
        p += MEM_PROFILE_RECORD_STK + (<usize>depth << 2);
      }
    }
    next = b.allnext;
  }
  return n;
}

/** Writes the MemProfileRecord of a bucket to p, with room for `depth` pcs. Never allocates. */
export function record(b: MemBucket, p: usize, depth: i32): void {
  const r = changetype<MemProfileRecord>(p);
  r.alloc_bytes = b.alloc_bytes;
  r.free_bytes = b.free_bytes;
  r.alloc_objects = b.allocs;
  r.free_objects = b.frees;
  copystack(p + MEM_PROFILE_RECORD_STK, b, memProfile, depth);
}

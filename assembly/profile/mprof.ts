// SPDX-License-Identifier: MIT
// The memory profile: what was allocated and freed, by the stack that allocated it.
//
// memory/sample.ts chooses which allocations count. A bucket holds the counts of one stack, off the
// collected heap. Allocations and frees count into its recent_* first; when a collection is done,
// MProf_GC adds these to the totals. So a profile shows the state as of the last completed collection,
// in which nothing is allocated whose free is not known: else a profile would be full of garbage
// that the collector just has not looked for.
//
// A sampled object is freed when a collection finds it without a mark. That is seen here, when all
// marks are set and before the sweep, so it does not matter when a cell is swept and used again.

import {
  BUCKET_ALLNEXT, BUCKET_ALLOCS, BUCKET_NSTK, BUCKET_RECENT, BUCKET_STK, MEM_PROFILE_RECORD_ALLOC_OBJECTS,
  MEM_PROFILE_RECORD_FREE_BYTES, MEM_PROFILE_RECORD_FREE_OBJECTS, MEM_PROFILE_RECORD_SIZE, MEM_PROFILE_RECORD_STK, M0,
  MPROF, MPROF_COLLECTED, STACK_RECORD_DEPTH
} from "../shared/layout";
import { ismarked } from "../memory/mbitmap";
import { mheap } from "../memory/mheap";
import { persistentalloc } from "../memory/persistentalloc";
import { starttheworld, stoptheworld } from "../sync/world";
import { tracedg } from "../sys/types";
import { unwind } from "./traceback";

/** The counts of one stack. Lives for ever. The pcs follow, innermost first. */
@unmanaged export class Bucket {
  next: Bucket | null; // of the same hash
  allnext: Bucket | null; // of all
  hash: u32;
  nstk: i32;
  allocs: u64; // as of the last collection
  frees: u64;
  alloc_bytes: u64;
  free_bytes: u64;
  recent_allocs: u32; // since the last collection; MProf_GC adds them to allocs
  recent_frees: u32;
  recent_alloc_bytes: usize;
  recent_free_bytes: usize;
}

// @ts-ignore: decorator
@inline const STK: usize = offsetof<Bucket>();

/** A sampled object that no collection has found dead. */
@unmanaged class AddrEntry {
  next: AddrEntry | null;
  addr: usize;
  b: Bucket;
  size: usize;
}

@unmanaged class Mprof {
  mbuckets: Bucket | null; // all, the latest first
  buckhash: usize; // heads of lists by hash; 0 before the first sample
  addrs: AddrEntry | null; // all, the latest first
  addrfree: AddrEntry | null;
  collected: bool; // a collection has been completed
}

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
if (offsetof<Mprof>("collected") != MPROF_COLLECTED) ERROR("shared/layout.ts is stale: Mprof.collected");
if (offsetof<Bucket>("allnext") != BUCKET_ALLNEXT) ERROR("shared/layout.ts is stale: Bucket.allnext");
if (offsetof<Bucket>("nstk") != BUCKET_NSTK) ERROR("shared/layout.ts is stale: Bucket.nstk");
if (offsetof<Bucket>("allocs") != BUCKET_ALLOCS) ERROR("shared/layout.ts is stale: Bucket.allocs");
if (offsetof<Bucket>("recent_allocs") != BUCKET_RECENT) ERROR("shared/layout.ts is stale: Bucket.recent_allocs");
if (offsetof<Bucket>() != BUCKET_STK) ERROR("shared/layout.ts is stale: Bucket.stk");
if (MPROF + offsetof<Mprof>() > M0) ERROR("Mprof runs into M 0");

// @ts-ignore: decorator
@inline const mprof = changetype<Mprof>(MPROF);
// @ts-ignore: decorator
@inline const BUCKHASHSIZE: u32 = 8192;
// @ts-ignore: decorator
@inline const RECENT: u32 = 64;
/** Buckets by the low bits of their innermost pc. */
const recent = memory.data(<i32>RECENT << 2, 8);
/** The pcs of the allocation that is being counted. */
const stack = memory.data(STACK_RECORD_DEPTH << 2, 8);

/** Memory for what the profile keeps. */
function bucketalloc(size: usize): usize {
  mheap.bucketbytes += size;
  return persistentalloc(size);
}

/** The bucket of a stack, null if there is none; `alloc` makes it. Never collects. */
export function stkbucket(stk: usize, nstk: i32, alloc: bool): Bucket | null {
  if (!mprof.buckhash) {
    if (!alloc) return null;
    mprof.buckhash = bucketalloc(BUCKHASHSIZE << 2);
    memory.fill(mprof.buckhash, 0, BUCKHASHSIZE << 2);
  }
  const size = <usize>nstk << 2;
  const hash = hashstack(stk, size);
  const head = mprof.buckhash + (hash % BUCKHASHSIZE << 2);
  let b = changetype<Bucket | null>(load<usize>(head));
  while (b) {
    if (b.hash == hash && b.nstk == nstk && samestack(changetype<usize>(b) + STK, stk, size)) return b;
    b = b.next;
  }
  return alloc ? newbucket(head, hash, stk, nstk) : null;
}

function hashstack(stk: usize, size: usize): u32 {
  let h: u32 = 0;
  for (let i: usize = 0; i < size; i += 4) {
    h = (h ^ load<u32>(stk + i)) * 0x9e3779b1;
    h ^= h >> 15;
  }
  return h;
}

function samestack(a: usize, b: usize, size: usize): bool {
  for (let i: usize = 0; i < size; i += 4) {
    if (load<u32>(a + i) != load<u32>(b + i)) return false;
  }
  return true;
}

function newbucket(head: usize, hash: u32, stk: usize, nstk: i32): Bucket {
  const ptr = bucketalloc(STK + (<usize>nstk << 2) + 7 & ~7);
  memory.fill(ptr, 0, STK);
  memory.copy(ptr + STK, stk, <usize>nstk << 2);
  const b = changetype<Bucket>(ptr);
  b.hash = hash;
  b.nstk = nstk;
  b.next = changetype<Bucket | null>(load<usize>(head));
  store<usize>(head, ptr);
  b.allnext = mprof.mbuckets;
  mprof.mbuckets = b;
  return b;
}

/** Remembers whose allocation an object is, until it is freed. */
function setprofilebucket(p: usize, b: Bucket, size: usize): void {
  const e = newaddrentry();
  e.addr = p;
  e.b = b;
  e.size = size;
  e.next = mprof.addrs;
  mprof.addrs = e;
}

// @ts-ignore: decorator
@inline function newaddrentry(): AddrEntry {
  const e = mprof.addrfree;
  if (!e) return changetype<AddrEntry>(bucketalloc(offsetof<AddrEntry>()));
  mprof.addrfree = e.next;
  return e;
}

/** The bucket of the stack of n pcs in `stack`: mostly the one that its innermost call had the last time. */
function runningbucket(n: i32): Bucket {
  let slot = recent;
  if (n) slot += <usize>(load<u32>(stack) & RECENT - 1) << 2;
  let b = changetype<Bucket | null>(load<usize>(slot));
  if (b && b.nstk == n && samestack(changetype<usize>(b) + STK, stack, <usize>n << 2)) return b;
  b = stkbucket(stack, n, true);
  store<usize>(slot, changetype<usize>(b));
  return changetype<Bucket>(b);
}

/** Counts an allocation of `size` bytes at p to the running stack. Never collects. */
export function MProf_Malloc(p: usize, size: usize): void {
  const b = runningbucket(unwind(tracedg(), stack, STACK_RECORD_DEPTH));
  ++b.recent_allocs;
  b.recent_alloc_bytes += size;
  setprofilebucket(p, b, size);
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
  let b = mprof.mbuckets;
  while (b) {
    b.allocs += b.recent_allocs;
    b.frees += b.recent_frees;
    b.alloc_bytes += b.recent_alloc_bytes;
    b.free_bytes += b.recent_free_bytes;
    b.recent_allocs = b.recent_frees = 0;
    b.recent_alloc_bytes = b.recent_free_bytes = 0;
    b = b.allnext;
  }
}

/**
 * Writes one MemProfileRecord per stack to p if there are at most `max`; returns how many there are.
 * Without inuseZero, only stacks that have something in use. World stopped. Never allocates.
 */
export function memprofile(p: usize, max: i32, inuseZero: bool): i32 {
  stoptheworld();
  complete();
  const n = eachbucket(0, inuseZero);
  if (n <= max) eachbucket(p, inuseZero);
  starttheworld();
  return n;
}

/** The latest bucket, from which allnext leads to all, complete as of the last collection. World stopped. Never allocates. */
export function allbuckets(): Bucket | null {
  complete();
  return mprof.mbuckets;
}

// @ts-ignore: decorator
@inline function complete(): void {
  // Before the first collection nothing has been freed: the profile is complete as it is.
  if (!mprof.collected) publish();
}

/** Counts the buckets that a profile shows, and writes their records to p, if it is not 0. */
function eachbucket(p: usize, inuseZero: bool): i32 {
  let n = 0;
  let b = mprof.mbuckets;
  while (b) {
    if (inuseZero || b.alloc_bytes != b.free_bytes) {
      ++n;
      if (p) {
        record(b, p);
        p += MEM_PROFILE_RECORD_SIZE;
      }
    }
    b = b.allnext;
  }
  return n;
}

/** Writes the MemProfileRecord of a bucket to p. Never allocates. */
export function record(b: Bucket, p: usize): void {
  const r = changetype<MemProfileRecord>(p);
  r.alloc_bytes = b.alloc_bytes;
  r.free_bytes = b.free_bytes;
  r.alloc_objects = b.allocs;
  r.free_objects = b.frees;
  const size = <usize>b.nstk << 2;
  memory.copy(p + MEM_PROFILE_RECORD_STK, changetype<usize>(b) + STK, size);
  memory.fill(p + MEM_PROFILE_RECORD_STK + size, 0, (<usize>STACK_RECORD_DEPTH << 2) - size);
}

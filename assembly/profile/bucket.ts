// SPDX-License-Identifier: MIT
// Buckets: what profiles count of one stack. Off the collected heap, found by the stack's hash, and never
// given up. The memory, block and mutex profiles share the table, as Go's do. Other threads walk the lists of all
// buckets while the program runs: a bucket is linked last, and but for its counts it never changes then.

import {
  BUCKET_ALLNEXT, BUCKET_COUNT, BUCKET_CYCLES, BUCKET_NSTK, BUCKET_STK, MEM_BUCKET_ALLOCS, MEM_BUCKET_RECENT, MEM_BUCKET_STK, MPROF,
  MPROF_BBUCKETS, MPROF_COLLECTED, MPROF_MUTEXRATE, MPROF_XBUCKETS, PROFILES
} from "../shared/layout";
import { mheap } from "../memory/mheap";
import { persistentalloc } from "../memory/persistentalloc";

// Whose a bucket is.
// @ts-ignore: decorator
@inline export const memProfile: i32 = 0;
// @ts-ignore: decorator
@inline export const blockProfile: i32 = 1;
// @ts-ignore: decorator
@inline export const mutexProfile: i32 = 2;

/** What each bucket begins with. The counts of its profile follow, then the pcs, innermost first. */
@unmanaged export class Bucket {
  next: Bucket | null; // of the same hash
  allnext: Bucket | null; // of the same profile, the latest first
  hash: u32;
  nstk: u16;
  typ: u16;
}

/** Of the memory profile. */
@unmanaged export class MemBucket extends Bucket {
  allocs: u64; // as of the last collection
  frees: u64;
  alloc_bytes: u64;
  free_bytes: u64;
  recent_allocs: u32; // since the last collection; MProf_GC adds them to allocs
  recent_frees: u32;
  recent_alloc_bytes: usize;
  recent_free_bytes: usize;
}

/** Of the block and mutex profiles. */
@unmanaged export class BlockBucket extends Bucket {
  count: f64;
  cycles: i64; // nanoseconds
}

/** A sampled object that no collection has found dead. */
@unmanaged export class AddrEntry {
  next: AddrEntry | null;
  addr: usize;
  b: MemBucket;
  size: usize;
}

/** What the profiles keep, at a fixed address. */
@unmanaged export class Mprof {
  mbuckets: Bucket | null; // of the memory profile; those of the others behind it, by type
  bbuckets: Bucket | null;
  xbuckets: Bucket | null;
  mutexrate: i32; // of the mutex profile: one in so many
  blockrate: i32; // of the block profile: nanoseconds
  buckhash: usize; // heads of lists by hash; 0 before the first bucket
  addrs: AddrEntry | null; // all, the latest first
  addrfree: AddrEntry | null;
  collected: bool; // a collection has been completed
  timed: i32; // the clock is read for one wait in so many
  waiting: i32; // waits of that kind under way
}

if (offsetof<Mprof>("bbuckets") != MPROF_BBUCKETS) ERROR("shared/layout.ts is stale: Mprof.bbuckets");
if (offsetof<Mprof>("xbuckets") != MPROF_XBUCKETS) ERROR("shared/layout.ts is stale: Mprof.xbuckets");
if (offsetof<Mprof>("mutexrate") != MPROF_MUTEXRATE) ERROR("shared/layout.ts is stale: Mprof.mutexrate");
if (offsetof<Mprof>("collected") != MPROF_COLLECTED) ERROR("shared/layout.ts is stale: Mprof.collected");
if (offsetof<Bucket>("allnext") != BUCKET_ALLNEXT) ERROR("shared/layout.ts is stale: Bucket.allnext");
if (offsetof<Bucket>("nstk") != BUCKET_NSTK) ERROR("shared/layout.ts is stale: Bucket.nstk");
if (offsetof<MemBucket>("allocs") != MEM_BUCKET_ALLOCS) ERROR("shared/layout.ts is stale: MemBucket.allocs");
if (offsetof<MemBucket>("recent_allocs") != MEM_BUCKET_RECENT) ERROR("shared/layout.ts is stale: MemBucket.recent_allocs");
if (offsetof<MemBucket>() != MEM_BUCKET_STK) ERROR("shared/layout.ts is stale: MemBucket's stk");
if (offsetof<BlockBucket>("count") != BUCKET_COUNT) ERROR("shared/layout.ts is stale: BlockBucket.count");
if (offsetof<BlockBucket>("cycles") != BUCKET_CYCLES) ERROR("shared/layout.ts is stale: BlockBucket.cycles");
if (offsetof<BlockBucket>() != BUCKET_STK) ERROR("shared/layout.ts is stale: BlockBucket's stk");
if (MPROF + offsetof<Mprof>() > PROFILES) ERROR("Mprof runs into PROFILES");

// @ts-ignore: decorator
@inline export const mprof = changetype<Mprof>(MPROF);
// @ts-ignore: decorator
@inline const BUCKHASHSIZE: u32 = 8192;

/** Memory for what profiles keep; 0 if there is none: what was to be counted is not, and the program goes on. Never collects. */
export function bucketalloc(size: usize): usize {
  const ptr = persistentalloc(size);
  if (ptr) mheap.bucketbytes += size;
  return ptr;
}

// @ts-ignore: decorator
@inline function headersize(typ: i32): usize {
  return typ == memProfile ? offsetof<MemBucket>() : offsetof<BlockBucket>();
}

/** Where the pcs of a bucket are. */
// @ts-ignore: decorator
@inline export function stkof(b: Bucket, typ: i32): usize {
  return changetype<usize>(b) + headersize(typ);
}

/** Writes the pcs of a bucket to p, at most `depth`; a shorter stack ends with zeros. */
export function copystack(p: usize, b: Bucket, typ: i32, depth: i32): void {
  const size = <usize>min<i32>(b.nstk, depth) << 2;
  memory.copy(p, stkof(b, typ), size);
  memory.fill(p + size, 0, (<usize>depth << 2) - size);
}

/** The bucket of a stack in a profile; made if there is none, null if there is no memory for it. Never collects. */
export function stkbucket(typ: i32, stk: usize, nstk: i32): Bucket | null {
  if (!mprof.buckhash) {
    mprof.buckhash = bucketalloc(BUCKHASHSIZE << 2);
    if (!mprof.buckhash) return null;
    memory.fill(mprof.buckhash, 0, BUCKHASHSIZE << 2);
  }
  const size = <usize>nstk << 2;
  const hash = hashstack(stk, size);
  const head = mprof.buckhash + (hash % BUCKHASHSIZE << 2);
  let b = changetype<Bucket | null>(load<usize>(head));
  while (b) {
    if (b.hash == hash && b.nstk == nstk && b.typ == typ && samestack(stkof(b, typ), stk, size)) return b;
    b = b.next;
  }
  return newbucket(typ, head, hash, stk, nstk);
}

function hashstack(stk: usize, size: usize): u32 {
  let h: u32 = 0;
  for (let i: usize = 0; i < size; i += 4) {
    h = (h ^ load<u32>(stk + i)) * 0x9e3779b1;
    h ^= h >> 15;
  }
  return h;
}

export function samestack(a: usize, b: usize, size: usize): bool {
  for (let i: usize = 0; i < size; i += 4) {
    if (load<u32>(a + i) != load<u32>(b + i)) return false;
  }
  return true;
}

function newbucket(typ: i32, head: usize, hash: u32, stk: usize, nstk: i32): Bucket | null {
  const header = headersize(typ);
  const ptr = bucketalloc(header + (<usize>nstk << 2) + 7 & ~7);
  if (!ptr) return null;
  memory.fill(ptr, 0, header);
  memory.copy(ptr + header, stk, <usize>nstk << 2);
  const b = changetype<Bucket>(ptr);
  b.hash = hash;
  b.nstk = <u16>nstk;
  b.typ = <u16>typ;
  b.next = changetype<Bucket | null>(load<usize>(head));
  store<usize>(head, ptr);
  const all = MPROF + (<usize>typ << 2);
  b.allnext = changetype<Bucket | null>(load<usize>(all));
  if (isDefined(GO_THREADS)) atomic.store<usize>(all, ptr); // who finds it there sees all that is in it
  else store<usize>(all, ptr);
  return b;
}

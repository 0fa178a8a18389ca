// SPDX-License-Identifier: MIT
// The heap: spans of blocks, and the runs of blocks that are in none.
//
// A block is 16 KiB. A span begins at a block; what it holds begins in its first block, or (medium
// spans, which are a whole page) its first four, so that the span of an object is a mask away: which
// mask, the byte of the object's page in `pages` tells. A free run is in the list of its length; its
// last block points to its first, and both have a bit in `pages`, so neighbours are joined without a
// search. Memory comes from memory.grow and never goes back.
//
// ╒══════════════════════ span ═══════════════════════╕
// │  0  next, prev        of the same class           │
// │  8  allnext, allprev  of all                      │
// │ 16  blocks                                        │
// │ 20  elemsize          bytes of a cell             │
// │ 24  nelems            how many cells              │
// │ 28  spanclass         0: one large object         │
// │ 32  markgen           the cycle it was marked in  │
// │ 36  sweepgen          the cycle it was swept for  │
// │ 40  marks             of even cycles: 1024 bits   │
// │168  marks             of odd cycles               │
// │296  cells, payloads at 304 + 16n                  │
// └───────────────────────────────────────────────────┘
// A raw span (raw.ts) has its free list where the marks are. In a mixed one (mixed.ts) an object takes several cells.

import {
  GCPHASE, MCACHE, MHEAP, MHEAP_BLOCK, MHEAP_BUCKETBYTES, MHEAP_FREE, MHEAP_GCBLOCKS, MHEAP_GCPERCENT, MHEAP_GOAL, MHEAP_NMALLOC, MHEAP_PERSISTENT,
  MEDIUM_CLASS, MHEAP_SPANBLOCKS, MHEAP_STACKBYTES, MSTATS, SAMPLER, SPAN_CLASS, SPAN_ELEMSIZE, SPAN_FIRST, SPAN_MARKGEN, SPAN_MARKS, SPAN_MARKS_SIZE,
  SPAN_NELEMS, SPAN_SWEEPGEN, SPANS
} from "../shared/layout";
import { checkblocks, poisonblocks, poisonhead } from "./poison";
import { cellsize, hasmixed, HEADER, ismixed, MEDIUM, NCLASSES, roundcell } from "./sizeclass";

// @ts-ignore: decorator
@inline export const BLOCK_SHIFT: usize = 14;
// @ts-ignore: decorator
@inline export const BLOCK: usize = 1 << BLOCK_SHIFT;
// @ts-ignore: decorator
@inline const PAGE_SHIFT: usize = 16;
// @ts-ignore: decorator
@inline export const PAGE: usize = 1 << PAGE_SHIFT;
// @ts-ignore: decorator
@inline const PAGE_BLOCKS: usize = PAGE / BLOCK;
/** Where the marks of a span are, how many bytes one cycle's take, and the cells behind them. */
// @ts-ignore: decorator
@inline export const MARKS: usize = 40;
// @ts-ignore: decorator
@inline export const MARKS_SIZE: usize = BLOCK / 128;
// @ts-ignore: decorator
@inline export const CELLS: usize = MARKS + 2 * MARKS_SIZE;
/** Added to the class of a raw span. */
// @ts-ignore: decorator
@inline export const RAW: i32 = 128;

/** A span's header. */
@unmanaged export class Span {
  next: Span | null;
  prev: Span | null;
  allnext: Span | null;
  allprev: Span | null;
  blocks: usize;
  elemsize: usize;
  nelems: usize;
  spanclass: i32;
  markgen: u32;
  sweepgen: u32;
}

if (offsetof<Span>() != MARKS) ERROR("a span's marks are not behind its fields");
if ((CELLS + HEADER & 15) != 0) ERROR("payloads are not aligned");

/** Head of a run of free blocks; `head` is in the last block too. */
@unmanaged export class Run {
  next: Run | null;
  prev: Run | null;
  blocks: usize;
  head: usize;
}

/** What all Ps share. Arrays follow: see spansof, sweepof, rawof and binof. */
@unmanaged export class Mheap {
  bins: u64; // bit n: there are runs of n blocks; 63: of 63 or more
  gcphase: u32; // 1 while a cycle marks: __link looks at it
  // Blocks taken from the engine, and what they are.
  blocks: usize;
  free: usize; // in free runs
  spanblocks: usize; // in spans of objects
  rawblocks: usize; // in spans of raw blocks
  gcblocks: usize; // the collector's own
  persistent: usize; // persistentalloc's
  bucketbytes: usize; // of which profile buckets
  allspans: Span | null;
  reclaimed: Span | null; // the next to look at for dead spans to give back
  // The pacer's.
  live: usize; // bytes of objects that survived, and that were allocated since, or did not fit
  survived: usize; // of which the last cycle has found
  trigger: usize; // a cycle begins when live reaches it
  goal: usize; // and should end before live reaches this
  peakgoal: usize; // the largest that gcpercent has given
  gcpercent: i32;
  gcpercentset: bool; // by the program
  unlooked: usize; // spans that `reclaimed` has not been at since the last cycle, or more
  assistdebt: usize; // bytes to mark
  assisted: usize; // live when the debt was last reckoned
  stackbytes: usize; // of raw blocks that are goroutine stacks
  memorylimit: i64;
  // The collector's.
  cycle: u32; // number of the cycle that marks or has marked last
  sweepgen: u32; // number of the cycle that has marked last
  rootjob: i32; // which roots are to be visited next
  pincursor: usize; // and how far the pins are
  markstack: usize;
  marktop: usize;
  markend: usize;
  tries: u8; // to end the cycle
  overflow: bool; // marked objects are missing on the mark stack
  finalizing: bool; // __finalize is told of the dead
  statics: usize; // marked static objects
  snapshots: usize; // arrays that are scanned in pieces
  marked: usize; // bytes found in this cycle
  nmarked: usize; // objects found in this cycle
  pins: usize;
  pinlen: usize;
  pincap: usize;
  // Statistics.
  nmalloc: u64; // cells that went into an mcache, large objects; mixed ones when their runs are forgotten
  totalalloc: u64; // their bytes
  nfree: u64; // as of the last cycle
  totalfree: u64;
  allocs: u32; // counted in torture builds
  refills: u32; // counted in debug builds
}

// @ts-ignore: decorator
@inline export const mheap = changetype<Mheap>(MHEAP);
// @ts-ignore: decorator
@inline const SWEEP: usize = SPANS + (<usize>NCLASSES << 2);
// @ts-ignore: decorator
@inline const RAWS: usize = SWEEP + (<usize>NCLASSES << 2);
// @ts-ignore: decorator
@inline const BINS: usize = RAWS + (<usize>NCLASSES << 2);
if (MHEAP + offsetof<Mheap>("gcphase") != GCPHASE) ERROR("shared/layout.ts is stale: GCPHASE");
if (MHEAP + offsetof<Mheap>() > SPANS) ERROR("Mheap runs into its arrays");
if (BINS + 256 > MSTATS) ERROR("Mheap's arrays run into GCStats");
if (BLOCK != MHEAP_BLOCK) ERROR("shared/layout.ts is stale: MHEAP_BLOCK");
if (offsetof<Span>("elemsize") != SPAN_ELEMSIZE) ERROR("shared/layout.ts is stale: Span.elemsize");
if (offsetof<Span>("nelems") != SPAN_NELEMS) ERROR("shared/layout.ts is stale: Span.nelems");
if (offsetof<Span>("spanclass") != SPAN_CLASS) ERROR("shared/layout.ts is stale: Span.spanclass");
if (offsetof<Span>("markgen") != SPAN_MARKGEN) ERROR("shared/layout.ts is stale: Span.markgen");
if (offsetof<Span>("sweepgen") != SPAN_SWEEPGEN) ERROR("shared/layout.ts is stale: Span.sweepgen");
if (MARKS != SPAN_MARKS || MARKS_SIZE != SPAN_MARKS_SIZE) ERROR("shared/layout.ts is stale: a span's marks");
if (CELLS + HEADER != SPAN_FIRST) ERROR("shared/layout.ts is stale: SPAN_FIRST");
if (MEDIUM != MEDIUM_CLASS) ERROR("shared/layout.ts is stale: MEDIUM_CLASS");
if (offsetof<Mheap>("free") != MHEAP_FREE) ERROR("shared/layout.ts is stale: Mheap.free");
if (offsetof<Mheap>("spanblocks") != MHEAP_SPANBLOCKS) ERROR("shared/layout.ts is stale: Mheap.spanblocks");
if (offsetof<Mheap>("gcblocks") != MHEAP_GCBLOCKS) ERROR("shared/layout.ts is stale: Mheap.gcblocks");
if (offsetof<Mheap>("persistent") != MHEAP_PERSISTENT) ERROR("shared/layout.ts is stale: Mheap.persistent");
if (offsetof<Mheap>("bucketbytes") != MHEAP_BUCKETBYTES) ERROR("shared/layout.ts is stale: Mheap.bucketbytes");
if (offsetof<Mheap>("goal") != MHEAP_GOAL) ERROR("shared/layout.ts is stale: Mheap.goal");
if (offsetof<Mheap>("gcpercent") != MHEAP_GCPERCENT) ERROR("shared/layout.ts is stale: Mheap.gcpercent");
if (offsetof<Mheap>("stackbytes") != MHEAP_STACKBYTES) ERROR("shared/layout.ts is stale: Mheap.stackbytes");
if (offsetof<Mheap>("nmalloc") != MHEAP_NMALLOC) ERROR("shared/layout.ts is stale: Mheap.nmalloc");
if (offsetof<Mheap>("totalfree") != MHEAP_NMALLOC + 24) ERROR("shared/layout.ts is stale: Mheap.totalfree");

/** A byte for each page: bits 0 to 3, which of its blocks begin or end a free run; SHIFT above. */
const pages = memory.data(65536);
/** In the byte of a medium span's page: how much larger than a block it is, as a power of two. */
// @ts-ignore: decorator
@inline const SHIFT: u8 = 4;

/** Bytes that goroutines and their stacks take. */
// @ts-ignore: decorator
@inline export function stackinuse(): u64 {
  return (<u64>mheap.persistent << BLOCK_SHIFT) - mheap.bucketbytes + mheap.stackbytes;
}

/** The place of a class's run of free cells in the mcache: where it begins, and behind it where it ends. */
// @ts-ignore: decorator
@inline export function runof(sc: i32): usize {
  return MCACHE + (<usize>sc << 3);
}

/** All spans of a class: the cell that holds the first. */
// @ts-ignore: decorator
@inline export function spansof(sc: i32): usize {
  return SPANS + (<usize>sc << 2);
}

/** The cell that holds the next span of a class to sweep. */
// @ts-ignore: decorator
@inline export function sweepof(sc: i32): usize {
  return SWEEP + (<usize>sc << 2);
}

/** The cell that holds the first raw span of a class that has room. */
// @ts-ignore: decorator
@inline export function rawof(sc: i32): usize {
  return RAWS + (<usize>sc << 2);
}

// @ts-ignore: decorator
@inline export function binof(blocks: usize): usize {
  return BINS + (min<usize>(blocks, 63) << 2);
}

/** 2 for what lies in a medium span, else 0: the span of ptr is ptr & (−BLOCK << this). */
// @ts-ignore: decorator
@inline export function spanshift(ptr: usize): usize {
  return <usize>(load<u8>(pages + (ptr >> PAGE_SHIFT)) >> SHIFT);
}

/** The span of an object. */
// @ts-ignore: decorator
@inline export function spanof(ptr: usize): Span {
  return changetype<Span>(ptr & (-BLOCK << spanshift(ptr)));
}

/** Tells whether objects of different sizes lie in a span. */
// @ts-ignore: decorator
@inline export function ismixedspan(s: Span): bool {
  return hasmixed() && ismixed(s.spanclass);
}

/** Bytes that the object at ptr could have. */
export function capacity(ptr: usize): usize {
  const s = spanof(ptr);
  if (ismixedspan(s)) return roundcell(load<u32>(ptr - 4)) - HEADER;
  return s.spanclass & (RAW - 1) ? s.elemsize - HEADER : (s.blocks << BLOCK_SHIFT) - CELLS - HEADER;
}

/** Makes a span of class `sc` (RAW added or not) out of free blocks; null if there are none. */
export function allocspan(blocks: usize, sc: i32): Span | null {
  const medium = (sc & (RAW - 1)) >= MEDIUM;
  const ptr = medium ? takepage() : takeblocks(blocks);
  if (!ptr) return null;
  if (medium) store<u8>(pages + (ptr >> PAGE_SHIFT), <u8>2 << SHIFT);
  const s = changetype<Span>(ptr);
  const base = sc & (RAW - 1);
  s.blocks = blocks;
  s.spanclass = sc;
  s.elemsize = base ? cellsize(base) : blocks << BLOCK_SHIFT;
  s.nelems = base ? ((blocks << BLOCK_SHIFT) - CELLS) / s.elemsize : 1;
  s.markgen = 0;
  s.sweepgen = mheap.sweepgen;
  if (sc & RAW) mheap.rawblocks += blocks;
  else mheap.spanblocks += blocks;
  return s;
}

/** Blocks that a span of class `sc` has. */
// @ts-ignore: decorator
@inline export function blocksof(sc: i32): usize {
  return sc < MEDIUM ? 1 : PAGE_BLOCKS;
}

/** Gives a span's blocks back; it must be in no list. */
export function freespan(s: Span): void {
  const ptr = changetype<usize>(s);
  if (s.spanclass & RAW) mheap.rawblocks -= s.blocks;
  else mheap.spanblocks -= s.blocks;
  if ((s.spanclass & (RAW - 1)) >= MEDIUM) store<u8>(pages + (ptr >> PAGE_SHIFT), 0);
  freeblocks(ptr, s.blocks);
}

/** A run of free blocks, growing the memory if it must; 0 if it cannot. */
export function allocblocks(n: usize): usize {
  const ptr = takeblocks(n);
  if (ptr) return ptr;
  return growheap(n) ? takeblocks(n) : 0;
}

function takeblocks(n: usize): usize {
  const run = findrun(n);
  if (!run) return 0;
  const blocks = run.blocks;
  removerun(run);
  const ptr = changetype<usize>(run);
  if (blocks > n) addrun(ptr + (n << BLOCK_SHIFT), blocks - n);
  if (isDefined(GO_DEBUG)) checkblocks(ptr, n);
  return ptr;
}

/** The first of the shortest runs that are long enough. */
function findrun(n: usize): Run | null {
  if (n < 63) {
    const fit = mheap.bins >> n << n & ~(<u64>1 << 63);
    if (fit) return changetype<Run>(load<usize>(binof(<usize>ctz(fit))));
  }
  let run = changetype<Run | null>(load<usize>(binof(63)));
  while (run && run.blocks < n) run = run.next;
  return run;
}

/** Four blocks that are a page, out of the first run of a length that has them. */
function takepage(): usize {
  for (let fit = mheap.bins >> PAGE_BLOCKS << PAGE_BLOCKS; fit; fit &= fit - 1) {
    const run = changetype<Run>(load<usize>(binof(<usize>ctz(fit))));
    const ptr = changetype<usize>(run);
    const page = ptr + PAGE - 1 & -PAGE;
    const before = page - ptr >> BLOCK_SHIFT;
    if (before + PAGE_BLOCKS > run.blocks) continue;
    const behind = run.blocks - before - PAGE_BLOCKS;
    removerun(run);
    if (before) addrun(ptr, before);
    if (behind) addrun(page + PAGE, behind);
    if (isDefined(GO_DEBUG)) checkblocks(page, PAGE_BLOCKS);
    return page;
  }
  return 0;
}

/** Grows the memory by what a run of n blocks lacks or a sixteenth of the heap; false if the engine refuses both. */
export function growheap(n: usize): bool {
  const end = <usize>memory.size() << PAGE_SHIFT;
  const top = isfree(end - BLOCK) ? changetype<Run>(load<usize>(end - BLOCK, offsetof<Run>("head"))).blocks : 0;
  const least = (n - min(top, n - 1) + PAGE_BLOCKS - 1) / PAGE_BLOCKS;
  let more = max(least, min<usize>(mheap.blocks >> 7, 256));
  let old = memory.grow(<i32>more);
  if (old < 0) {
    more = least;
    old = memory.grow(<i32>more);
    if (old < 0) return false;
  }
  mheap.blocks += more * PAGE_BLOCKS;
  freeblocks(<usize>old << PAGE_SHIFT, more * PAGE_BLOCKS);
  return true;
}

/** Gives blocks back, joined with the free ones beside them. */
export function freeblocks(ptr: usize, blocks: usize): void {
  if (isDefined(GO_DEBUG)) poisonblocks(ptr, blocks);
  if (isfree(ptr - BLOCK)) {
    const before = changetype<Run>(load<usize>(ptr - BLOCK, offsetof<Run>("head")));
    ptr = changetype<usize>(before);
    blocks += before.blocks;
    removerun(before);
  }
  const end = ptr + (blocks << BLOCK_SHIFT);
  if (isfree(end)) {
    const after = changetype<Run>(end);
    blocks += after.blocks;
    removerun(after);
  }
  addrun(ptr, blocks);
}

function addrun(ptr: usize, blocks: usize): void {
  const run = changetype<Run>(ptr);
  const last = ptr + (blocks - 1 << BLOCK_SHIFT);
  const bin = binof(blocks);
  const first = changetype<Run | null>(load<usize>(bin));
  run.blocks = blocks;
  run.next = first;
  run.prev = null;
  run.head = ptr;
  store<usize>(last, ptr, offsetof<Run>("head"));
  if (first) first.prev = run;
  store<usize>(bin, ptr);
  mheap.bins |= <u64>1 << min<usize>(blocks, 63);
  mheap.free += blocks;
  setfree(ptr);
  setfree(last);
}

function removerun(run: Run): void {
  const ptr = changetype<usize>(run);
  const bin = binof(run.blocks);
  const next = run.next;
  const prev = run.prev;
  if (next) next.prev = prev;
  if (prev) prev.next = next;
  else {
    store<usize>(bin, changetype<usize>(next));
    if (!next) mheap.bins &= ~(<u64>1 << min<usize>(run.blocks, 63));
  }
  mheap.free -= run.blocks;
  const last = ptr + (run.blocks - 1 << BLOCK_SHIFT);
  clearfree(ptr);
  clearfree(last);
  if (!isDefined(GO_DEBUG)) return;
  poisonhead(ptr, offsetof<Run>());
  poisonhead(last, offsetof<Run>());
}

/** Tells whether a free run begins or ends with that block. */
// @ts-ignore: decorator
@inline export function isfree(block: usize): bool {
  return (load<u8>(pages + (block >> PAGE_SHIFT)) >> <u8>(block >> BLOCK_SHIFT & 3) & 1) != 0;
}

// @ts-ignore: decorator
@inline function setfree(block: usize): void {
  const at = pages + (block >> PAGE_SHIFT);
  store<u8>(at, load<u8>(at) | 1 << <u8>(block >> BLOCK_SHIFT & 3));
}

// @ts-ignore: decorator
@inline function clearfree(block: usize): void {
  const at = pages + (block >> PAGE_SHIFT);
  store<u8>(at, load<u8>(at) & ~(1 << <u8>(block >> BLOCK_SHIFT & 3)));
}

// SPDX-License-Identifier: MIT
// The spans of each class: where an mcache gets cells from, and how dead objects become free ones.
//
// A span is swept when its class wants cells: those that the last cycle has not found are a list then.
// The spans of a class are one list; those before its cursor (sweepof) are swept or new, those from it on
// are not. A new span goes to the front. When a cycle ends, every cursor goes to the front.
// sweepgen says the same of a single span: swept if it is mheap's.

import { bitmap, bitof, countbits, firstcell, livebits, preparespan, setbit, testbit } from "./mbitmap";
import { allocspan, blocksof, freespan, growheap, mheap, Span, spansof, sweepof } from "./mheap";
import { poisoncell } from "./poison";
import { HEADER, NCLASSES } from "./sizeclass";

/** rtId of a cell that holds no object. */
// @ts-ignore: decorator
@inline export const FREE: u32 = 0xffffffff;
/** Spans that are looked at before a fresh one is taken instead. */
// @ts-ignore: decorator
@inline const SPAN_BUDGET: i32 = 100;
/** Spans at least, of all classes, that are looked at before memory grows; each once a cycle. */
// @ts-ignore: decorator
@inline const RECLAIM_BUDGET: usize = 2048;

/** The free cells of a span of class `sc` as a list; 0 if there is no memory. */
export function cachespan(sc: i32): usize {
  let list = sweepsome(sc, SPAN_BUDGET);
  if (list) return list;
  const s = allocsome(blocksof(sc), sc);
  if (!s) return sweepsome(sc, i32.MAX_VALUE);
  linkspan(s);
  list = takeall(s);
  return list;
}

/** The free cells of the next span that has any; 0 if none of `budget` has. */
function sweepsome(sc: i32, budget: i32): usize {
  const cursor = sweepof(sc);
  let s = changetype<Span | null>(load<usize>(cursor));
  while (s && --budget >= 0) {
    const next = s.next;
    store<usize>(cursor, changetype<usize>(next));
    const list = sweepspan(s);
    if (list) return list;
    s = next;
  }
  return 0;
}

/** A span out of free blocks, of those that nothing lives in any more, or of new ones; null if there is no memory. */
export function allocsome(blocks: usize, sc: i32): Span | null {
  // What is large might split a long run, while a dead object of its size is not known to be dead.
  let s = sc ? allocspan(blocks, sc) : null;
  if (!s) {
    sweeplarge();
    s = allocspan(blocks, sc);
  }
  if (!s) s = reclaimfor(blocks, sc);
  if (!s && growheap(blocks)) s = allocspan(blocks, sc);
  if (!s) {
    reclaimall();
    s = allocspan(blocks, sc);
  }
  return s;
}

/** A span out of blocks that are given back for it; null if that would take long. */
function reclaimfor(blocks: usize, sc: i32): Span | null {
  for (let budget = RECLAIM_BUDGET + (mheap.blocks >> 5); budget && mheap.unlooked && mheap.allspans; --budget) {
    --mheap.unlooked;
    if (!reclaim()) continue;
    const s = allocspan(blocks, sc);
    if (s) return s;
  }
  return null;
}

/** Gives the spans of dead large objects back, of as many as its budget lets it look at. */
function sweeplarge(): void {
  const cursor = sweepof(0);
  let budget = SPAN_BUDGET;
  let s = changetype<Span | null>(load<usize>(cursor));
  while (s && --budget >= 0) {
    const next = s.next;
    store<usize>(cursor, changetype<usize>(next));
    s.sweepgen = mheap.sweepgen;
    if (!countbits(livebits(s))) dropspan(s);
    s = next;
  }
}

/** Makes a list of the cells that no mark protects; 0 if there are none. */
function sweepspan(s: Span): usize {
  s.sweepgen = mheap.sweepgen;
  const bits = livebits(s);
  const live = countbits(bits);
  if (!live) return takeall(s);
  if (live == s.nelems) return 0;
  if (mheap.gcphase) preparespan(s);
  const cell = s.elemsize;
  let list: usize = 0;
  let ptr = firstcell(s) + s.nelems * cell;
  for (let n = s.nelems; n; --n) {
    ptr -= cell;
    if (testbit(bits, bitof(s, ptr))) continue;
    if (isDefined(GO_DEBUG)) poisoncell(s, ptr, FREE);
    store<u32>(ptr - HEADER, FREE);
    store<usize>(ptr, list);
    list = ptr;
  }
  countlist(s, list, s.nelems - live);
  return list;
}

/** Makes a list of all cells of a span. */
function takeall(s: Span): usize {
  const cell = s.elemsize;
  const first = firstcell(s);
  const last = first + (s.nelems - 1) * cell;
  if (isDefined(GO_DEBUG)) for (let ptr = first; ptr <= last; ptr += cell) poisoncell(s, ptr, FREE);
  for (let ptr = first; ptr < last; ptr += cell) {
    store<u32>(ptr - HEADER, FREE);
    store<usize>(ptr, ptr + cell);
  }
  store<u32>(last - HEADER, FREE);
  store<usize>(last, 0);
  countlist(s, first, s.nelems);
  return first;
}

/** Counts the cells of a list as allocated; marks them if a cycle marks. */
function countlist(s: Span, list: usize, n: usize): void {
  const bytes = n * s.elemsize;
  mheap.live += bytes;
  mheap.totalalloc += bytes;
  mheap.nmalloc += n;
  if (!mheap.gcphase) return;
  mheap.marked += bytes;
  mheap.nmarked += n;
  preparespan(s);
  const bits = bitmap(s, mheap.cycle);
  for (let ptr = list; ptr; ptr = load<usize>(ptr)) setbit(bits, bitof(s, ptr));
}

/** Counts a large object as allocated; marks it if a cycle marks. */
export function countlarge(s: Span): void {
  const bytes = s.elemsize;
  mheap.live += bytes;
  mheap.totalalloc += bytes;
  ++mheap.nmalloc;
  if (!mheap.gcphase) return;
  mheap.marked += bytes;
  ++mheap.nmarked;
  preparespan(s);
  setbit(bitmap(s, mheap.cycle), bitof(s, firstcell(s)));
}

/** Puts a span at the front of its class and of all. */
export function linkspan(s: Span): void {
  const list = spansof(s.spanclass);
  const next = changetype<Span | null>(load<usize>(list));
  s.next = next;
  s.prev = null;
  if (next) next.prev = s;
  store<usize>(list, changetype<usize>(s));
  const allnext = mheap.allspans;
  s.allnext = allnext;
  s.allprev = null;
  if (allnext) allnext.allprev = s;
  mheap.allspans = s;
}

/** Takes a span out of its lists and gives its blocks back. */
function dropspan(s: Span): void {
  const next = s.next;
  const prev = s.prev;
  if (next) next.prev = prev;
  if (prev) prev.next = next;
  else store<usize>(spansof(s.spanclass), changetype<usize>(next));
  const cursor = sweepof(s.spanclass);
  if (load<usize>(cursor) == changetype<usize>(s)) store<usize>(cursor, changetype<usize>(next));
  const allnext = s.allnext;
  const allprev = s.allprev;
  if (allnext) allnext.allprev = allprev;
  if (allprev) allprev.allnext = allnext;
  else mheap.allspans = allnext;
  if (mheap.reclaimed == s) mheap.reclaimed = allnext;
  freespan(s);
}

/** Gives the next span back if nothing lives in it, whatever its class. */
function reclaim(): bool {
  const s = mheap.reclaimed ? mheap.reclaimed! : mheap.allspans!; // round and round: the oldest have their turn, too
  mheap.reclaimed = s.allnext;
  if (s.sweepgen == mheap.sweepgen || countbits(livebits(s))) return false;
  dropspan(s);
  return true;
}

/** Gives every span back in which nothing lives. Unbounded. */
export function reclaimall(): void {
  mheap.reclaimed = mheap.allspans;
  while (mheap.reclaimed) reclaim();
  mheap.unlooked = 0;
}

/** Has every span swept anew: a cycle has ended. */
export function startsweep(): void {
  for (let sc = 0; sc < NCLASSES; ++sc) store<usize>(sweepof(sc), load<usize>(spansof(sc)));
  mheap.unlooked = mheap.spanblocks;
}

// SPDX-License-Identifier: MIT
// The spans of each class: where an mcache gets them from, and how dead objects become free cells.
//
// A span is swept when its class wants cells: those that the last cycle has not found are free then. Nothing is written
// to them: the marks say which they are. (Only what mixed.ts zeroes is cleared when its run begins.)
// The spans of a class are one list; those before its cursor (sweepof) are swept or new, those from it on
// are not. A new span goes to the front. When a cycle ends, every cursor goes to the front.
// sweepgen says the same of a single span: swept if it is mheap's.

import { bitmap, bitof, countbits, firstcell, islivecell, livebits, preparespan, setbit, sweptbits, testbit } from "./mbitmap";
import { allocspan, blocksof, freespan, growheap, ismixedspan, MARKS_SIZE, mheap, Span, spansof, sweepof } from "./mheap";
import { poisoncell } from "./poison";
import { hasmixed, HEADER, ismixed, NCLASSES } from "./sizeclass";

/** rtId of a cell that holds no object, in builds that look for it: those for debugging, and where there is a __finalize. */
// @ts-ignore: decorator
@inline export const FREE: u32 = 0xffffffff;
/** Where objects of different sizes lie, a span with so few free cells is left as it is while there is memory: what is allocated together should lie together. */
// @ts-ignore: decorator
@inline const SPARSE: usize = MARKS_SIZE;
/** Spans that are looked at before a fresh one is taken instead. */
// @ts-ignore: decorator
@inline const SPAN_BUDGET: i32 = 100;
/** Spans at least, of all classes, that are looked at before memory grows; each once a cycle. */
// @ts-ignore: decorator
@inline const RECLAIM_BUDGET: usize = 2048;

/**
 * A span of class `sc` that has free cells, all of them counted as allocated; null if there is no memory. Of a mixed class none is: a run is.
 * Without `swept` it is a new one, unless there is no memory for that.
 */
export function cachespan(sc: i32, swept: bool): Span | null {
  if (swept) {
    const s = sweepsome(sc, SPAN_BUDGET);
    if (s) return s;
  }
  const s = allocsome(blocksof(sc), sc);
  if (!s) return sweepsome(sc, i32.MAX_VALUE);
  addspan(s);
  return s;
}

/** Links a new span, and counts its cells as allocated. */
export function addspan(s: Span): void {
  linkspan(s);
  takefree(s, s.nelems);
}

/** The next span that has free cells; null if none of `budget` has. Where there is no other memory (i32.MAX_VALUE) a single one is enough. */
export function sweepsome(sc: i32, budget: i32): Span | null {
  const cursor = sweepof(sc);
  const least = ismixed(sc) && budget <= SPAN_BUDGET ? SPARSE : 0;
  let s = changetype<Span | null>(load<usize>(cursor));
  while (s && --budget >= 0) {
    const next = s.next;
    store<usize>(cursor, changetype<usize>(next));
    s.sweepgen = mheap.sweepgen;
    const free = s.nelems - countbits(livebits(s));
    if (free > least) {
      takefree(s, free);
      return s;
    }
    s = next;
  }
  return null;
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
  // A small object may ask often: it does not fit in every span that has free cells.
  if (!s && !(hasmixed() && !mheap.unlooked)) {
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

/** Counts the n free cells of a span as allocated; marks them if a cycle marks. */
function takefree(s: Span, n: usize): void {
  if (isDefined(GO_DEBUG) || isDefined(__finalize)) clearfree(s);
  if (ismixedspan(s)) return;
  const bytes = n * s.elemsize;
  mheap.live += bytes;
  mheap.totalalloc += bytes;
  mheap.nmalloc += n;
  if (!mheap.gcphase) return;
  mheap.marked += bytes;
  mheap.nmarked += n;
  preparespan(s);
  const bits = bitmap(s, mheap.cycle);
  const live = sweptbits(s);
  let ptr = firstcell(s);
  for (let i = s.nelems; i; --i) {
    const bit = bitof(s, ptr);
    if (!live || !testbit(live, bit)) setbit(bits, bit);
    ptr += s.elemsize;
  }
}

/** Has the free cells of a span say that they are. */
function clearfree(s: Span): void {
  let ptr = firstcell(s);
  for (let i = s.nelems; i; --i) {
    if (!islivecell(s, ptr)) clearcell(s, ptr);
    ptr += s.elemsize;
  }
}

/** Has a cell say that it is free. */
export function clearcell(s: Span, ptr: usize): void {
  if (isDefined(GO_DEBUG)) poisoncell(s, ptr, FREE);
  else store<u32>(ptr - HEADER, FREE);
}

/** Puts a span at the front of its class. */
// @ts-ignore: decorator
@inline function linkclass(s: Span): void {
  const list = spansof(s.spanclass);
  const next = changetype<Span | null>(load<usize>(list));
  s.next = next;
  s.prev = null;
  if (next) next.prev = s;
  store<usize>(list, changetype<usize>(s));
}

/** Takes a span out of its class. */
// @ts-ignore: decorator
@inline function unlinkclass(s: Span): void {
  const next = s.next;
  const prev = s.prev;
  if (next) next.prev = prev;
  if (prev) prev.next = next;
  else store<usize>(spansof(s.spanclass), changetype<usize>(next));
}

/** Has a swept span be one of another class, with cells of the same size. */
export function movespan(s: Span, sc: i32): void {
  unlinkclass(s);
  s.spanclass = sc;
  linkclass(s);
}

/** Puts a span at the front of its class and of all. */
function linkspan(s: Span): void {
  linkclass(s);
  const allnext = mheap.allspans;
  s.allnext = allnext;
  s.allprev = null;
  if (allnext) allnext.allprev = s;
  mheap.allspans = s;
}

/** Takes a span out of its lists and gives its blocks back. */
function dropspan(s: Span): void {
  unlinkclass(s);
  const cursor = sweepof(s.spanclass);
  if (load<usize>(cursor) == changetype<usize>(s)) store<usize>(cursor, changetype<usize>(s.next));
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

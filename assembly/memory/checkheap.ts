// SPDX-License-Identifier: MIT
// Walks the heap of a debug build (GO_DEBUG) and verifies what the heads of the other files promise.
//
// It runs when a collection has ended and whenever EVERY spans were used up: nothing is in
// hand then. Whoever broke a promise is not far back. It dies with fatalthrow, the address of the span,
// run or cell on a line of its own before. Unbounded. Never allocates.

import { fatalthrow } from "../sys/fatal";
import { printrune } from "../sys/print";
import { bitmap, bitof, countbits, firstcell, islivecell, lastcellend, livebits, setbit, testbit } from "./mbitmap";
import { cachedspan } from "./mcache";
import { haspointers } from "./mgcmark";
import { FREE } from "./mcentral";
import { binof, BLOCK, BLOCK_SHIFT, blocksof, CELLS, isfree, MARKS_SIZE, mheap, PAGE, RAW, rawof, Run, runof, Span, spanof, spanshift, spansof, sweepof } from "./mheap";
import { cellat } from "./mixed";
import { ispinned, pinat } from "./pins";
import { checkfree, checkobject, isblock, isspan, longest, printaddress } from "./poison";
import { FREED, RawSpan } from "./raw";
import { runend } from "./sample";
import { cellsize, hasmixed, HEADER, ismixed, isnoscan, MEDIUM, NCLASSES } from "./sizeclass";

/** The heap is walked whenever so many spans were used up. */
// @ts-ignore: decorator
@inline const EVERY: u32 = 256;
/** Lists of free runs: by length, the last of all that are longer. */
// @ts-ignore: decorator
@inline const BINS: usize = 64;

/** Dies of a broken promise about what lies at an address. */
function fail(at: usize, msg: string): void {
  printaddress(at);
  printrune(0x0a);
  fatalthrow(msg);
}

// @ts-ignore: decorator
@inline function check(ok: bool, at: usize, msg: string): void {
  if (!ok) fail(at, msg);
}

/** Walks the heap now and then. */
export function checkoften(): void {
  if (++mheap.refills % EVERY == 0) checkheap();
}

/** Walks the heap. */
export function checkheap(): void {
  const free = checkruns();
  const objects = checkspans();
  for (let sc = 1; sc < NCLASSES; ++sc) {
    checkcache(sc);
    checkraws(sc);
  }
  checkpins();
  check(free == mheap.free, free, "checkheap: free runs are not mheap.free");
  check(objects == mheap.spanblocks, objects, "checkheap: spans are not mheap.spanblocks");
  const known = mheap.free + mheap.spanblocks + mheap.rawblocks + mheap.gcblocks + mheap.persistent;
  check(known == mheap.blocks, known, "checkheap: blocks are lost");
}

/** The free runs: listed by length, both ends known, joined with their neighbours. Returns their blocks. */
function checkruns(): usize {
  let sum: usize = 0;
  for (let n: usize = 0; n < BINS; ++n) {
    const list = load<usize>(binof(n));
    check((mheap.bins >> n & 1) != 0 == (list != 0), list, "checkheap: mheap.bins");
    let prev: Run | null = null;
    let run = changetype<Run | null>(list);
    while (run) {
      check(isblock(changetype<usize>(run)), changetype<usize>(run), "checkheap: a free run is no block");
      check(run.prev == prev, changetype<usize>(run), "checkheap: links of free runs");
      check(min<usize>(run.blocks, BINS - 1) == n, changetype<usize>(run), "checkheap: a free run in a list of others");
      checkrun(run);
      sum += run.blocks;
      prev = run;
      run = run.next;
    }
  }
  return sum;
}

function checkrun(run: Run): void {
  const at = changetype<usize>(run);
  const last = at + (run.blocks - 1 << BLOCK_SHIFT);
  check(isblock(last), at, "checkheap: a free run ends behind the memory");
  check(isfree(at) && isfree(last), at, "checkheap: ends of a free run");
  check(load<usize>(last, offsetof<Run>("head")) == at, at, "checkheap: the end of a free run has another head");
  check(!isfree(at - BLOCK) && !isfree(last + BLOCK), at, "checkheap: free runs side by side");
}

/** The spans of objects: in the list of all and in their class's. Returns their blocks. */
function checkspans(): usize {
  let n: usize = 0;
  let blocks: usize = 0;
  let live: usize = 0;
  let reclaimed = !mheap.reclaimed;
  let s = mheap.allspans;
  while (s) {
    check(isspan(s), changetype<usize>(s), "checkheap: links of all spans");
    checkspan(s);
    if (s == mheap.reclaimed) reclaimed = true;
    live += countbits(livebits(s)) * s.elemsize;
    blocks += s.blocks;
    ++n;
    s = s.allnext;
  }
  check(reclaimed, changetype<usize>(mheap.reclaimed), "checkheap: mheap.reclaimed is no span");
  check(live == mheap.survived, live, "checkheap: marks are not mheap.survived");
  for (let sc = 0; sc < NCLASSES; ++sc) n -= checkclass(sc);
  check(n == 0, n, "checkheap: spans in no class");
  return blocks;
}

function checkspan(s: Span): void {
  const at = changetype<usize>(s);
  const sc = s.spanclass;
  check(<u32>sc < <u32>NCLASSES, at, "checkheap: a span has no class");
  if (sc) {
    check(s.elemsize == cellsize(sc) && s.blocks == blocksof(sc), at, "checkheap: a span's cells");
    check(s.nelems == ((s.blocks << BLOCK_SHIFT) - CELLS) / s.elemsize, at, "checkheap: a span's cells");
  } else check(s.nelems == 1 && s.elemsize == s.blocks << BLOCK_SHIFT, at, "checkheap: a large object's span");
  check(isblock(at + (s.blocks - 1 << BLOCK_SHIFT)), at, "checkheap: a span ends behind the memory");
  check(sc < MEDIUM || (at & (PAGE - 1)) == 0, at, "checkheap: a medium span is no page");
  check(spanof(firstcell(s)) == s, at, "checkheap: a span is not found from its cells");
  check(s.markgen <= mheap.cycle && s.sweepgen <= mheap.sweepgen, at, "checkheap: a span is ahead of the collector");
  checkcells(s);
}

/** Each cell is free and poisoned or has a header; no mark is between cells, nor on part of an object only. */
function checkcells(s: Span): void {
  const live = livebits(s);
  const marks = s.markgen == mheap.cycle ? bitmap(s, mheap.cycle) : live;
  const limit = lastcellend(s);
  let nlive: usize = 0;
  let nmarks: usize = 0;
  let ptr = firstcell(s);
  while (ptr < limit) {
    const id = load<u32>(ptr - HEADER);
    if (id == FREE) checkfree(ptr, FREE);
    else {
      check(id < load<u32>(__rtti_base), ptr, "checkheap: an object's class");
      check(<usize>load<u32>(ptr - 4) <= longest(s), ptr, "checkheap: an object's length");
      check(isrightkind(s.spanclass, id), ptr, "checkheap: an object in a span of the other kind");
    }
    const next = ptr + cellat(s, ptr);
    check(next <= limit, ptr, "checkheap: an object ends behind its span");
    nlive += countmarks(s, live, ptr, next);
    nmarks += countmarks(s, marks, ptr, next);
    ptr = next;
  }
  check(nlive == countbits(live) && nmarks == countbits(marks), changetype<usize>(s), "checkheap: marks beside cells");
}

/** Tells whether objects of a class may be in a span. Those without references lie among others where no others like them are. */
function isrightkind(sc: i32, id: u32): bool {
  if (isnoscan(sc)) return !haspointers(id);
  return haspointers(id) || !hasmixed() || !sc || sc >= MEDIUM;
}

/** The marks of a cell, or of those that an object has: all or none. */
function countmarks(s: Span, bits: usize, ptr: usize, end: usize): usize {
  if (!bits) return 0;
  const marked = testbit(bits, bitof(s, ptr));
  for (let at = ptr; at < end; at += s.elemsize) check(testbit(bits, bitof(s, at)) == marked, ptr, "checkheap: part of an object is marked");
  return marked ? (end - ptr) / s.elemsize : 0;
}

/** The spans of a class: those before the cursor are swept, those from it on are not. Returns how many. */
function checkclass(sc: i32): usize {
  let n: usize = 0;
  const cursor = changetype<Span | null>(load<usize>(sweepof(sc)));
  let swept = true;
  let prev: Span | null = null;
  let s = changetype<Span | null>(load<usize>(spansof(sc)));
  while (s) {
    const at = changetype<usize>(s);
    if (s == cursor) swept = false;
    check(isspan(s) && s.prev == prev, at, "checkheap: links of a class");
    check(s.spanclass == sc, at, "checkheap: a span in the list of another class");
    check((s.sweepgen == mheap.sweepgen) == swept, at, "checkheap: a span on the wrong side of the sweep");
    prev = s;
    s = s.next;
    ++n;
  }
  check(!swept || !cursor, changetype<usize>(cursor), "checkheap: a class is swept from no span of its own");
  return n;
}

/** The span and the run that the mcache has of a class: its cells are free, and black while a cycle marks. */
function checkcache(sc: i32): void {
  const run = runof(sc);
  const ptr = load<usize>(run);
  const end = runend(sc);
  if (!ptr) {
    check(!end, end, "checkheap: the mcache has a run without a beginning");
    return;
  }
  const s = cachedspan(sc)!;
  check(isspan(s) && s.spanclass == sc, changetype<usize>(s), "checkheap: the mcache has no span of its class");
  check(iscell(s, ptr) && iscell(s, load<usize>(run, 4)) && iscell(s, end), ptr, "checkheap: the mcache has a run that is not of cells");
  for (let at = ptr; at < end; at += s.elemsize) check(!islivecell(s, at), at, "checkheap: the mcache has a cell that lives");
  checkuntaken(s, ptr, ismixed(sc) ? end : lastcellend(s));
}

/** Tells whether one of a span's cells begins there, or the last one ends. */
function iscell(s: Span, ptr: usize): bool {
  const offset = ptr - firstcell(s);
  return offset % s.elemsize == 0 && offset / s.elemsize <= s.nelems;
}

/** What is free from ptr on, and black as far as `end` while a cycle marks. */
function checkuntaken(s: Span, ptr: usize, end: usize): void {
  const limit = lastcellend(s);
  for (; ptr < limit; ptr += s.elemsize) {
    if (islivecell(s, ptr)) continue;
    checkfree(ptr, FREE);
    if (!mheap.gcphase || ptr >= end) continue;
    check(s.markgen == mheap.cycle && testbit(bitmap(s, mheap.cycle), bitof(s, ptr)), ptr, "checkheap: the mcache has a white cell");
  }
}

/** Which cells of a raw span were seen. */
const seen = memory.data(128);

if (MARKS_SIZE != 128) ERROR("seen is too short");

function checkonce(s: Span, ptr: usize): void {
  const bit = ptr - changetype<usize>(s) >> (4 + spanshift(ptr)); // bitof takes no raw span
  check(!testbit(seen, bit), ptr, "checkheap: a cell is free twice");
  setbit(seen, bit);
}

/** The raw spans of a class that have room: counted right, and at most one is empty. */
function checkraws(sc: i32): void {
  const list = changetype<Span | null>(load<usize>(rawof(sc)));
  let prev: Span | null = null;
  let empty = 0;
  let s = list;
  while (s) {
    const at = changetype<usize>(s);
    check(isblock(at), at, "checkheap: a raw span is no block");
    check(s.spanclass == (sc | RAW) && s.elemsize == cellsize(sc), at, "checkheap: a raw span in the list of another class");
    check(s.prev == prev, at, "checkheap: links of raw spans");
    checkraw(changetype<RawSpan>(at));
    if (!changetype<RawSpan>(at).nalloc) ++empty;
    check(empty <= 1, at, "checkheap: a second empty raw span is kept");
    prev = s;
    s = s.next;
  }
}

function checkraw(s: RawSpan): void {
  memory.fill(seen, 0, MARKS_SIZE);
  let n: usize = 0;
  for (let ptr = s.freelist; ptr; ptr = load<usize>(ptr)) {
    checkfree(ptr, FREED);
    check(spanof(ptr) == s && (ptr - firstcell(s)) % s.elemsize == 0, ptr, "checkheap: a raw span lists a foreign cell");
    checkonce(s, ptr);
    ++n;
  }
  const at = changetype<usize>(s);
  check(n != 0, at, "checkheap: a full raw span is listed");
  check(n + s.nalloc == s.nelems, at, "checkheap: a raw span's count");
}

/** The pins: as many as there should be, each an object, each found. */
function checkpins(): void {
  let n: usize = 0;
  for (let i: usize = 0; i < mheap.pincap; ++i) {
    const ptr = pinat(i);
    if (!ptr) continue;
    checkobject(ptr);
    check(ispinned(ptr), ptr, "checkheap: a pin that is not found");
    ++n;
  }
  check(n == mheap.pinlen, n, "checkheap: pins are not mheap.pinlen");
}

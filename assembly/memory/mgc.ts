// SPDX-License-Identifier: MIT
// The collector: marks from the roots with the world stopped; sweeping is left to mcache.ts.
//
// A mark is a bit of the object's span. Static objects have no span: theirs is in the word at −16, which
// links those that are marked. Between collections every static mark is clear; those of spans are
// cleared when the next collection begins.

import { FRAME_ROOTS_MASK, TRACE_TOP } from "../shared/layout";
import { m0 } from "../sys/types";
import { visitroots } from "../sys/hooks";
import { fataloom } from "../sys/fatal";
import { FREE, flushmcache } from "./mcache";
import { allocspan, BLOCK, BLOCK_SHIFT, CELLS, freespan, MARKS, mheap, Span, spanof, spansof } from "./mheap";
import { pinat } from "./pins";
import { cellsize, HEADER, NCLASSES } from "./sizeclass";

// @ts-ignore: decorator
@inline const MARKED: usize = 1;
/** In a class's flags: no references. asc's std/assembly/shared/typeinfo.ts. */
// @ts-ignore: decorator
@inline const POINTERFREE: u32 = 1 << 5;
/** No collection below this many bytes. */
// @ts-ignore: decorator
@inline const HEAP_MINIMUM: usize = 4 << 20;

/** Tells whether an object of the heap is marked. */
// @ts-ignore: decorator
@inline function ismarked(ptr: usize): bool {
  const off = ptr & (BLOCK - 1);
  return (load<u8>((ptr & ~(BLOCK - 1)) + MARKS + (off >> 7)) >> <u8>((off >> 4) & 7) & 1) != 0;
}

/** Marks an object and remembers it if it holds references. Never parks. */
// @ts-ignore: decorator
@inline export function greyobject(ptr: usize): void {
  if (ptr < __heap_base) {
    greystatic(ptr);
    return;
  }
  const off = ptr & (BLOCK - 1);
  const byte = (ptr & ~(BLOCK - 1)) + MARKS + (off >> 7);
  const bits = load<u8>(byte);
  const bit = <u8>1 << <u8>((off >> 4) & 7);
  if (bits & bit) return;
  store<u8>(byte, bits | bit);
  const sc = spanof(ptr).sizeclass;
  mheap.live += sc ? cellsize(sc) : spanof(ptr).blocks << BLOCK_SHIFT;
  push(ptr);
}

function greystatic(ptr: usize): void {
  if (load<usize>(ptr - 16) & MARKED) return;
  store<usize>(ptr - 16, mheap.statics | MARKED);
  mheap.statics = ptr;
  push(ptr);
}

// @ts-ignore: decorator
@inline function push(ptr: usize): void {
  const rtId = load<u32>(ptr - HEADER);
  if (rtId <= idof<string>() || load<u32>(__rtti_base + 4 + (<usize>rtId << 2)) & POINTERFREE) return;
  if (mheap.marktop == mheap.markend) growmarkstack();
  store<usize>(mheap.marktop, ptr);
  mheap.marktop += 4;
}

/** Doubles the mark stack, in a span of its own. */
function growmarkstack(): void {
  const old = mheap.markstack;
  const size = mheap.markend - old;
  const blocks = old ? spanof(old).blocks * 2 : 1;
  const s = allocspan(blocks, 0);
  if (!s) fataloom();
  const stack = changetype<usize>(s) + CELLS + HEADER;
  memory.copy(stack, old, size);
  if (old) freespan(spanof(old));
  mheap.markstack = stack;
  mheap.marktop = stack + size;
  mheap.markend = changetype<usize>(s) + (blocks << BLOCK_SHIFT);
}

/** Collects. World stopped. */
export function gcstart(): void {
  clearmarks();
  flushmcache();
  mheap.live = 0;
  markroots();
  while (mheap.marktop > mheap.markstack) {
    mheap.marktop -= 4;
    __visit_members(load<usize>(mheap.marktop), 0);
  }
  clearstatics();
  sweeplarge();
  if (isDefined(__finalize)) finalizedead();
  setgoal();
}

function clearmarks(): void {
  for (let sc = 1; sc < NCLASSES; ++sc) {
    let s = changetype<Span>(load<usize>(spansof(sc)));
    while (changetype<usize>(s)) {
      memory.fill(changetype<usize>(s) + MARKS, 0, CELLS - MARKS);
      s = changetype<Span>(changetype<usize>(s.next));
    }
  }
  let s = mheap.large;
  while (s) {
    memory.fill(changetype<usize>(s) + MARKS, 0, CELLS - MARKS);
    s = s.next;
  }
}

function markroots(): void {
  __visit_globals(0);
  for (let i: usize = 0; i < mheap.pincap; ++i) {
    const ptr = pinat(i);
    if (ptr) greyobject(ptr);
  }
  scanstack();
  visitroots(0);
}

/**
 * Marks what the running code holds: the references in the frames of the trace. The transform has
 * every function show its references that can be below a call of this one.
 */
function scanstack(): void {
  let frame = m0.tsp;
  while (frame < TRACE_TOP) {
    const end = frame + 4 + ((load<u32>(frame) & FRAME_ROOTS_MASK) << 2);
    for (let at = frame + 4; at < end; at += 4) {
      const ptr = load<usize>(at);
      if (ptr) greyobject(ptr);
    }
    frame = end;
  }
}

function clearstatics(): void {
  while (mheap.statics) {
    const ptr = mheap.statics;
    mheap.statics = load<usize>(ptr - 16) & ~MARKED;
    store<usize>(ptr - 16, 0);
  }
}

/** Gives the spans of dead large objects back. */
function sweeplarge(): void {
  let link: usize = 0;
  let s = mheap.large;
  while (s) {
    const next = s.next;
    const ptr = changetype<usize>(s) + CELLS + HEADER;
    if (ismarked(ptr)) link = changetype<usize>(s);
    else {
      if (isDefined(__finalize)) __finalize(ptr);
      if (link) changetype<Span>(link).next = next;
      else mheap.large = next;
      freespan(s);
    }
    s = next;
  }
}

/** Tells the program's __finalize of every dead small object; their cells are swept when they are wanted. */
function finalizedead(): void {
  for (let sc = 1; sc < NCLASSES; ++sc) {
    let s = changetype<Span>(load<usize>(spansof(sc)));
    while (changetype<usize>(s)) {
      finalizespan(changetype<usize>(s), cellsize(sc));
      s = changetype<Span>(changetype<usize>(s.next));
    }
  }
}

function finalizespan(base: usize, cell: usize): void {
  const end = base + BLOCK - cell;
  for (let at = base + CELLS; at <= end; at += cell) {
    const ptr = at + HEADER;
    if (load<u32>(at) == FREE || ismarked(ptr)) continue;
    if (isDefined(__finalize)) __finalize(ptr);
    store<u32>(at, FREE);
  }
}

/** Decides when to collect next: when the heap has grown by gcpercent, sooner if that would pass the limit. */
function setgoal(): void {
  const live = <u64>mheap.live;
  const percent = mheap.gcpercent;
  const limit = mheap.memorylimit;
  let next = percent < 0 ? <u64>u32.MAX_VALUE : live + live * <u64>percent / 100;
  if (percent >= 0) next = max(next, <u64>HEAP_MINIMUM * percent / 100);
  // Over the limit already, every further sixteenth collects: Go, too, keeps its collector from taking all time.
  if (<i64>next > limit) next = max(<u64>limit, live + (live >> 4));
  mheap.goal = <usize>min(next, <u64>u32.MAX_VALUE);
}

/** Sets how much the heap may grow between collections, in percent; negative: no limit. Returns the setting before. */
export function setgcpercent(n: i32): i32 {
  const old = mheap.gcpercent;
  mheap.gcpercent = max(n, -1);
  setgoal();
  return old;
}

/** Sets how many bytes the heap should stay below; negative: only tells. Returns the setting before. */
export function setmemorylimit(bytes: i64): i64 {
  const old = mheap.memorylimit;
  if (bytes < 0) return old;
  mheap.memorylimit = bytes;
  setgoal();
  return old;
}

/** Sets what a program begins with. Called once, before anything is allocated. */
export function mallocinit(): void {
  mheap.gcpercent = 100;
  mheap.memorylimit = i64.MAX_VALUE;
  flushmcache();
  setgoal();
}

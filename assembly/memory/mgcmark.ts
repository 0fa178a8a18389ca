// SPDX-License-Identifier: MIT
// Marking: an object that is found is marked, and waits on the mark stack until its references are visited.
//
// A mark is a bit of the object's span (mbitmap.ts). Static objects have no span: theirs is the number
// of the cycle in the word at −16; the word behind links those that are marked. What is large is visited
// in pieces (mgcpieces.ts). Without memory for the mark stack objects stay marked and unvisited; whoever
// ends the cycle then walks the heap for them. What __link calls must not visit members itself: that may
// panic, and every store of a reference would be traced.

import { allocblocks, BLOCK_SHIFT, freeblocks, ismixedspan, mheap, Span } from "./mheap";
import { bitmap, bitof, firstcell, setmark, testbit } from "./mbitmap";
import { iscached } from "./mcache";
import { hasarrays, IN_PIECES, inpieces, LARGE, visitcopy, visitpiece } from "./mgcpieces";
import { checkobject } from "./poison";
import { HEADER } from "./sizeclass";

/** Of a class's flags: asc's std/assembly/shared/typeinfo.ts. */
// @ts-ignore: decorator
@inline const POINTERFREE: u32 = 1 << 5;
/** What visiting an object costs beside the bytes that it finds: as many as it has, at least so many. */
// @ts-ignore: decorator
@inline const OBJECT_WORK: usize = 16;

/** Marks an object and remembers it if it holds references. Never parks. */
export function greyobject(ptr: usize): void {
  if (isDefined(GO_DEBUG)) checkobject(ptr);
  if (ptr < __heap_base) {
    if (load<u32>(ptr - 16) == mheap.cycle) return;
    store<u32>(ptr - 16, mheap.cycle);
    store<usize>(ptr - 12, mheap.statics);
    mheap.statics = ptr;
  } else if (!setmark(ptr)) return;
  push(ptr);
}

/** Has the references of an object visited. */
// @ts-ignore: decorator
@inline export function push(ptr: usize): void {
  const rtId = load<u32>(ptr - HEADER);
  if (rtId <= idof<string>()) return;
  const flags = flagsof(rtId);
  if (flags & POINTERFREE) return;
  if (flags & LARGE && inpieces(ptr, flags)) return;
  pushword(ptr);
}

/** Puts a word on the mark stack; without room for it the heap is walked when the cycle ends. */
export function pushword(word: usize): void {
  if (mheap.marktop == mheap.markend && !growmarkstack()) {
    mheap.overflow = true;
    return;
  }
  store<usize>(mheap.marktop, word);
  mheap.marktop += 4;
}

/** Takes the latest word off the mark stack. */
// @ts-ignore: decorator
@inline export function popword(): usize {
  mheap.marktop -= 4;
  return load<usize>(mheap.marktop);
}

/** Tells whether the mark stack takes n more words. */
export function hasroom(n: usize): bool {
  while (mheap.markend - mheap.marktop < n << 2) if (!growmarkstack()) return false;
  return true;
}

// @ts-ignore: decorator
@inline function flagsof(rtId: u32): u32 {
  return load<u32>(__rtti_base + 4 + (<usize>rtId << 2));
}

/** Tells whether an object of that class holds references. */
export function haspointers(rtId: u32): bool {
  return rtId > idof<string>() && !(flagsof(rtId) & POINTERFREE);
}

function growmarkstack(): bool {
  const old = mheap.markstack;
  const size = mheap.marktop - old;
  const had = mheap.markend - old >> BLOCK_SHIFT;
  const blocks = had ? had * 2 : 1;
  const stack = allocblocks(blocks);
  if (!stack) return false;
  memory.copy(stack, old, size);
  if (had) freeblocks(old, had);
  mheap.gcblocks += blocks - had;
  mheap.markstack = stack;
  mheap.marktop = stack + size;
  mheap.markend = stack + (blocks << BLOCK_SHIFT);
  return true;
}

/** Gives a mark stack back that has grown. */
export function dropmarkstack(): void {
  const blocks = mheap.markend - mheap.markstack >> BLOCK_SHIFT;
  if (blocks < 2) return;
  freeblocks(mheap.markstack, blocks);
  mheap.gcblocks -= blocks;
  markstackinit();
}

/** A mark stack for when there is no memory: with none at all a long list would take a walk of the heap an element. */
const reserve = memory.data(256);

/** Begins with the smallest mark stack. */
export function markstackinit(): void {
  mheap.markstack = mheap.marktop = reserve;
  mheap.markend = reserve + 256;
}

/** Tells whether nothing waits to be visited. */
// @ts-ignore: decorator
@inline export function drained(): bool {
  return mheap.marktop == mheap.markstack && !(hasarrays() && mheap.snapshots);
}

/** Visits what waits until about `work` bytes are found, buffers of arrays and maps among them; returns what is left of them. */
export function drain(work: i32): i32 {
  const before = mheap.marked;
  let cost: usize = 0; // beside the bytes that are found
  while (mheap.marked - before + cost < <usize>work) {
    if (mheap.marktop > mheap.markstack) {
      const word = popword();
      cost += word & IN_PIECES ? visitpiece(word) : visitwhole(word);
    } else if (hasarrays() && mheap.snapshots) cost += visitcopy();
    else break;
  }
  return work - <i32>min<usize>(mheap.marked - before + cost, work);
}

// @ts-ignore: decorator
@inline function visitwhole(ptr: usize): usize {
  __visit_members(ptr, 0);
  return max(OBJECT_WORK, load<u32>(ptr - 4));
}

/** Visits every marked object once more, until none is left that was marked and not visited. Unbounded. */
export function drainoverflow(): void {
  while (mheap.overflow) {
    mheap.overflow = false;
    for (let ptr = mheap.statics; ptr; ptr = load<usize>(ptr - 12)) visitmarked(ptr);
    let s = mheap.allspans;
    while (s) {
      if (s.markgen == mheap.cycle) visitspan(s);
      s = s.allnext;
    }
  }
}

function visitspan(s: Span): void {
  if (ismixedspan(s)) return;
  const bits = bitmap(s, mheap.cycle);
  let ptr = firstcell(s);
  for (let n = s.nelems; n; --n) {
    if (testbit(bits, bitof(s, ptr)) && !iscached(s, ptr)) visitmarked(ptr);
    ptr += s.elemsize;
  }
}

function visitmarked(ptr: usize): void {
  if (!haspointers(load<u32>(ptr - HEADER))) return;
  __visit_members(ptr, 0);
  while (!drained()) drain(i32.MAX_VALUE);
}

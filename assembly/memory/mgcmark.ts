// SPDX-License-Identifier: MIT
// Marking: an object that is found is marked, and waits on the mark stack until its references are visited.
//
// A mark is a bit of the object's span (mbitmap.ts). Static objects have no span: theirs is the number
// of the cycle in the word at −16; the word behind links those that are marked. A large array of references is copied when it is found and the copy
// visited in pieces: std moves elements within an array with no barrier, which a copy does not notice.
// Whatever is stored into an array after it was found, __link marks. Without memory for the mark stack
// objects stay marked and unvisited; whoever ends the cycle then walks the heap for them. What __link
// calls must not visit members itself: that may panic, and every store of a reference would be traced.

import { BLOCK_SHIFT, allocblocks, freeblocks, mheap, Span } from "./mheap";
import { bitmap, bitof, firstcell, setmark, testbit } from "./mbitmap";
import { FREE } from "./mcentral";
import { checkobject } from "./poison";
import { HEADER } from "./sizeclass";

// Of a class's flags: asc's std/assembly/shared/typeinfo.ts.
// @ts-ignore: decorator
@inline const ARRAY: u32 = 1 << 1;
// @ts-ignore: decorator
@inline const STATICARRAY: u32 = 1 << 2;
// @ts-ignore: decorator
@inline const POINTERFREE: u32 = 1 << 5;
// @ts-ignore: decorator
@inline const VALUE_MANAGED: u32 = 1 << 14;
/** Bytes of references from which on an array is visited in pieces, and of one piece. */
// @ts-ignore: decorator
@inline const LARGE_ARRAY: usize = 64 << 10;
// @ts-ignore: decorator
@inline const PIECE: usize = 4 << 10;
/** What visiting an object costs beside the bytes that it finds. */
// @ts-ignore: decorator
@inline const OBJECT_WORK: i32 = 16;

/** Head of a copied array. */
@unmanaged class Snapshot {
  next: Snapshot | null;
  blocks: usize;
  at: usize; // the references from here on are to be visited
  end: usize;
}

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
  if (flags & VALUE_MANAGED && flags & (ARRAY | STATICARRAY) && snapshot(ptr, flags)) return;
  if (mheap.marktop == mheap.markend && !growmarkstack()) {
    mheap.overflow = true;
    return;
  }
  store<usize>(mheap.marktop, ptr);
  mheap.marktop += 4;
}

// @ts-ignore: decorator
@inline function flagsof(rtId: u32): u32 {
  return load<u32>(__rtti_base + 4 + (<usize>rtId << 2));
}

/** Tells whether an object of that class holds references. */
export function haspointers(rtId: u32): bool {
  return rtId > idof<string>() && !(flagsof(rtId) & POINTERFREE);
}

/** Copies an array that is to be visited in pieces; false if it is not. */
function snapshot(ptr: usize, flags: u32): bool {
  const size = <usize>load<u32>(ptr - 4);
  let start = ptr;
  let len = size;
  if (flags & ARRAY) {
    // A subclass has fields of its own.
    if (size != offsetof<Array<usize>>()) return false;
    start = load<usize>(ptr, offsetof<Array<usize>>("dataStart"));
    len = load<usize>(ptr, offsetof<Array<usize>>("length_")) << 2;
  }
  if (len < LARGE_ARRAY) return false;
  const blocks = (len + offsetof<Snapshot>() >> BLOCK_SHIFT) + 1;
  const copy = allocblocks(blocks);
  if (!copy) return false;
  mheap.gcblocks += blocks;
  const s = changetype<Snapshot>(copy);
  s.next = changetype<Snapshot | null>(mheap.snapshots);
  s.blocks = blocks;
  s.at = copy + offsetof<Snapshot>();
  s.end = s.at + len;
  memory.copy(s.at, start, len);
  mheap.snapshots = copy;
  if (flags & ARRAY) greyobject(load<usize>(ptr));
  return true;
}

/** Visits a piece of a copied array; returns the work that was. */
function visitpiece(): i32 {
  const s = changetype<Snapshot>(mheap.snapshots);
  const end = min(s.end, s.at + PIECE);
  for (let at = s.at; at < end; at += 4) {
    const ptr = load<usize>(at);
    if (ptr) greyobject(ptr);
  }
  s.at = end;
  if (end == s.end) {
    mheap.snapshots = changetype<usize>(s.next);
    mheap.gcblocks -= s.blocks;
    freeblocks(changetype<usize>(s), s.blocks);
  }
  return <i32>PIECE;
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
  return mheap.marktop == mheap.markstack && !mheap.snapshots;
}

/** Visits what waits until about `work` bytes are found, buffers of arrays and maps among them; returns what is left of them. */
export function drain(work: i32): i32 {
  while (work > 0) {
    if (mheap.marktop > mheap.markstack) {
      const marked = mheap.marked;
      mheap.marktop -= 4;
      __visit_members(load<usize>(mheap.marktop), 0);
      work -= <i32>min<usize>(mheap.marked - marked, 1 << 24) + OBJECT_WORK;
    } else if (mheap.snapshots) work -= visitpiece();
    else break;
  }
  return work;
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
  const bits = bitmap(s, mheap.cycle);
  let ptr = firstcell(s);
  for (let n = s.nelems; n; --n) {
    if (load<u32>(ptr - HEADER) != FREE && testbit(bits, bitof(s, ptr))) visitmarked(ptr);
    ptr += s.elemsize;
  }
}

function visitmarked(ptr: usize): void {
  if (!haspointers(load<u32>(ptr - HEADER))) return;
  __visit_members(ptr, 0);
  while (!drained()) drain(i32.MAX_VALUE);
}

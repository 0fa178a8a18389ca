// SPDX-License-Identifier: MIT
// asc's runtime interface: small objects out of the mcache, large ones in spans of their own.
//
// Only __new collects, so only a caller of __new must keep its references visible: asc's
// shadow stack for running code, sched/roots.ts for everything that is parked. Raw blocks
// (heap.alloc) are asc's TLSF; it and the heap take turns in growing the memory.

import "rt/tlsf";
import { fataloom } from "../sys/fatal";
import { gcstart, greyobject } from "./mgc";
import { nextfree, refill } from "./mcache";
import { allocspan, BLOCK, BLOCK_SHIFT, CELLS, mheap, spanof } from "./mheap";
import { addpin, removepin } from "./pins";
import { cellsize, HEADER, MAX_CELL, sizeclass } from "./sizeclass";

// @ts-ignore: decorator
@inline const MAXSIZE: usize = (1 << 30) - CELLS - HEADER;

/** Allocates a zeroed object. May collect. */
// @ts-ignore: decorator
@global @unsafe
export function __new(size: usize, id: i32): usize {
  if (isDefined(GO_TORTURE)) {
    if (++mheap.allocs % GO_TORTURE == 0) gcstart();
  }
  if (size > MAX_CELL - HEADER) return newlarge(size, id);
  const sc = sizeclass(size);
  let ptr = nextfree(sc);
  if (!ptr) ptr = newslow(sc, <i32>size);
  store<u32>(ptr - 8, id);
  store<u32>(ptr - 4, <u32>size);
  // Whole words: a cell has room for them.
  store<u64>(ptr, 0);
  for (let at: usize = 8; at < size; at += 8) store<u64>(ptr + at, 0);
  return ptr;
}

/** A cell when the list of its class is empty. Generated code calls it, too. */
function newslow(sc: i32, size: i32): usize {
  if (mheap.live >= mheap.goal) gcstart();
  if (!refill(sc)) {
    gcstart();
    if (!refill(sc)) fataloom();
  }
  return nextfree(sc);
}

/** An object with a span of its own. */
function newlarge(size: usize, id: i32): usize {
  if (size > MAXSIZE) throw new Error("allocation too large");
  const blocks = (size + CELLS + HEADER + BLOCK - 1) >> BLOCK_SHIFT;
  if (mheap.live + (blocks << BLOCK_SHIFT) >= mheap.goal) gcstart();
  let s = allocspan(blocks, 0);
  if (!s) {
    gcstart();
    s = allocspan(blocks, 0);
    if (!s) fataloom();
  }
  s!.next = mheap.large;
  mheap.large = s;
  mheap.live += blocks << BLOCK_SHIFT;
  const ptr = changetype<usize>(s) + CELLS + HEADER;
  store<u32>(ptr - 8, id);
  store<u32>(ptr - 4, <u32>size);
  memory.fill(ptr, 0, size);
  return ptr;
}

/** Bytes that an object could have where it is. */
function capacity(ptr: usize): usize {
  const s = spanof(ptr);
  return s.sizeclass ? cellsize(s.sizeclass) - HEADER : (s.blocks << BLOCK_SHIFT) - CELLS - HEADER;
}

/** Resizes in place or into a new object; the old one stays valid for whoever still holds it. */
// @ts-ignore: decorator
@global @unsafe
export function __renew(ptr: usize, size: usize): usize {
  const old = <usize>load<u32>(ptr - 4);
  if (ptr >= __heap_base && size <= capacity(ptr)) {
    if (size > old) memory.fill(ptr + old, 0, size - old);
    store<u32>(ptr - 4, <u32>size);
    return ptr;
  }
  const renewed = __new(size, load<i32>(ptr - 8));
  memory.copy(renewed, ptr, min(size, old));
  return renewed;
}

/** The write barrier: nothing to do while the world is stopped to mark. */
// @ts-ignore: decorator
@global @unsafe
export function __link(parent: usize, child: usize, expectMultiple: bool): void {}

/** Marks an object. */
// @ts-ignore: decorator
@global @unsafe
export function __visit(ptr: usize, cookie: u32): void {
  if (ptr) greyobject(ptr);
}

/** Makes an object a root. Panics if it is one already. */
// @ts-ignore: decorator
@global @unsafe
export function __pin(ptr: usize): usize {
  if (ptr && !addpin(ptr)) throw new Error("Object already pinned");
  return ptr;
}

/** Undoes __pin. Panics if the object is not pinned. */
// @ts-ignore: decorator
@global @unsafe
export function __unpin(ptr: usize): void {
  if (ptr && !removepin(ptr)) throw new Error("Object is not pinned");
}

/** Collects. World stopped. */
// @ts-ignore: decorator
@global @unsafe
export function __collect(): void {
  gcstart();
}

// SPDX-License-Identifier: MIT
// asc's runtime interface for objects: small ones out of the mcache, large ones in spans of their own.
//
// What __new is called by must keep its references visible: the trace's frames for running code,
// sched/roots.ts for everything that is parked. So must who calls needraw or needpersistent. Raw blocks are in raw.ts.

import "./raw";
import { CELL, VIEW_DATASTART, WATCH_CPU } from "../shared/layout";
import { fatal, fataloom, gopanic } from "../sys/fatal";
import { nanotime } from "../sys/os";
import { sched } from "../sys/types";
import { gcfull, gcmark, gcstart } from "./mgc";
import { greyobject, haspointers, push } from "./mgcmark";
import { gcpoll } from "./mgcpacer";
import { nextfree, nextrun, refill } from "./mcache";
import { addspan, allocsome } from "./mcentral";
import { BLOCK, BLOCK_SHIFT, capacity, CELLS, ismixedspan, mheap, Span, spanof } from "./mheap";
import { firstcell } from "./mbitmap";
import { clear, zeroesahead } from "./mixed";
import { addpin, removepin } from "./pins";
import { checkoften } from "./checkheap";
import { checkobject, checkpinned } from "./poison";
import { samplelarge, takesample } from "./sample";
import { anyclass, cellsize, FILLED, hasmixed, HEADER, ismixed, MAX_CELL, rangeof, roundcell, sizeclass, ZEROED } from "./sizeclass";

/** No object is of this many bytes: asc's own limit. */
// @ts-ignore: decorator
@inline export const MAXSIZE: usize = (1 << 30) - 20;

/** Allocates a zeroed object. May collect. */
// @ts-ignore: decorator
@global @unsafe
export function __new(size: usize, id: i32): usize {
  if (goesmixed(size, id)) {
    const ptr = newmixed(ZEROED, size);
    if (!zeroesahead()) clear(ptr - HEADER, ptr + size);
    return header(ptr, size, id);
  }
  const ptr = newcell(size);
  clear(ptr - HEADER, ptr + size);
  return header(ptr, size, id);
}

/** Allocates an object that whoever asked fills at once: what is in it is anything. May collect. */
export function newunzeroed(size: usize, id: i32): usize {
  return header(goesmixed(size, id) ? newmixed(FILLED, size) : newcell(size), size, id);
}

/** Tells whether an object is to lie among others of different sizes. */
// @ts-ignore: decorator
@inline function goesmixed(size: usize, id: i32): bool {
  return hasmixed() && size <= MAX_CELL - HEADER && !haspointers(id);
}

// @ts-ignore: decorator
@inline function newmixed(sc: i32, size: usize): usize {
  const cell = roundcell(size);
  return take(sc + rangeof(cell), cell, true);
}

/** A cell of a size class, or a span for a large object. */
// @ts-ignore: decorator
@inline function newcell(size: usize): usize {
  if (size > MAX_CELL - HEADER) return newlarge(size);
  const sc = sizeclass(size);
  return take(sc, cellsize(sc), false);
}

// @ts-ignore: decorator
@inline function take(sc: i32, cell: usize, mixed: bool): usize {
  watch();
  const ptr = nextfree(sc, cell, mixed);
  return ptr ? ptr : newslow(sc, cell);
}

// @ts-ignore: decorator
@inline function watch(): void {
  if (isDefined(GO_TORTURE) || isDefined(GO_TORTURE_STEP)) torture();
}

// @ts-ignore: decorator
@inline function header(ptr: usize, size: usize, id: i32): usize {
  store<u32>(ptr - 8, id);
  store<u32>(ptr - 4, <u32>size);
  return ptr;
}

/** A cell of so many bytes, also when the run of its class is at its end, or before a sample. Generated code calls it, too. */
function newslow(sc: i32, cell: usize): usize {
  if (isDefined(__finalize)) checkfinalizing();
  while (true) {
    const ptr = nextfree(sc, cell, ismixed(sc));
    if (ptr) return ptr;
    const sampled = takesample(sc, cell);
    if (sampled) return sampled;
    if (!nextrun(sc, cell)) takespan(sc, cell);
  }
}

/** Gives a class another span. May collect. */
function takespan(sc: i32, cell: usize): void {
  if (isDefined(GO_DEBUG)) checkoften();
  if (sched.watch & WATCH_CPU) nanotime();
  gcpoll(cell);
  if (refill(sc, cell)) return;
  gcfull();
  if (!refill(sc, cell)) fataloom();
}

// @ts-ignore: decorator
@inline function checkfinalizing(): void {
  if (mheap.finalizing) fatal("__finalize allocates");
}

/** A cell for an object that is not small. */
function newlarge(size: usize): usize {
  watch();
  if (size >= MAXSIZE) gopanic("allocation too large");
  const sc = anyclass(size);
  if (sc) return newslow(sc, cellsize(sc));
  const s = largespan(size);
  const ptr = firstcell(s);
  samplelarge(ptr, s.elemsize);
  return ptr;
}

/** A span for one object. */
function largespan(size: usize): Span {
  if (isDefined(__finalize)) checkfinalizing();
  const blocks = size + CELLS + HEADER + BLOCK - 1 >> BLOCK_SHIFT;
  gcpoll(blocks << BLOCK_SHIFT);
  let s = allocsome(blocks, 0);
  if (!s) {
    gcfull();
    s = allocsome(blocks, 0);
    if (!s) fataloom();
  }
  const span = changetype<Span>(s);
  addspan(span);
  return span;
}

/** Collects, or takes a step, at every n-th call. May collect. */
export function torture(): void {
  ++mheap.allocs;
  if (isDefined(GO_TORTURE)) {
    if (mheap.allocs % GO_TORTURE == 0) gcfull();
  }
  if (isDefined(GO_TORTURE_STEP)) {
    if (mheap.allocs % GO_TORTURE_STEP) return;
    if (mheap.gcphase) gcmark(1);
    else gcstart();
  }
}

/** Resizes in place or into a new object; the old one stays valid for whoever still holds it. */
// @ts-ignore: decorator
@global @unsafe
export function __renew(ptr: usize, size: usize): usize {
  if (isDefined(GO_DEBUG)) checkobject(ptr);
  const old = <usize>load<u32>(ptr - 4);
  if (ptr >= __heap_base && fits(ptr, size)) {
    if (size > old) memory.fill(ptr + old, 0, size - old);
    store<u32>(ptr - 4, <u32>size);
    return ptr;
  }
  const renewed = newunzeroed(size, load<i32>(ptr - 8));
  const kept = min(size, old);
  memory.copy(renewed, ptr, kept);
  memory.fill(renewed + kept, 0, size - kept);
  return revisit(renewed);
}

/** Tells whether an object can become so large, or small, where it is. Among others of different sizes its cell stays as it is. */
function fits(ptr: usize, size: usize): bool {
  const room = capacity(ptr);
  return size <= room && (size + CELL > room || !ismixedspan(spanof(ptr)));
}

/** Has an object visited that was filled with references and no barrier; returns it. What is new is marked, but was not visited. */
export function revisit(ptr: usize): usize {
  if (mheap.gcphase) push(ptr);
  return ptr;
}

/**
 * Copies an array, elements and all: std's sort has them where no collector looks, and puts them back without a barrier.
 * `view` says that it is no StaticArray. May collect.
 */
export function snapshot(array: usize, view: bool): usize {
  if (!view) return revisit(copied(array));
  const from = load<usize>(array);
  const buffer = changetype<ArrayBuffer>(copied(from));
  const copy = copied(array);
  store<usize>(copy, changetype<usize>(buffer));
  store<usize>(copy, load<usize>(copy, VIEW_DATASTART) - from + changetype<usize>(buffer), VIEW_DATASTART);
  return revisit(copy);
}

function copied(ptr: usize): usize {
  const size = <usize>load<u32>(ptr - 4);
  const copy = newunzeroed(size, load<i32>(ptr - 8));
  memory.copy(copy, ptr, size);
  return copy;
}

/** The write barrier: marks what is stored while a cycle marks. */
// @ts-ignore: decorator
@global @unsafe
export function __link(parent: usize, child: usize, expectMultiple: bool): void {
  if (mheap.gcphase) shade(child);
}

/** Marks what is stored. The transform has it called in place of __link. */
function shade(ptr: usize): void {
  if (ptr) greyobject(ptr);
}

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
  if (!ptr) return ptr;
  if (isDefined(GO_DEBUG)) checkpinned(ptr);
  if (!addpin(ptr)) gopanic("Object already pinned");
  if (mheap.gcphase) shade(ptr);
  return ptr;
}

/** Undoes __pin. Panics if the object is not pinned. The host has no barrier: what it pins while it stores it is marked. */
// @ts-ignore: decorator
@global @unsafe
export function __unpin(ptr: usize): void {
  if (!ptr) return;
  if (!removepin(ptr)) gopanic("Object is not pinned");
  if (mheap.gcphase) shade(ptr);
}

/** Collects. World stopped. */
// @ts-ignore: decorator
@global @unsafe
export function __collect(): void {
  gcfull(true);
}

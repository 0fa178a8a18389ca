// SPDX-License-Identifier: MIT
// Raw blocks: what std, the host and the runtime take by heap.alloc, and give back themselves.
//
// They lie in spans like objects do, but in spans of their own, which are never swept: each has its list
// of free cells, and one in which nothing is left goes back to the heap, unless it is the only one of its
// class that has room. So an allocation and a free are a few loads and stores. What holds no cell is a
// span of its own. Nothing raw keeps an object alive. std allocates while it holds objects that nobody
// sees, so __alloc never collects; what may collect calls needraw.
//
// A class lists the spans that have room; one that is full is in no list.

import { fatal, fataloom, gopanic } from "../sys/fatal";
import { allocsome } from "./mcentral";
import { BLOCK, BLOCK_SHIFT, blocksof, capacity, CELLS, freespan, RAW, rawof, Span, spanof } from "./mheap";
import { firstcell } from "./mbitmap";
import { checkfree, checkraw, poisoncell } from "./poison";
import { gcfull } from "./mgc";
import { anyclass, HEADER } from "./sizeclass";
import { MAXSIZE } from "./malloc";

/** A raw span: its free list is where others have marks. */
@unmanaged export class RawSpan extends Span {
  freelist: usize;
  nalloc: usize;
}

/** rtId of a raw block. */
// @ts-ignore: decorator
@inline export const RAWID: u32 = 0xfffffffe;
/** rtId of a raw block that is free. */
// @ts-ignore: decorator
@inline export const FREED: u32 = 0xfffffffd;

if (offsetof<RawSpan>() > CELLS) ERROR("a raw span's fields run into its cells");

/** Allocates a raw block: 16-byte aligned, not zeroed, never moved or collected. Dies if there is no memory. */
// @ts-ignore: decorator
@global @unsafe
export function __alloc(size: usize): usize {
  const ptr = rawalloc(size);
  if (!ptr) fataloom();
  return ptr;
}

/** Allocates as __alloc does, but collects if there is no memory. May collect. */
export function needraw(size: usize): usize {
  const ptr = rawalloc(size);
  if (ptr) return ptr;
  gcfull();
  return __alloc(size);
}

/** Allocates as __alloc does; 0 if there is no memory. Never collects. */
export function rawalloc(size: usize): usize {
  const sc = anyclass(size);
  if (!sc) return alloclarge(size);
  let s = changetype<RawSpan>(load<usize>(rawof(sc)));
  if (!changetype<usize>(s)) {
    s = freshspan(sc);
    if (!changetype<usize>(s)) return 0;
  }
  const ptr = take(s, sc);
  if (isDefined(GO_DEBUG)) checkfree(ptr, FREED);
  store<u32>(ptr - HEADER, RAWID);
  return ptr;
}

// @ts-ignore: decorator
@inline function take(s: RawSpan, sc: i32): usize {
  const ptr = s.freelist;
  const rest = load<usize>(ptr);
  s.freelist = rest;
  ++s.nalloc;
  if (!rest) unlink(s, sc);
  return ptr;
}

/** A span of free cells; null if there is no memory. */
function freshspan(sc: i32): RawSpan {
  const s = changetype<RawSpan>(allocsome(blocksof(sc), sc | RAW));
  if (!changetype<usize>(s)) return s;
  const cell = s.elemsize;
  const first = firstcell(s);
  const last = first + (s.nelems - 1) * cell;
  for (let ptr = first; ptr < last; ptr += cell) store<usize>(ptr, ptr + cell);
  store<usize>(last, 0);
  if (isDefined(GO_DEBUG)) for (let ptr = first; ptr <= last; ptr += cell) poisoncell(s, ptr, FREED);
  s.freelist = first;
  s.nalloc = 0;
  link(s, sc);
  return s;
}

function alloclarge(size: usize): usize {
  if (size > MAXSIZE) gopanic("allocation too large");
  return tryalloc(size);
}

/** Allocates a raw block in a span of its own; 0 if there is no memory. */
export function tryalloc(size: usize): usize {
  const s = allocsome(size + CELLS + HEADER + BLOCK - 1 >> BLOCK_SHIFT, RAW);
  if (!s) return 0;
  const ptr = firstcell(changetype<Span>(s));
  store<u32>(ptr - HEADER, RAWID);
  return ptr;
}

/** Gives a raw block back. */
// @ts-ignore: decorator
@global @unsafe
export function __free(ptr: usize): void {
  if (ptr < __heap_base) return; // as in asc: static blocks stay
  if (isDefined(GO_DEBUG)) checkraw(ptr);
  const s = changetype<RawSpan>(changetype<usize>(spanof(ptr)));
  const sc = s.spanclass - RAW;
  if (!sc) {
    freespan(s);
    return;
  }
  if (isDefined(GO_DEBUG)) poisoncell(s, ptr, FREED);
  const rest = s.freelist;
  store<usize>(ptr, rest);
  s.freelist = ptr;
  if (!rest) link(s, sc);
  if (!--s.nalloc && (s.next || s.prev)) {
    unlink(s, sc);
    freespan(s);
  }
}

/** Resizes a raw block, moving it if it must. */
// @ts-ignore: decorator
@global @unsafe
export function __realloc(ptr: usize, size: usize): usize {
  const isstatic = ptr < __heap_base;
  if (isDefined(GO_DEBUG) && !isstatic) checkraw(ptr);
  const had = isstatic ? <usize>load<u32>(ptr - 4) : capacity(ptr);
  if (!isstatic && size <= had && size >= had >> 1) return ptr;
  const moved = __alloc(size);
  memory.copy(moved, ptr, min(size, had));
  __free(ptr);
  return moved;
}

function link(s: RawSpan, sc: i32): void {
  const first = changetype<Span | null>(load<usize>(rawof(sc)));
  s.next = first;
  s.prev = null;
  if (first) first.prev = s;
  store<usize>(rawof(sc), changetype<usize>(s));
}

function unlink(s: RawSpan, sc: i32): void {
  const next = s.next;
  const prev = s.prev;
  if (next) next.prev = prev;
  if (prev) prev.next = next;
  else store<usize>(rawof(sc), changetype<usize>(next));
}

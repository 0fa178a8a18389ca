// SPDX-License-Identifier: MIT
// What a debug build (GO_DEBUG) writes into free memory, and where it looks at it and at pointers again.
//
// Free blocks, and the payloads of free cells behind their link, are full of POISON. It is put there when
// a cell is swept or freed and when blocks are given back, and looked for when they are handed out: who
// has written there meanwhile used memory that was not theirs any more. The word of a free cell where an
// object has its rtSize is the class that was there. An object is looked at whenever it is marked or
// pinned, so a wild pointer in a root or a field is found by the next collection, not where it hurts.
//
// All of it dies with fatalthrow, numbers first. Never allocates.

import { MEMORY_BASE } from "../shared/layout";
import { fatalthrow } from "../sys/fatal";
import { printrune, printstring, printuint } from "../sys/print";
import { bitof, firstcell, livebits, testbit } from "./mbitmap";
import { FREE } from "./mcentral";
import { BLOCK, BLOCK_SHIFT, CELLS, ismixedspan, mheap, RAW, Span, spanof } from "./mheap";
import { cellat } from "./mixed";
import { FREED, RAWID } from "./raw";
import { cellsize, HEADER, MAX_CELL, NCLASSES } from "./sizeclass";

/** A byte of free memory, and four of them: odd, so no address of an object, and no class. */
// @ts-ignore: decorator
@inline const BYTE: u8 = 0xdb;
// @ts-ignore: decorator
@inline const POISON: u32 = 0xdbdbdbdb;

// What programs die of.
// @ts-ignore: decorator
@lazy const AFTER_FREE = "use after free";
// @ts-ignore: decorator
@lazy const FOREIGN = "free of what is not allocated";
// @ts-ignore: decorator
@lazy const BAD = "found bad pointer in the heap";

/** Bytes of payload that the cells of a span have. */
// @ts-ignore: decorator
@inline function room(s: Span): usize {
  return s.spanclass & (RAW - 1) ? s.elemsize - HEADER : (s.blocks << BLOCK_SHIFT) - CELLS - HEADER;
}

/** Bytes of the longest object in a span. */
export function longest(s: Span): usize {
  return ismixedspan(s) ? MAX_CELL - HEADER : room(s);
}

/** Makes a cell of a span a free one: FREE or FREED. Its link is the caller's. */
export function poisoncell(s: Span, ptr: usize, id: u32): void {
  const was = load<u32>(ptr - HEADER);
  if (was != id) store<u32>(ptr - 4, was);
  store<u32>(ptr - HEADER, id);
  memory.fill(ptr + 4, BYTE, room(s) - 4);
}

/** Free cells, of `bytes` in all, that are to be handed out: dies if one is none, or was written to since it was freed. */
export function checkallfree(ptr: usize, bytes: usize, id: u32): void {
  for (const end = ptr + bytes; ptr < end; ptr += spanof(ptr).elemsize) checkfree(ptr, id);
}

/** A free cell that is to be handed out. */
export function checkfree(ptr: usize, id: u32): void {
  if (ptr & 15 || !inmemory(ptr)) badpointer(ptr, " is to be handed out, and no cell", AFTER_FREE);
  if (load<u32>(ptr - HEADER) != id) badpointer(ptr, " is to be handed out, and not free", AFTER_FREE);
  checkpoison(ptr, ptr + 4, ptr + room(spanof(ptr)));
}

/** Blocks that are given back. */
export function poisonblocks(ptr: usize, blocks: usize): void {
  memory.fill(ptr, BYTE, blocks << BLOCK_SHIFT);
}

/** A run's head, which is none any more, becomes like the rest. */
export function poisonhead(ptr: usize, len: usize): void {
  memory.fill(ptr, BYTE, len);
}

/** Blocks that are to be handed out: dies if they, or the first MiB of them, were written to since they were given back. */
export function checkblocks(ptr: usize, blocks: usize): void {
  const end = ptr + (min<usize>(blocks, 64) << BLOCK_SHIFT);
  for (let at = ptr; at < end; at += 8) {
    if (load<u64>(at) == (<u64>POISON << 32 | POISON)) continue;
    badpointer(at, " is in free blocks, and was written to", AFTER_FREE);
  }
}

function checkpoison(ptr: usize, start: usize, end: usize): void {
  for (let at = start; at < end; at += 4) {
    if (load<u32>(at) == POISON) continue;
    printaddress(ptr);
    printstring(" is free, and was written to at +");
    printuint(at - ptr);
    printclass(load<u32>(ptr - 4));
    fatalthrow(AFTER_FREE);
  }
}

/** What is to be marked or pinned: dies if it is no object. */
export function checkobject(ptr: usize): void {
  if (ptr & 15 || ptr < <usize>MEMORY_BASE || !inmemory(ptr)) badobject(ptr, " is no address of an object");
  if (ptr >= __heap_base) checkcell(ptr);
  const id = load<u32>(ptr - HEADER);
  if (id < load<u32>(__rtti_base)) return;
  printaddress(ptr);
  printstring(" is of class ");
  printuint(id);
  printstring(", which there is not\n");
  fatalthrow(BAD);
}

function checkcell(ptr: usize): void {
  const s = spanof(ptr);
  if (!isspan(s)) badobject(ptr, " is in no span of objects");
  const first = firstcell(s);
  const offset = ptr - first;
  if (ptr < first || offset % s.elemsize || offset / s.elemsize >= s.nelems) badobject(ptr, " is not where a cell begins");
  if (load<u32>(ptr - HEADER) == FREE) {
    printaddress(ptr);
    printstring(" is free, and held");
    printclass(load<u32>(ptr - 4));
    fatalthrow(AFTER_FREE);
  }
  if (<usize>load<u32>(ptr - 4) > longest(s)) badobject(ptr, " has a length that its cell has not");
  if (isdead(s, ptr)) badobject(ptr, " was found dead by the collection before, and is held");
}

/** What is to be pinned: dies if it is no object, be that within one. */
export function checkpinned(ptr: usize): void {
  checkobject(ptr);
  if (ptr < __heap_base) return;
  const s = spanof(ptr);
  let at = firstcell(s);
  while (at < ptr) at += cellat(s, at);
  if (at > ptr) badobject(ptr, " is not where a cell begins");
}

/** Tells whether the last collection that has ended found no object there, and it is not swept yet. */
export function isdead(s: Span, ptr: usize): bool {
  if (s.sweepgen == mheap.sweepgen) return false;
  const bits = livebits(s);
  return !bits || !testbit(bits, bitof(s, ptr));
}

/** Tells whether a span's header is one: it is in the list of all. */
export function isspan(s: Span): bool {
  if (!isblock(changetype<usize>(s))) return false;
  const prev = s.allprev;
  if (!prev) return mheap.allspans == s;
  return isblock(changetype<usize>(prev)) && prev.allnext == s;
}

/** Tells whether a block of the heap begins there. */
export function isblock(at: usize): bool {
  return !(at & (BLOCK - 1)) && at >= __heap_base && inmemory(at);
}

function inmemory(ptr: usize): bool {
  return <u64>ptr < <u64>memory.size() << 16;
}

/** What is to be freed or resized: dies if it is no raw block. */
export function checkraw(ptr: usize): void {
  if (ptr & 15 || !inmemory(ptr)) badpointer(ptr, " is no address of a block", FOREIGN);
  const s = spanof(ptr);
  const sc = s.spanclass - RAW;
  const israw = isblock(changetype<usize>(s)) && <u32>sc < <u32>NCLASSES;
  const offset = ptr - firstcell(s);
  if (israw && (sc ? offset % cellsize(sc) : offset)) badpointer(ptr, " is not where a block begins", FOREIGN);
  const id = load<u32>(ptr - HEADER);
  if (israw && id == RAWID) return;
  if (id == FREED || id == POISON) badpointer(ptr, " is free already", FOREIGN);
  badpointer(ptr, " is no block of heap.alloc", FOREIGN);
}

function badobject(ptr: usize, what: string): void {
  badpointer(ptr, what, BAD);
}

function badpointer(ptr: usize, what: string, msg: string): void {
  printaddress(ptr);
  printstring(what);
  printrune(0x0a);
  fatalthrow(msg);
}

/** Begins a line about an address. */
export function printaddress(ptr: usize): void {
  printstring("runtime: 0x");
  for (let shift = 28 - (clz(<u32>ptr | 1) & ~3); shift >= 0; shift -= 4) {
    const digit = <u32>(ptr >> shift & 15);
    printrune(digit < 10 ? 0x30 + digit : 0x57 + digit);
  }
}

/** Ends it with the class that was there. */
function printclass(id: u32): void {
  if (id < load<u32>(__rtti_base)) {
    printstring(", once of class ");
    printuint(id);
  }
  printrune(0x0a);
}

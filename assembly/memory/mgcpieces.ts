// SPDX-License-Identifier: MIT
// What is too large to be visited at once: the collector's steps take a piece of it each.
//
// An array of references is copied when it is found and the copy visited: std moves elements within an
// array with no barrier, which a copy does not notice. The entries of a map or a set only ever get more,
// in a buffer that is left as it was when it is too small. A channel's are a window of its buffer, and its
// class visits them from where the cookie says. These two wait on the mark stack, with the place where
// their visit goes on below their address. Whatever is stored into any of them after it was found, __link
// marks.

import { BLOCK_SHIFT, allocblocks, freeblocks, mheap } from "./mheap";
import { greyobject, hasroom, popword, pushword } from "./mgcmark";
import { HEADER } from "./sizeclass";

// Of a class's flags: asc's std/assembly/shared/typeinfo.ts.
// @ts-ignore: decorator
@inline const ARRAY: u32 = 1 << 1;
// @ts-ignore: decorator
@inline const STATICARRAY: u32 = 1 << 2;
// @ts-ignore: decorator
@inline const SET: u32 = 1 << 3;
// @ts-ignore: decorator
@inline const MAP: u32 = 1 << 4;
// @ts-ignore: decorator
@inline const VALUE_ALIGN_SHIFT: u32 = 6;
// @ts-ignore: decorator
@inline const VALUE_MANAGED: u32 = 1 << 14;
// @ts-ignore: decorator
@inline const KEY_ALIGN_SHIFT: u32 = 15;
// @ts-ignore: decorator
@inline const KEY_MANAGED: u32 = 1 << 23;
/** An object of such a class may be large. */
// @ts-ignore: decorator
@inline export const LARGE: u32 = ARRAY | STATICARRAY | SET | MAP;
/** Bytes from which on what an object refers to is visited in pieces, and of one piece. */
// @ts-ignore: decorator
@inline const LARGEST: usize = 64 << 10;
// @ts-ignore: decorator
@inline const PIECE: usize = 4 << 10;

// What is on the mark stack is an object, or, with one of these added, has words below it.
/** An object that was visited in part: the cookie to go on with. */
// @ts-ignore: decorator
@inline const PARTLY: usize = 1;
/** A buffer of entries: their shape, and where to go on. */
// @ts-ignore: decorator
@inline const ENTRIES: usize = 2;
// @ts-ignore: decorator
@inline export const IN_PIECES: usize = PARTLY | ENTRIES;

/** Of a copied array, the bytes of references to objects of which the headers are read before they are marked. */
// @ts-ignore: decorator
@inline const AHEAD: usize = 256;
/** What was read: else the engine would not. */
let touched: u32 = 0;

/** Head of a copied array. */
@unmanaged class Snapshot {
  next: Snapshot | null;
  blocks: usize;
  at: usize; // the references from here on are to be visited
  end: usize;
}

// The transform knows what classes a program has, and answers for these.
/** Whether there are arrays of references. */
export function hasarrays(): bool {
  return true;
}

/** Whether there are maps or sets of references. */
function hastables(): bool {
  return true;
}

/** Has an object of a class with these flags visited in pieces; false if it is not large. */
export function inpieces(ptr: usize, flags: u32): bool {
  if (flags & (ARRAY | STATICARRAY)) return hasarrays() && flags & VALUE_MANAGED && snapshot(ptr, flags);
  return hastables() && pushentries(ptr, flags);
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
  if (len < LARGEST) return false;
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
export function visitcopy(): i32 {
  const s = changetype<Snapshot>(mheap.snapshots);
  const end = min(s.end, s.at + PIECE);
  for (let at = s.at; at < end; ) {
    const stop = min(end, at + AHEAD);
    touch(at, stop);
    for (; at < stop; at += 4) {
      const ptr = load<usize>(at);
      if (ptr) greyobject(ptr);
    }
  }
  s.at = end;
  if (end == s.end) {
    mheap.snapshots = changetype<usize>(s.next);
    mheap.gcblocks -= s.blocks;
    freeblocks(changetype<usize>(s), s.blocks);
  }
  return <i32>PIECE;
}

/** Reads the headers of objects that are to be marked, one right after the other: their cache misses then run side by side. */
function touch(at: usize, end: usize): void {
  let ids: u32 = 0;
  for (; at < end; at += 4) ids |= load<u32>(max<usize>(load<usize>(at), HEADER) - HEADER);
  touched = ids;
}

/** Visits a piece of what was on the mark stack, and puts the rest back; returns what that costs. */
export function visitpiece(word: usize): usize {
  const at = popword();
  const ptr = word & ~IN_PIECES;
  if (!hastables() || word & PARTLY) __visit_members(ptr, <u32>at);
  else visitentries(ptr, at, popword());
  return PIECE;
}

/**
 * Has the rest of an object visited later: its class's __visit is called with that cookie. False if there
 * is no memory to remember that.
 */
export function visitlater(ptr: usize, cookie: u32): bool {
  if (!hasroom(2)) return false;
  pushword(cookie);
  pushword(ptr | PARTLY);
  return true;
}

// How std lays a Map out; a Set is alike, without values. mgc.spec.ts has one of each shape.
// @ts-ignore: decorator
@inline const TABLE_SIZE: u32 = 24;
// @ts-ignore: decorator
@inline const TABLE_ENTRIES: usize = 8;
// @ts-ignore: decorator
@inline const TABLE_OFFSET: usize = 16; // entries so far, deleted ones too
/** A bit in the last word of an entry: it was deleted, and what it refers to may be gone. */
// @ts-ignore: decorator
@inline const EMPTY: usize = 1;

// Shape of an entry: its size, with the offsets of its value (0: none that is a reference), and of its tag.
// @ts-ignore: decorator
@inline const SHAPE_VALUE: u32 = 8;
// @ts-ignore: decorator
@inline const SHAPE_TAG: u32 = 16;
/** The key is a reference. */
// @ts-ignore: decorator
@inline const SHAPE_KEY: u32 = 1 << 24;

/** Has the entries of a map or set visited in pieces; false if they are not. */
function pushentries(ptr: usize, flags: u32): bool {
  // A subclass has fields of its own.
  if (!(flags & (KEY_MANAGED | VALUE_MANAGED)) || load<u32>(ptr - 4) != TABLE_SIZE) return false;
  const shape = entryshape(flags);
  const entries = load<usize>(ptr, TABLE_ENTRIES);
  if (load<usize>(ptr, TABLE_OFFSET) * (shape & 0xff) < LARGEST || !hasroom(3)) return false;
  greyobject(load<usize>(ptr)); // buckets
  greyobject(entries);
  pushword(shape);
  pushword(entries);
  pushword(entries | ENTRIES);
  return true;
}

/** The shape of the entries of a class with these flags. */
function entryshape(flags: u32): u32 {
  // An alignment is a bit, of which the lowest is 1: the size itself.
  const value: u32 = flags >> VALUE_ALIGN_SHIFT & 31;
  if (flags & SET) return 8 | 4 << SHAPE_TAG | SHAPE_KEY;
  const key: u32 = flags >> KEY_ALIGN_SHIFT & 31;
  const offset = max(key, value);
  const tag = offset + value + 3 & ~3;
  const align = max(offset, 4) - 1;
  const shape = (tag + 4 + align & ~align) | tag << SHAPE_TAG;
  return shape | (flags & VALUE_MANAGED ? offset << SHAPE_VALUE : 0) | (flags & KEY_MANAGED ? SHAPE_KEY : 0);
}

/** Visits the entries from `at` on as far as a piece goes. Those that were never written are zero. */
function visitentries(buffer: usize, at: usize, shape: usize): void {
  const size = shape & 0xff;
  const value = shape >> SHAPE_VALUE & 0xff;
  const tag = shape >> SHAPE_TAG & 0xff;
  const end = buffer + <usize>load<u32>(buffer - 4) - size; // the last one
  const stop = min(end, at + PIECE);
  const from = at;
  while (at <= stop) at += size;
  if (at <= end) {
    pushword(shape);
    pushword(at);
    pushword(buffer | ENTRIES);
  }
  for (let entry = from; entry < at; entry += size) {
    if (load<usize>(entry + tag) & EMPTY) continue;
    if (shape & SHAPE_KEY && load<usize>(entry)) greyobject(load<usize>(entry));
    if (value && load<usize>(entry + value)) greyobject(load<usize>(entry + value));
  }
}

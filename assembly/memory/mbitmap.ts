// SPDX-License-Identifier: MIT
// Mark bits: which cells of a span a collection has found.
//
// A span has two bitmaps, of 1024 bits each, whatever its size: those of this cycle and of the one
// before, even and odd. While one is being marked, the other says which cells are free, so that spans
// can be swept meanwhile. Nothing clears all bitmaps at once: a span's is cleared when a cycle first
// touches the span, which markgen tells; one that was never touched has no marks.

import { marknoscan } from "./mixed";
import { BLOCK, CELLS, MARKS, MARKS_SIZE, mheap, Span, spanof, spanshift } from "./mheap";
import { hasmixed, HEADER, isnoscan, MEDIUM } from "./sizeclass";

/** The bitmap of a cycle. */
// @ts-ignore: decorator
@inline export function bitmap(s: Span, cycle: u32): usize {
  return changetype<usize>(s) + MARKS + <usize>(cycle & 1) * MARKS_SIZE;
}

/** The number of ptr's bit in its span's bitmaps. */
// @ts-ignore: decorator
@inline export function bitof(s: Span, ptr: usize): usize {
  return ptr - changetype<usize>(s) >> (s.spanclass >= MEDIUM ? 6 : 4);
}

/** Tells whether a bit is set. */
// @ts-ignore: decorator
@inline export function testbit(bits: usize, i: usize): bool {
  return (load<u8>(bits + (i >> 3)) >> <u8>(i & 7) & 1) != 0;
}

// @ts-ignore: decorator
@inline export function setbit(bits: usize, i: usize): void {
  store<u8>(bits + (i >> 3), load<u8>(bits + (i >> 3)) | 1 << <u8>(i & 7));
}

/** Sets the bits of ptr, which is on the heap, in the cycle that marks; true if it was not set and the object may hold references. */
// @ts-ignore: decorator
@inline export function setmark(ptr: usize): bool {
  const shift = spanshift(ptr);
  const s = changetype<Span>(ptr & (-BLOCK << shift));
  const cycle = mheap.cycle;
  if (s.markgen != cycle) preparespan(s);
  const i = ptr - changetype<usize>(s) >> (shift + 4);
  const byte = bitmap(s, cycle) + (i >> 3);
  const bits = load<u8>(byte);
  const bit = <u8>1 << <u8>(i & 7);
  if (bits & bit) return false;
  if (hasmixed() && isnoscan(s.spanclass)) return marknoscan(s, ptr, bitmap(s, cycle), i);
  store<u8>(byte, bits | bit);
  mheap.marked += s.elemsize;
  ++mheap.nmarked;
  return hasmixed() || !isnoscan(s.spanclass);
}

/** Clears the bitmap of the cycle that marks; that of the cycle before, too, unless it is true. */
export function preparespan(s: Span): void {
  if (s.markgen == mheap.cycle) return;
  if (s.markgen == mheap.cycle - 1) memory.fill(bitmap(s, mheap.cycle), 0, MARKS_SIZE);
  else memory.fill(changetype<usize>(s) + MARKS, 0, 2 * MARKS_SIZE);
  s.markgen = mheap.cycle;
}

/** The bitmap of the cells that the last finished cycle has found; 0 if it has found none. */
export function livebits(s: Span): usize {
  if (s.markgen == mheap.sweepgen || s.markgen == mheap.sweepgen + 1) return bitmap(s, mheap.sweepgen);
  return 0;
}

/** Tells whether the last finished cycle has found an object of the heap. */
export function ismarked(ptr: usize): bool {
  const s = spanof(ptr);
  const bits = livebits(s);
  return bits != 0 && testbit(bits, bitof(s, ptr));
}

/** Counts the bits of a bitmap, 0 if there is none. */
export function countbits(bits: usize): usize {
  if (!bits) return 0;
  let n: u64 = 0;
  for (let at = bits; at < bits + MARKS_SIZE; at += 8) n += popcnt(load<u64>(at));
  return <usize>n;
}

/** The bitmap of the cells of a span that lived when it was swept; 0 if none did. */
// @ts-ignore: decorator
@inline export function sweptbits(s: Span): usize {
  const gen = s.sweepgen;
  return s.markgen == gen || s.markgen == gen + 1 ? bitmap(s, gen) : 0;
}

/** Tells whether a cell of a span lived when that was swept. */
export function islivecell(s: Span, ptr: usize): bool {
  const bits = sweptbits(s);
  return bits != 0 && testbit(bits, bitof(s, ptr));
}

/** The first cell from ptr on of which the bit is set; `limit` if there is none. */
export function nextlive(s: Span, bits: usize, ptr: usize, limit: usize): usize {
  for (let i = bitof(s, ptr); i < MARKS_SIZE << 3; i = (i | 63) + 1) {
    const word = load<u64>(bits + (i >> 6 << 3)) >> (i & 63);
    if (!word) continue;
    const bit = i + <usize>ctz(word);
    if (s.spanclass < MEDIUM) return changetype<usize>(s) + (bit << 4);
    const past = changetype<usize>(s) + (bit << 6) - ptr + s.elemsize - 1; // a medium cell may begin behind where its bit does
    return ptr + past - past % s.elemsize;
  }
  return limit;
}

/** The first of the smallest cells from ptr on of which the bit is clear; `limit` if there is none. */
export function nextfreecell(s: Span, bits: usize, ptr: usize, limit: usize): usize {
  for (let i = bitof(s, ptr); i < MARKS_SIZE << 3; i = (i | 63) + 1) {
    const word = ~load<u64>(bits + (i >> 6 << 3)) >> (i & 63);
    if (word) return changetype<usize>(s) + (i + <usize>ctz(word) << 4);
  }
  return limit;
}

/** Of the cells of a span from ptr on, those that were free when it was swept. */
export function countfree(s: Span, ptr: usize): usize {
  const cell = s.elemsize;
  const limit = firstcell(s) + s.nelems * cell;
  const bits = sweptbits(s);
  let n: usize = 0;
  while (ptr < limit) {
    const live = bits ? nextlive(s, bits, ptr, limit) : limit;
    n += (live - ptr) / cell;
    ptr = live + cell;
  }
  return n;
}

/** Where the payload behind a span's last cell would be. */
// @ts-ignore: decorator
@inline export function lastcellend(s: Span): usize {
  return firstcell(s) + s.nelems * s.elemsize;
}

/** The first payload of a span. */
// @ts-ignore: decorator
@inline export function firstcell(s: Span): usize {
  return changetype<usize>(s) + CELLS + HEADER;
}

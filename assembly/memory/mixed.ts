// SPDX-License-Identifier: MIT
// Spans in which objects of different sizes lie, none with references: strings, buffers, arrays of numbers.
//
// What a program allocates one after the other lies one behind the other, whatever its size, so the allocator writes and
// the collector reads memory in order. The cells are the smallest there are, an object takes as many as it needs, and
// marking it sets the bits of all of them: so a span's marks say what is free in it, as they do elsewhere.
//
// The run of such a class is a free piece, out of which objects of any size are cut. When the next one does not fit, the
// rest is given back, and a piece in which it does is the next run. Nothing is counted as allocated but what is in a
// run. One that is taken while a cycle marks has all its bits set; none outlives the beginning or the end of a cycle.
//
// Source: Blackburn and McKinley, Immix (PLDI 2008), whose lines are these cells.

import { MCACHE } from "../shared/layout";
import { bitmap, bitof, firstcell, lastcellend, nextfreecell, nextlive, preparespan, setbit, sweptbits } from "./mbitmap";
import { cachespan, FREE, movespan, sweepsome } from "./mcentral";
import { ismixedspan, MARKS_SIZE, mheap, runof, Span, spanof } from "./mheap";
import { handout, unsample } from "./sample";
import { FILLED, hasmixed, HEADER, ismixed, MEDIUM, roundcell, ZEROED } from "./sizeclass";

/** Spans in which an object does not fit that are looked at before it gets a new one. */
// @ts-ignore: decorator
@inline const MISFITS: i32 = 8;
/** Up to this many bytes a loop clears faster than the engine. */
// @ts-ignore: decorator
@inline const LOOP: usize = 256;

// How many objects were cut out of runs is counted in the mcache's first word: no class is 0.
/** Counts an object. */
// @ts-ignore: decorator
@inline export function countmixed(): void {
  store<u32>(MCACHE, load<u32>(MCACHE) + 1);
}

/** How many objects were counted since the runs were forgotten. */
// @ts-ignore: decorator
@inline export function mixedobjects(): u32 {
  return hasmixed() ? load<u32>(MCACHE) : 0;
}

/** Marks an object without references: it was not. Returns false. */
export function marknoscan(s: Span, ptr: usize, bits: usize, i: usize): bool {
  let cell = s.elemsize;
  if (ismixed(s.spanclass)) {
    cell = roundcell(load<u32>(ptr - 4));
    putbits(bits, i, min(cell >> 4, (MARKS_SIZE << 3) - i), true); // no pointer, however wild, marks beyond
  } else setbit(bits, i);
  mheap.marked += cell;
  ++mheap.nmarked;
  return false;
}

/** Sets or clears n bits of a bitmap from the i-th on. */
// @ts-ignore: decorator
@inline function putbits(bits: usize, i: usize, n: usize, set: bool): void {
  for (; n > 64; n -= 64) {
    putword(bits, i, 64, set);
    i += 64;
  }
  putword(bits, i, n, set);
}

/** Puts 1 to 64 bits, in a word and the next one if there is one: sizes come in no order, so there is no branch. */
// @ts-ignore: decorator
@inline function putword(bits: usize, i: usize, n: usize, set: bool): void {
  const mask = u64.MAX_VALUE >> (64 - n);
  const at = bits + (i >> 6 << 3);
  put(at, mask << (i & 63), set);
  put(min(at + 8, bits + MARKS_SIZE - 8), mask >> 1 >> (~i & 63), set);
}

// @ts-ignore: decorator
@inline function put(at: usize, mask: u64, set: bool): void {
  store<u64>(at, set ? load<u64>(at) | mask : load<u64>(at) & ~mask);
}

/** Begins the run of a class with the first free piece from ptr on that has `need` bytes; false if there is none. */
export function beginmixed(sc: i32, s: Span, ptr: usize, need: usize): bool {
  const bits = sweptbits(s);
  const limit = lastcellend(s);
  let end = bits ? ptr : limit;
  while (end - ptr < need) {
    ptr = nextfreecell(s, bits, end, limit);
    if (ptr == limit) return false;
    end = nextlive(s, bits, ptr, limit);
  }
  mheap.live += end - ptr;
  account(ptr, end - ptr, false);
  if (sc < FILLED && zeroesahead()) clear(ptr - HEADER, end - HEADER);
  handout(sc, ptr, end);
  return true;
}

/** Gives a class another span, with a run of `need` bytes; false if there is no memory. */
export function refillmixed(sc: i32, need: usize): bool {
  for (let tries = MISFITS; tries >= 0; --tries) {
    const s = cachespan(sc, tries > 0);
    if (!s) break;
    if (beginmixed(sc, s, firstcell(s), need)) return true;
  }
  // There is no memory, and the other class of its range has room, too.
  const twin = sc < FILLED ? sc + (FILLED - ZEROED) : sc - (FILLED - ZEROED);
  return beginany(sc, sc, need) || beginany(sc, twin, need);
}

/** Gives a class a span that another one has, or it has itself, with a run of `need` bytes; false if none has room. Unbounded. */
function beginany(sc: i32, other: i32, need: usize): bool {
  for (let s = sweepsome(other, i32.MAX_VALUE); s; s = sweepsome(other, i32.MAX_VALUE)) {
    if (!beginmixed(sc, s, firstcell(s), need)) continue;
    movespan(s, sc);
    return true;
  }
  return false;
}

/** Gives back what is left of the run of a class. */
export function giveback(sc: i32): void {
  const run = runof(sc);
  const ptr = load<usize>(run);
  const end = unsample(sc);
  if (ptr == end) return;
  account(ptr, end - ptr, true);
  store<u64>(run, <u64>end << 32 | end);
}

/** Counts n free bytes from ptr on as allocated, or back; not for the pacer, to whom what does not fit is lost. */
function account(ptr: usize, n: usize, back: bool): void {
  const change = back ? -<isize>n : <isize>n;
  mheap.totalalloc += <i64>change;
  if (!mheap.gcphase) return;
  const s = spanof(ptr);
  mheap.marked += change;
  preparespan(s);
  const bits = bitmap(s, mheap.cycle);
  if (back) putbits(bits, bitof(s, ptr), n >> 4, false);
  else putbits(bits, bitof(s, ptr), n >> 4, true);
}

/** Gives back all such runs, and forgets them. */
export function flushmixed(): void {
  if (!hasmixed()) return;
  for (let sc = ZEROED; sc < MEDIUM; ++sc) {
    giveback(sc);
    store<u64>(runof(sc), 0);
  }
  const n = mixedobjects();
  mheap.nmalloc += n;
  if (mheap.gcphase) mheap.nmarked += n;
  store<u32>(MCACHE, 0);
}

/** Whether a run is cleared as a whole: not where free cells say that they are. */
// @ts-ignore: decorator
@inline export function zeroesahead(): bool {
  return !isDefined(GO_DEBUG) && !isDefined(__finalize);
}

/** Clears memory from the beginning of a cell on, as far as `end` or a few bytes behind it, but in the same cell. */
export function clear(at: usize, end: usize): void {
  if (end - at > LOOP) {
    memory.fill(at, 0, end - at);
    return;
  }
  for (; at < end; at += 16) {
    store<u64>(at, 0);
    store<u64>(at, 0, 8);
  }
}

/** Bytes of what begins at ptr in a span: a cell, or an object of several. */
export function cellat(s: Span, ptr: usize): usize {
  if (!ismixedspan(s) || load<u32>(ptr - HEADER) == FREE) return s.elemsize;
  return roundcell(load<u32>(ptr - 4));
}

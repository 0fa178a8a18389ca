// SPDX-License-Identifier: MIT
// The mcache of a P: a list of free cells for each size class, and how it is filled.
//
// A cell on a list is free, whatever its marks say; the first word of its payload links it. When a list is
// empty, the next span of the class is swept: every cell without a mark is free. So dead objects cost
// nothing until their place is wanted, and a collection only has to forget the lists.

import { MCACHE } from "../shared/layout";
import { allocspan, BLOCK, CELLS, freespan, MARKS, mheap, Span, spansof, sweepof } from "./mheap";
import { flushsamples, handout } from "./sample";
import { cellsize, HEADER, NCLASSES } from "./sizeclass";

if (<usize>NCLASSES << 2 > 0x100) ERROR("the mcache runs into mheap");

/** rtId of a cell that holds no object, in programs that have a __finalize to be told of each. */
// @ts-ignore: decorator
@inline export const FREE: u32 = 0xffffffff;

/** Takes a cell off its list; 0 if the list is empty. */
// @ts-ignore: decorator
@inline export function nextfree(sc: i32): usize {
  const list = MCACHE + (<usize>sc << 2);
  const ptr = load<usize>(list);
  if (ptr) store<usize>(list, load<usize>(ptr));
  return ptr;
}

/** Fills the list of a class from a span; false if there is no memory. It is empty still if the first cell is to be sampled. */
export function refill(sc: i32): bool {
  let link = load<usize>(sweepof(sc));
  while (true) {
    const s = changetype<Span>(load<usize>(link));
    if (!changetype<usize>(s)) break;
    if (sweepspan(s, sc, link)) return true;
    // A full span is passed, an empty one has left the list.
    if (load<usize>(link) == changetype<usize>(s)) link = changetype<usize>(s);
  }
  store<usize>(sweepof(sc), link);
  const fresh = allocspan(1, sc);
  if (!fresh) return false;
  store<usize>(link, changetype<usize>(fresh));
  store<usize>(sweepof(sc), changetype<usize>(fresh));
  const cell = cellsize(sc);
  const n = (BLOCK - CELLS) / cell;
  const first = changetype<usize>(fresh) + CELLS + HEADER;
  chain(first, cell, n);
  handout(sc, first, n);
  mheap.live += n * cell;
  return true;
}

/** Links the cells of a fresh span. */
function chain(ptr: usize, cell: usize, n: usize): void {
  for (let i: usize = 1; i < n; ++i) {
    if (isDefined(__finalize)) store<u32>(ptr - HEADER, FREE);
    store<usize>(ptr, ptr + cell);
    ptr += cell;
  }
  if (isDefined(__finalize)) store<u32>(ptr - HEADER, FREE);
  store<usize>(ptr, 0);
}

/** Makes the cells of s that no mark protects the list; false if there are none. Gives s back if it has nothing else. */
function sweepspan(s: Span, sc: i32, link: usize): bool {
  const base = changetype<usize>(s);
  const cell = cellsize(sc);
  const n = (BLOCK - CELLS) / cell;
  let list: usize = 0;
  let free: usize = 0;
  let ptr = base + CELLS + HEADER + n * cell;
  for (let i: usize = 0; i < n; ++i) {
    ptr -= cell;
    const off = ptr - base;
    if (load<u8>(base + MARKS + (off >> 7)) >> <u8>((off >> 4) & 7) & 1) continue;
    store<usize>(ptr, list);
    list = ptr;
    ++free;
  }
  if (!free) return false;
  if (free == n && changetype<usize>(s.next)) {
    store<usize>(link, changetype<usize>(s.next));
    freespan(s);
    return false;
  }
  handout(sc, list, free);
  store<usize>(sweepof(sc), base);
  mheap.live += free * cell;
  return true;
}

/** Forgets all lists, and has every span swept before it is used again. */
export function flushmcache(): void {
  for (let sc = 1; sc < NCLASSES; ++sc) {
    store<usize>(MCACHE + (<usize>sc << 2), 0);
    store<usize>(sweepof(sc), spansof(sc));
  }
  flushsamples();
}

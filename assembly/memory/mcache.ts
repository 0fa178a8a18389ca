// SPDX-License-Identifier: MIT
// The mcache of a P: a list of free cells for each size class.
//
// A cell on a list is free whatever its marks say; the first word of its payload links it, and the
// word where an object has its rtId is FREE. A list is what one span had free when mcentral.ts swept it.
// While a cycle marks, the cells of new lists are marked: what is allocated then is black.

import { MCACHE, MHEAP } from "../shared/layout";
import { cachespan, FREE } from "./mcentral";
import { countfree } from "./mbitmap";
import { mheap, spanof } from "./mheap";
import { checkfree } from "./poison";
import { flushsamples, handout, restof } from "./sample";
import { cellsize, NCLASSES } from "./sizeclass";

if (<usize>NCLASSES << 2 > MHEAP - MCACHE) ERROR("the mcache runs into mheap");

/** The cell that holds the first free cell of a class. */
// @ts-ignore: decorator
@inline export function listof(sc: i32): usize {
  return MCACHE + (<usize>sc << 2);
}

/** Takes a cell off its list; 0 if the list is empty. */
// @ts-ignore: decorator
@inline export function nextfree(sc: i32): usize {
  const list = listof(sc);
  const ptr = load<usize>(list);
  if (isDefined(GO_DEBUG) && ptr) checkfree(ptr, FREE);
  if (ptr) store<usize>(list, load<usize>(ptr));
  return ptr;
}

/** Fills the list of a class from a span; false if there is no memory. It is empty still if the first cell is to be sampled. */
export function refill(sc: i32): bool {
  const before = mheap.nmalloc;
  const list = cachespan(sc);
  if (!list) return false;
  handout(sc, list, <usize>(mheap.nmalloc - before));
  return true;
}

/** Cells of a class that nobody has taken: its list, and its rest, are what its span had free from the first of them on. */
export function listlen(sc: i32): usize {
  const list = load<usize>(listof(sc));
  const first = list ? list : load<usize>(restof(sc));
  return first ? countfree(spanof(first), first) : 0;
}

/** Forgets all lists. What was on them is free, and found to be when the next cycle has ended. */
export function flushmcache(): void {
  for (let sc = 1; sc < NCLASSES; ++sc) {
    const n = listlen(sc);
    mheap.nmalloc -= n;
    mheap.totalalloc -= n * cellsize(sc);
    store<usize>(listof(sc), 0);
  }
  flushsamples();
}

// SPDX-License-Identifier: MIT
// The mcache of a P: for each size class the run of free cells that is handed out next, in a span.
//
// An allocation takes the first cell of the run; none is touched before. What was free when mcentral.ts swept the span
// is handed out from its beginning to its end, so from the run on every cell is free that did not live then. The run ends
// before a cell that is to be sampled, too (sample.ts). While a cycle marks, the free cells of spans that it takes are
// marked: what is allocated then is black. Runs for objects of different sizes are mixed.ts's.
//
// Source: Go's mcache.alloc and mspan.freeindex; Go looks at a bit for each cell, here a run is found once.

import { CELL, MCACHE, MHEAP } from "../shared/layout";
import { cachespan, FREE } from "./mcentral";
import { bitof, countfree, firstcell, islivecell, nextlive, sweptbits, testbit } from "./mbitmap";
import { mheap, runof, Span, spanof } from "./mheap";
import { beginmixed, countmixed, flushmixed, giveback, refillmixed } from "./mixed";
import { checkallfree } from "./poison";
import { flushsamples, handout, runend } from "./sample";
import { cellsize, hasmixed, ismixed, NCLASSES } from "./sizeclass";

if (MCACHE + (<usize>NCLASSES << 3) > MHEAP) ERROR("the mcache runs into mheap");

/** The span of a class's run, be that at its end; null if the class has none. */
export function cachedspan(sc: i32): Span | null {
  const ptr = load<usize>(runof(sc));
  return ptr ? spanof(ptr - CELL) : null; // the last cell may end with its span
}

/** Takes the first cell of a class's run, of `cell` bytes; 0 if it is at its end. `mixed` says whether the class is. */
// @ts-ignore: decorator
@inline export function nextfree(sc: i32, cell: usize, mixed: bool): usize {
  const run = runof(sc);
  const ptr = load<usize>(run);
  const next = ptr + cell;
  if (next > load<usize>(run, 4)) return 0;
  if (isDefined(GO_DEBUG)) checkallfree(ptr, cell, FREE);
  store<usize>(run, next);
  if (mixed) countmixed();
  return ptr;
}

/** Begins the next run, of at least `need` bytes, in the span that a class has; false if there is none. */
export function nextrun(sc: i32, need: usize): bool {
  const mixed = ismixed(sc);
  if (mixed) giveback(sc);
  const s = cachedspan(sc);
  if (!s) return false;
  const ptr = load<usize>(runof(sc));
  return mixed ? beginmixed(sc, s, ptr, need) : beginrun(sc, s, ptr);
}

/** Begins the first run from `ptr` on. */
function beginrun(sc: i32, s: Span, ptr: usize): bool {
  const cell = s.elemsize;
  const limit = firstcell(s) + s.nelems * cell;
  const bits = sweptbits(s);
  let end = limit;
  if (bits) {
    while (ptr < limit && testbit(bits, bitof(s, ptr))) ptr += cell;
    end = nextlive(s, bits, ptr, limit);
  }
  if (ptr == limit) return false;
  handout(sc, ptr, end);
  return true;
}

/** Gives a class another span, with a run; false if there is no memory. The run is empty still if its first cell is to be sampled. */
export function refill(sc: i32, need: usize): bool {
  if (ismixed(sc)) return refillmixed(sc, need);
  const s = cachespan(sc, true);
  return s ? beginrun(sc, s, firstcell(s)) : false;
}

/** Tells whether a cell is one that the mcache has and nobody has taken, though it may be marked. */
export function iscached(s: Span, ptr: usize): bool {
  const sc = s.spanclass;
  if (hasmixed() && !sc) return false; // where class 0 would have its run mixed.ts counts
  return cachedspan(sc) == s && ptr >= load<usize>(runof(sc)) && !islivecell(s, ptr);
}

/** Cells of a class that nobody has taken, of a mixed one in units. */
export function cachedcells(sc: i32): usize {
  if (ismixed(sc)) return runend(sc) - load<usize>(runof(sc)) >> 4;
  const s = cachedspan(sc);
  return s ? countfree(s, load<usize>(runof(sc))) : 0;
}

/** Forgets all runs. What nobody has taken is free, and found to be when the next cycle has ended. */
export function flushmcache(): void {
  flushmixed();
  for (let sc = 1; sc < NCLASSES; ++sc) {
    const n = cachedcells(sc);
    mheap.nmalloc -= n;
    mheap.totalalloc -= n * cellsize(sc);
  }
  memory.fill(MCACHE, 0, <usize>NCLASSES << 3);
  flushsamples();
}

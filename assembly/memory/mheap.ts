// SPDX-License-Identifier: MIT
// The heap: spans of blocks, and the blocks that are in none.
//
// A block is 16 KiB, aligned to that, so the span of an object is a mask away: objects begin in the
// first block of their span. Free runs are a list by address, next to each other never: neighbours are joined.
// Memory comes from memory.grow and never goes back.
//
// ╒══════════════ span ══════════════╕
// │  0  next     of the same class   │
// │  4  blocks                       │
// │  8  sizeclass 0: one large object│
// │ 24  marks    a bit per 16 bytes  │
// │152  cells, payloads at 160 + 16n │
// └──────────────────────────────────┘
// Free run: next, blocks.

import { MHEAP, SAMPLER } from "../shared/layout";
import { NCLASSES } from "./sizeclass";

// @ts-ignore: decorator
@inline export const BLOCK_SHIFT: usize = 14;
// @ts-ignore: decorator
@inline export const BLOCK: usize = 1 << BLOCK_SHIFT;
// @ts-ignore: decorator
@inline const PAGE_BLOCKS: usize = 65536 >> BLOCK_SHIFT;
/** Where the marks of a span are, and the cells behind them. */
// @ts-ignore: decorator
@inline export const MARKS: usize = 24;
// @ts-ignore: decorator
@inline export const CELLS: usize = 152;

if (CELLS != MARKS + BLOCK / 128) ERROR("the marks of a span do not fit");

/** A span's header. */
@unmanaged export class Span {
  next: Span | null;
  blocks: usize;
  sizeclass: i32;
}

/** Head of a run of free blocks. */
@unmanaged class Run {
  next: Run | null;
  blocks: usize;
}

/** What all Ps share. Class arrays follow: see spansof and sweepof. */
@unmanaged export class Mheap {
  free: Run | null;
  blocks: usize; // taken from the engine
  inuse: usize; // blocks in spans
  large: Span | null; // spans of large objects
  live: usize; // bytes of objects that survived, and that were allocated since
  goal: usize; // collect when live reaches it
  gcpercent: i32;
  memorylimit: i64;
  markstack: usize;
  marktop: usize;
  markend: usize;
  pins: usize;
  pinlen: usize;
  pincap: usize;
  statics: usize; // marked static objects
  allocs: u32; // counted in torture builds
}

// @ts-ignore: decorator
@inline export const mheap = changetype<Mheap>(MHEAP);
// @ts-ignore: decorator
@inline const SPANS: usize = MHEAP + 128;
// @ts-ignore: decorator
@inline const SWEEP: usize = SPANS + (<usize>NCLASSES << 2);

if (offsetof<Mheap>() > 128) ERROR("Mheap runs into its arrays");
if (SWEEP + (<usize>NCLASSES << 2) > SAMPLER) ERROR("Mheap's arrays run into Sampler");

/** All spans of a class: the cell that holds the first. */
// @ts-ignore: decorator
@inline export function spansof(sc: i32): usize {
  return SPANS + (<usize>sc << 2);
}

/** The cell that holds the link to the next span of a class to sweep. */
// @ts-ignore: decorator
@inline export function sweepof(sc: i32): usize {
  return SWEEP + (<usize>sc << 2);
}

/** The span of an object. */
// @ts-ignore: decorator
@inline export function spanof(ptr: usize): Span {
  return changetype<Span>(ptr & ~(BLOCK - 1));
}

/** Takes `n` blocks as a span, growing the memory if it must; null if it cannot. */
export function allocspan(n: usize, sc: i32): Span | null {
  let ptr = takerun(n);
  if (!ptr) {
    if (!growheap(n)) return null;
    ptr = takerun(n);
  }
  const s = changetype<Span>(ptr);
  s.next = null;
  s.blocks = n;
  s.sizeclass = sc;
  memory.fill(ptr + MARKS, 0, CELLS - MARKS);
  mheap.inuse += n;
  return s;
}

/** First fit, taken off the run's end, so that the list stays as it is. */
function takerun(n: usize): usize {
  let link = MHEAP + offsetof<Mheap>("free");
  while (true) {
    const run = changetype<Run>(load<usize>(link));
    if (!changetype<usize>(run)) return 0;
    if (run.blocks > n) {
      run.blocks -= n;
      return changetype<usize>(run) + (run.blocks << BLOCK_SHIFT);
    }
    if (run.blocks == n) {
      store<usize>(link, changetype<usize>(run.next));
      return changetype<usize>(run);
    }
    link = changetype<usize>(run) + offsetof<Run>("next");
  }
}

/** Grows the memory by what is asked for or an eighth of the heap. */
function growheap(n: usize): bool {
  // The general allocator takes all memory there is when it is first used: let that be before ours.
  if (!mheap.blocks) __free(__alloc(16));
  const least = (n + PAGE_BLOCKS - 1) / PAGE_BLOCKS;
  let pages = max(least, min<usize>(mheap.blocks >> 5, 256));
  let old = memory.grow(<i32>pages);
  if (old < 0) {
    pages = least;
    old = memory.grow(<i32>pages);
    if (old < 0) return false;
  }
  mheap.blocks += pages * PAGE_BLOCKS;
  addrun(<usize>old << 16, pages * PAGE_BLOCKS);
  return true;
}

/** Gives a span's blocks back. */
export function freespan(s: Span): void {
  mheap.inuse -= s.blocks;
  addrun(changetype<usize>(s), s.blocks);
}

function addrun(ptr: usize, blocks: usize): void {
  let before: usize = 0;
  let after = mheap.free;
  while (after && changetype<usize>(after) < ptr) {
    before = changetype<usize>(after);
    after = after.next;
  }
  let run = changetype<Run>(ptr);
  run.blocks = blocks;
  run.next = after;
  if (after && ptr + (blocks << BLOCK_SHIFT) == changetype<usize>(after)) {
    run.blocks += after.blocks;
    run.next = after.next;
  }
  if (!before) {
    mheap.free = run;
    return;
  }
  const prev = changetype<Run>(before);
  if (before + (prev.blocks << BLOCK_SHIFT) == ptr) {
    prev.blocks += run.blocks;
    prev.next = run.next;
  } else prev.next = run;
}

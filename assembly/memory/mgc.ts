// SPDX-License-Identifier: MIT
// The collector: a cycle, from its start to its end. What it frees, mcentral.ts sweeps when it is wanted.
//
// A cycle marks in steps, each of them paid for by allocation (mgcpacer.ts). New objects are marked from
// the start. __link marks what is stored while a cycle marks, so no marked object that was visited holds
// one that is not marked. What has no barrier is looked at again at the end, with nothing running in
// between: globals, the running stack, goroutines that ran since they were visited. If that is more than a
// step can visit, the cycle goes on and ends later; so that it does, goroutines count half after each try.
//
// Roots, in the order in which they are visited: pins, then what sched/roots.ts knows, in pieces.

import { FRAME_ROOTS_MASK, TRACE_TOP } from "../shared/layout";
import { profgc, ROOTS_CHANGED, ROOTS_SOME, ROOTS_START, visitroots } from "../sys/hooks";
import { fatalthrow } from "../sys/fatal";
import { nanotime } from "../sys/os";
import { m0 } from "../sys/types";
import { firstcell, ismarked, lastcellend } from "./mbitmap";
import { flushmcache } from "./mcache";
import { clearcell, FREE, reclaimall, startsweep } from "./mcentral";
import { drain, drained, drainoverflow, dropmarkstack, greyobject, markstackinit } from "./mgcmark";
import { mheap } from "./mheap";
import { cycleended, cyclestarted, gcstats, stopped } from "./mstats";
import { cellat, flushmixed } from "./mixed";
import { pinat } from "./pins";
import { checkheap } from "./checkheap";
import { setgoal, startassist } from "./mgcpacer";
import { sampleinit } from "./sample";
import { HEADER } from "./sizeclass";

// Values of mheap.rootjob.
// @ts-ignore: decorator
@inline const PINS: i32 = 0;
// @ts-ignore: decorator
@inline const SCHED: i32 = 1;
// @ts-ignore: decorator
@inline const NONE: i32 = 2;
/** Pins that are visited at a time, and what one costs in bytes to mark. */
// @ts-ignore: decorator
@inline const PINS_AT_ONCE: usize = 1024;
// @ts-ignore: decorator
@inline const PIN_WORK: i32 = 4;
/** Bytes that the end of a cycle may mark; it is put off if there are more. */
// @ts-ignore: decorator
@inline const END_WORK: i32 = 64 << 10;
/** Tries after which goroutines do not count less any more. */
// @ts-ignore: decorator
@inline const MAX_TRIES: u8 = 8;

/** Begins a cycle; none may be running. */
export function gcstart(): void {
  if (isDefined(GO_DEBUG) && mheap.gcphase) fatalthrow("gcstart: a cycle runs");
  const start = nanotime();
  flushmcache();
  mheap.gcphase = 1;
  ++mheap.cycle;
  mheap.marked = mheap.nmarked = mheap.statics = 0;
  mheap.rootjob = PINS;
  mheap.pincursor = 0;
  mheap.tries = 0;
  visitroots(ROOTS_START);
  startassist();
  cyclestarted(start);
}

/** Marks about `work` bytes of the cycle, and ends it if nothing is left. */
export function gcmark(work: i32): void {
  const start = nanotime();
  while (mheap.gcphase) {
    work = drain(work);
    if (work <= 0) break;
    if (mheap.rootjob != NONE) work -= markroot();
    else {
      const changed = visitroots(ROOTS_CHANGED);
      if (!changed && !markend(start)) break;
      work -= changed >> mheap.tries;
      if (work <= 0 && mheap.tries < MAX_TRIES) ++mheap.tries;
    }
  }
  stopped(nanotime() - start);
}

/** Marks and ends the cycle that runs. Unbounded. */
export function gcfinish(): void {
  while (mheap.gcphase) gcmark(i32.MAX_VALUE);
}

/** Collects: all that is unreachable now is free afterwards. `forced`: the program asked for it. World stopped. Unbounded. */
export function gcfull(forced: bool = false): void {
  gcfinish();
  gcstart();
  gcstats.forced = forced;
  gcfinish();
  reclaimall();
}

/** Visits some roots; returns the work that was. */
function markroot(): i32 {
  if (mheap.rootjob == PINS) return markpins();
  const work = visitroots(ROOTS_SOME);
  if (!work) mheap.rootjob = NONE;
  return work;
}

function markpins(): i32 {
  const start = mheap.pincursor;
  const end = min(mheap.pincap, start + PINS_AT_ONCE);
  for (let i = start; i < end; ++i) {
    const ptr = pinat(i);
    if (ptr) greyobject(ptr);
  }
  mheap.pincursor = end;
  if (end == mheap.pincap) mheap.rootjob = SCHED;
  return <i32>(end - start) * PIN_WORK;
}

/** Has all pins visited, once more if they were. */
export function restartpins(): void {
  mheap.pincursor = 0;
  mheap.rootjob = PINS;
}

/**
 * Marks what the running code holds: the references in the frames of the trace. The transform has
 * every function show its references that can be below a call of this one.
 */
function scanstack(): void {
  let frame = m0.tsp;
  while (frame < TRACE_TOP) {
    const end = frame + 4 + ((load<u32>(frame) & FRAME_ROOTS_MASK) << 2);
    for (let at = frame + 4; at < end; at += 4) {
      const ptr = load<usize>(at);
      if (ptr) greyobject(ptr);
    }
    frame = end;
  }
}

/** Marks what globals and the running code hold. */
export function visitrunning(): void {
  __visit_globals(0);
  scanstack();
}

/** Looks at what has no barrier and is no goroutine, and ends the cycle; false if too much is left to visit. */
function markend(start: f64): bool {
  visitrunning();
  drain(END_WORK);
  if (!drained()) return false;
  drainoverflow();
  flushmixed();
  mheap.gcphase = 0;
  mheap.sweepgen = mheap.cycle;
  profgc();
  mheap.nfree = mheap.nmalloc - mheap.nmarked;
  mheap.totalfree = mheap.totalalloc - mheap.marked;
  const before = mheap.live;
  mheap.live = mheap.survived = mheap.marked;
  dropmarkstack();
  if (isDefined(__finalize)) finalizedead();
  startsweep();
  const goal = mheap.goal;
  setgoal();
  cycleended(start, before, goal);
  if (isDefined(GO_DEBUG)) checkheap();
  return true;
}

/**
 * Tells the program's __finalize of every dead object. Their cells are swept when they are wanted: not by __finalize,
 * which could get one of whose object it was not told yet. So that it dies at once, it finds no free cells either.
 */
function finalizedead(): void {
  flushmcache();
  mheap.finalizing = true;
  let s = mheap.allspans;
  while (s) {
    const next = s.allnext;
    const limit = lastcellend(s);
    let ptr = firstcell(s);
    while (ptr < limit) {
      const end = ptr + cellat(s, ptr);
      if (load<u32>(ptr - HEADER) != FREE && !ismarked(ptr)) {
        if (isDefined(__finalize)) __finalize(ptr);
        for (; ptr < end; ptr += s.elemsize) clearcell(s, ptr);
      }
      ptr = end;
    }
    s = next;
  }
  mheap.finalizing = false;
}

/** Prepares the heap. Called once, before anything is allocated. */
export function mallocinit(): void {
  mheap.gcpercent = 100;
  mheap.memorylimit = i64.MAX_VALUE;
  gcstats.inittime = nanotime();
  mheap.cycle = mheap.sweepgen = 2; // a span's markgen is 0 at first: no cycle's
  sampleinit();
  markstackinit();
  setgoal();
}

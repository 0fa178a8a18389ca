// SPDX-License-Identifier: MIT
// What the collector must see of the scheduler: what goroutines and timers hold.
//
// A goroutine's references are in four places: its arguments (argmask says which words), its
// frames (each counts its references, zero or an object's), and its slot, where a value in flight
// waits; and its labels. While it is parked they only change by who has a barrier, so it is visited once
// a cycle: gcscan is the cycle in which that was. When it runs, execute() has it noted here, and a new one
// newproc(): these are visited again, but for the frames that were not touched meanwhile, which scandepth
// tells. The end of the cycle waits until none is left. The running one is always looked at then.
//
// A deep stack is visited in pieces (deep.ts).
//
// A timer's argument never changes. Timers move about in their heap while it is visited in pieces,
// so put() in timer.ts has each that moves meanwhile visited.

import { FRAME_ROOTS_MASK, FRAME_TAIL, GPROF_LABELS } from "../shared/layout";
import { allocblocks, BLOCK_SHIFT, freeblocks, mheap } from "../memory/mheap";
import { gcstats } from "../memory/mstats";
import { ROOTS_CHANGED, ROOTS_START } from "../sys/hooks";
import { Gdead, Grunning, Gwaiting } from "../sys/status";
import { G, sched } from "../sys/types";
import { begindeep, PIECE, visitdeep } from "./deep";
import { framesize } from "./stack";
import { heaptimer } from "./timer";

/** Goroutines or timers that are visited at a time. */
// @ts-ignore: decorator
@inline const AT_ONCE: i32 = 256;
/** What visiting one of them costs, in bytes to mark. */
// @ts-ignore: decorator
@inline const WORK: i32 = 32;

/** Visits references that goroutines and timers hold, as sys/hooks.ts says. World stopped. Never allocates. */
export function visitsched(what: i32): i32 {
  if (what == ROOTS_START) {
    sched.scang = sched.allg;
    sched.scantimer = sched.nchanged = 0;
    sched.changeslost = false;
    sched.scanning = sched.deepg = null;
    return 0;
  }
  if (hasdeep() && sched.deepg) return visitdeep();
  if (what == ROOTS_CHANGED) return visitchanged();
  return sched.scang ? visitsome() : visittimers();
}

function visitsome(): i32 {
  let gp = sched.scang;
  let work = 0;
  for (let n = AT_ONCE; gp && n && !sched.deepg; --n) {
    gp.scandepth = 0;
    work += visit(gp);
    gp = gp.alllink;
  }
  sched.scang = gp;
  return work;
}

function visittimers(): i32 {
  const start = sched.scantimer;
  const end = min(start + AT_ONCE, sched.ntimers);
  if (end <= start) return 0;
  for (let i = start; i < end; ++i) {
    const t = heaptimer(i);
    if (t.managed) __visit(t.arg, 0);
  }
  sched.scantimer = end;
  return (end - start) * WORK;
}

/** Notes that a goroutine which was visited is about to run. */
export function changed(gp: G): void {
  const visited = gp.gcscan == mheap.cycle;
  gp.gcscan = 0;
  if (hasgo() && mheap.gcphase && visited) note(gp);
}

/** Notes that a goroutine is new, or used again. */
// @ts-ignore: decorator
@inline export function made(gp: G): void {
  if (hasgo() && mheap.gcphase) notemade(gp);
}

function notemade(gp: G): void {
  gp.gcscan = 0;
  gp.scandepth = 0;
  note(gp);
}

function note(gp: G): void {
  const n = sched.nchanged;
  if (n == sched.capchanged && !growchanged()) {
    sched.changeslost = true;
    return;
  }
  store<usize>(sched.changed + (<usize>n << 2), changetype<usize>(gp));
  sched.nchanged = n + 1;
}

function growchanged(): bool {
  const had = <usize>sched.capchanged << 2 >> BLOCK_SHIFT;
  const blocks = had ? had * 2 : 1;
  const list = allocblocks(blocks);
  if (!list) return false;
  memory.copy(list, sched.changed, had << BLOCK_SHIFT);
  if (had) freeblocks(sched.changed, had);
  mheap.gcblocks += blocks - had;
  sched.changed = list;
  sched.capchanged = <i32>(blocks << BLOCK_SHIFT >> 2);
  return true;
}

// The transform knows what a program can do, and answers for these.
/** Whether goroutines start others. */
export function hasgo(): bool {
  return true;
}

/** Whether a goroutine can have more frames than it has functions. */
function hasdeep(): bool {
  return true;
}

/** Visits some of the goroutines that have changed; when there are none, the running one, and returns 0. */
function visitchanged(): i32 {
  if (!hasgo()) {
    visitall();
    return 0;
  }
  const last = sched.scanning;
  if (last && last.status != Grunning) {
    sched.scanning = null;
    note(last);
  }
  if (sched.changeslost) visitall();
  let work = 0;
  for (let n = AT_ONCE; sched.nchanged && n && !sched.deepg; --n) {
    const i = sched.nchanged - 1;
    sched.nchanged = i;
    work += visit(changetype<G>(load<usize>(sched.changed + (<usize>i << 2))));
  }
  return work ? work : visitscanning();
}

/** Visits the running goroutine; returns 0 if that was all. */
function visitscanning(): i32 {
  const gp = sched.scanning;
  if (gp) visit(gp);
  return hasdeep() && sched.deepg ? WORK : 0;
}

/** Visits all goroutines once more: it is not known which have changed. Unbounded. */
function visitall(): void {
  sched.changeslost = false;
  let gp = sched.allg;
  while (gp) {
    if (gp.gcscan != mheap.cycle) visitg(gp);
    gp = gp.alllink;
  }
}

/** Visits what one goroutine holds, but for frames that were visited; of many, the first. Returns the work that was. */
function visit(gp: G): i32 {
  if (gp.status == Gdead) return WORK;
  const work = visitheld(gp);
  // Of the running one, frames that were visited may be on the trace again.
  const start = hasgo() ? min(max(gp.stackbase, gp.stack + gp.scandepth), gp.stackpos) : gp.stackbase;
  const len = gp.stackpos - start;
  if (hasdeep() && len > PIECE) {
    gp.scandepth = start - gp.stack;
    begindeep(gp);
    return work;
  }
  visitframes(gp.stackpos, start);
  if (hasgo()) gp.scandepth = gp.stackpos - gp.stack;
  return work + <i32>len;
}

/** Visits what one goroutine holds; returns the work that was. Unbounded. */
export function visitg(gp: G): i32 {
  gp.scandepth = 0;
  const work = visit(gp);
  if (hasdeep()) while (sched.deepg) visitdeep();
  return work;
}

/** Visits what is not in frames. */
function visitheld(gp: G): i32 {
  if (gp.status == Gwaiting && !gp.gcscan) {
    gp.waitsince = <u32>(gcstats.cyclestart / 1e9);
    gp.leaked = false;
  }
  if (gp.status == Grunning) runs(gp);
  else gp.gcscan = mheap.cycle;
  if (gp.prof) __visit(load<usize>(gp.prof, GPROF_LABELS), 0);
  if (gp.slotManaged) __visit(<usize>gp.slot0, 0);
  let mask = gp.argmask;
  for (let arg = gp.stack; mask; arg += 8, mask >>= 1) {
    if (mask & 1) __visit(load<usize>(arg), 0);
  }
  return WORK;
}

/** Notes that gp was visited while it runs; who was before does not run any more. */
function runs(gp: G): void {
  if (!hasgo()) return;
  const last = sched.scanning;
  if (last && last != gp) note(last);
  sched.scanning = gp;
}

/** Visits the frames that end at `end`, as far as `start` or a little beyond; returns where the next one ends. */
export function visitframes(end: usize, start: usize): usize {
  while (end > start) {
    const top = end - FRAME_TAIL;
    const roots = (load<u32>(end - 4) & FRAME_ROOTS_MASK) << 2;
    for (let p = top - roots; p < top; p += 4) __visit(load<usize>(p), 0);
    end -= framesize(end);
  }
  return end;
}

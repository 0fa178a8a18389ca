// SPDX-License-Identifier: MIT
// What the collector must see of the scheduler: what goroutines and timers hold.
//
// A goroutine's references are in four places: its arguments (argmask says which words), its
// frames (each counts its references, zero or an object's), and its slot, where a value in flight
// waits; and its labels. What a parked goroutine holds only changes when it is made ready or runs, so it is visited
// once a cycle: gcscan is the cycle in which that was, and execute() forgets it. At the end of the
// cycle those are visited again that ran or are not parked.
//
// A timer's argument never changes. Timers move about in their heap while it is visited in pieces,
// so put() in timer.ts has each that moves meanwhile visited.

import { FRAME_ROOTS_MASK, FRAME_TAIL, GPROF_LABELS } from "../shared/layout";
import { mheap } from "../memory/mheap";
import { gcstats } from "../memory/mstats";
import { ROOTS_CHANGED, ROOTS_START } from "../sys/hooks";
import { Gdead, Gwaiting } from "../sys/status";
import { G, sched } from "../sys/types";
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
    sched.scantimer = 0;
    return 0;
  }
  if (what == ROOTS_CHANGED) return visitchanged();
  return sched.scang ? visitsome() : visittimers();
}

function visitsome(): i32 {
  let gp = sched.scang;
  let work = 0;
  for (let n = AT_ONCE; gp && n; --n) {
    work += visitg(gp);
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

function visitchanged(): i32 {
  let gp = sched.allg;
  while (gp) {
    if (gp.gcscan != mheap.cycle || gp.status != Gwaiting) visitg(gp);
    gp = gp.alllink;
  }
  return 0;
}

/** Visits what one goroutine holds; returns the work that was. */
export function visitg(gp: G): i32 {
  if (gp.status == Gdead) return WORK;
  if (gp.status == Gwaiting) {
    if (!gp.gcscan) {
      gp.waitsince = <u32>(gcstats.cyclestart / 1e9);
      gp.leaked = false;
    }
    gp.gcscan = mheap.cycle;
  }
  if (gp.prof) __visit(load<usize>(gp.prof, GPROF_LABELS), 0);
  if (gp.slotManaged) __visit(<usize>gp.slot0, 0);
  let mask = gp.argmask;
  for (let arg = gp.stack; mask; arg += 8, mask >>= 1) {
    if (mask & 1) __visit(load<usize>(arg), 0);
  }
  let end = gp.stackpos;
  while (end > gp.stackbase) {
    const top = end - FRAME_TAIL;
    const roots = (load<u32>(end - 4) & FRAME_ROOTS_MASK) << 2;
    for (let p = top - roots; p < top; p += 4) __visit(load<usize>(p), 0);
    end -= framesize(end);
  }
  return WORK + <i32>(gp.stackpos - gp.stack);
}

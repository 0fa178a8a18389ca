// SPDX-License-Identifier: MIT
// What the collector tells of itself: MemStats, and the lines of GODEBUG=gctrace=1.

import { MSTATS } from "./mheap";
import { mheap } from "./mheap";
import { nanotime } from "../sys/os";

/** Times in nanoseconds. */
@unmanaged export class GCStats {
  numgc: u32; // cycles that have ended
  numforced: u32; // of which the program asked for
  inittime: f64;
  cyclestart: f64;
  startpause: f64; // what the start of the cycle took
  steps: f64; // what its steps took
  longest: f64; // its longest stop
  total: f64; // what all stops took
  lastgc: f64; // when the last one ended, since 1970
  gctrace: i32;
}

// @ts-ignore: decorator
@inline export const gcstats = changetype<GCStats>(MSTATS);

/** Notes a stop of the program. */
export function stopped(ns: f64): void {
  gcstats.steps += ns;
  gcstats.total += ns;
  if (ns > gcstats.longest) gcstats.longest = ns;
}

/** Notes that a cycle has begun. */
export function cyclestarted(start: f64): void {
  const ns = nanotime() - start;
  gcstats.cyclestart = start;
  gcstats.startpause = ns;
  gcstats.steps = 0;
  gcstats.longest = ns;
  gcstats.total += ns;
}

/** Notes that a cycle has ended. */
export function cycleended(start: f64, before: usize, goal: usize): void {
  ++gcstats.numgc;
}

// SPDX-License-Identifier: MIT
// The collection that nobody asks for, in a command that has made none for two minutes: what a host does for other
// programs (host/instance/forcegc.ts). Between two slices, for then no goroutine runs.
//
// It is due only if a goroutine has run since the last one of them: a command that waits for hours wakes up once.
// The clock is looked at when the slice before could have come so far, so a program that ends sooner never does.

import { mheap } from "../memory/mheap";
import { gcstats } from "../memory/mstats";
import { gcworld } from "../sync/world";
import { nanotime } from "../sys/os";
import { p0, sched } from "../sys/types";

/** Go's forcegcperiod. */
// @ts-ignore: decorator
@inline const PERIOD: f64 = 120e9;

/** p0.schedtick at the last of these collections. */
let collected: u32 = 0;
/**
 * What collects. The run loop calls it through here, so that nothing of it is inlined there (start.ts); of its type is no
 * other, or the run loop would be taken for one that may park.
 */
let collect: (_: f32, __: f32) => void = changetype<(_: f32, __: f32) => void>(0);

/** Prepares it. Called once, before the first slice. */
export function forcegcinit(): void {
  collect = (_: f32, __: f32) => { gcworld(false); };
}

/** When a collection is due; −1: none is, whatever time passes. */
function due(): f64 {
  if (p0.schedtick == collected || mheap.gcpercent < 0) return -1;
  return max(gcstats.cyclestart, gcstats.inittime) + PERIOD;
}

/** When a collection is due, or `deadline` if that is earlier or none is; −1: never. */
export function collectfor(deadline: f64): f64 {
  const at = due();
  return at >= 0 && (deadline < 0 || at < deadline) ? at : deadline;
}

/** Collects if it is time. */
export function forcegc(): void {
  const at = due();
  if (at < 0 || sched.sliceend < at || nanotime() < at) return;
  collected = p0.schedtick;
  collect(0, 0);
}

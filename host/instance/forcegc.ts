// SPDX-License-Identifier: MIT
/**
 * Collects in a program that has not done so for two minutes, as Go's sysmon does: collections also tell since when
 * goroutines wait, and one that is idle would never make one. Loaded by programs that are alive for so long.
 *
 * @module
 */
import { GCSTATS_CYCLESTART, GCSTATS_INITTIME, MHEAP, MHEAP_GCPERCENT, MSTATS } from "../abi/layout.ts";
import { MemoryView } from "../memory/view.ts";
import type { Door } from "./door.ts";

/** Go's forcegcperiod, in milliseconds. */
const PERIOD = 120_000;

/** Collects if it is time and the program has not turned collections off. Returns for how many milliseconds it is not time yet. */
export function forceGC(door: Door, now: number): number {
  const view = new MemoryView(door.guest.memory);
  const last = Math.max(view.f64(MSTATS + GCSTATS_CYCLESTART), view.f64(MSTATS + GCSTATS_INITTIME)) / 1e6;
  const left = last + PERIOD - now;
  if (left <= 0 && view.i32(MHEAP + MHEAP_GCPERCENT) >= 0) door.enter((guest) => guest.gopark_gc(0));
  return Math.ceil(Math.max(left, 0));
}

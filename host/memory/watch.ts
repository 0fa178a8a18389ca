// SPDX-License-Identifier: MIT
/**
 * Turns on and off what the scheduler tells of what it does: a bit of the layout's for each who watches.
 *
 * @module
 */
import { P0, P_GRANTED, P_SPARE, SCHED, SCHED_WATCH } from "../abi/layout.ts";
import type { MemoryView } from "./view.ts";

/** Sets or clears a WATCH_ bit. The scheduler looks at it before it chooses again. */
export function setWatch(view: MemoryView, bit: number, on: boolean): void {
  const bits = view.i32(SCHED + SCHED_WATCH);
  view.setI32(SCHED + SCHED_WATCH, on ? bits | bit : bits & ~bit);
  view.setI32(P0 + P_GRANTED, view.i32(P0 + P_GRANTED) - view.i32(P0 + P_SPARE));
  view.setI32(P0 + P_SPARE, 0);
}

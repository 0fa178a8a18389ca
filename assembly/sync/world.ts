// SPDX-License-Identifier: MIT
// worldsema: the one semaphore behind every stop of the world, and what stops it to collect.

import { gcfull } from "../memory/mgc";
import { starttheworldall, stoptheworldall } from "../sched/stop";
import { fatalthrow } from "../sys/fatal";
import { sched } from "../sys/types";

/** Takes worldsema and stops the world. Never parks: with one M nobody can hold it meanwhile. */
export function stoptheworld(): void {
  if (--sched.worldsema < 0) fatalthrow("stoptheworld: worldsema is taken");
  stoptheworldall();
}

/** Collects. `forced`: the program asked for it. World stopped. Unbounded. */
export function gcworld(forced: bool): void {
  stoptheworld();
  gcfull(forced);
  starttheworld();
}

/** Starts the world and gives worldsema back. */
export function starttheworld(): void {
  starttheworldall();
  ++sched.worldsema;
}

// SPDX-License-Identifier: MIT
// worldsema: the one semaphore behind every stop of the world.

import { starttheworldall, stoptheworldall } from "../sched/stop";
import { fatalthrow } from "../sys/fatal";
import { sched } from "../sys/types";

/** Takes worldsema and stops the world. Never parks: with one M nobody can hold it meanwhile. */
export function stoptheworld(): void {
  if (--sched.worldsema < 0) fatalthrow("stoptheworld: worldsema is taken");
  stoptheworldall();
}

/** Starts the world and gives worldsema back. */
export function starttheworld(): void {
  starttheworldall();
  ++sched.worldsema;
}

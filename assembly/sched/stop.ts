// SPDX-License-Identifier: MIT
// Stopping the world. With one M nobody else runs, so a stop is a mark that invariants check.

import { fatalthrow } from "../sys/fatal";
import { m0 } from "../sys/types";

/** Stops every other M. */
export function stoptheworldall(): void {
  ++m0.locks;
}

/** Lets them run again. */
export function starttheworldall(): void {
  if (--m0.locks < 0) fatalthrow("starttheworld: not stopped");
}

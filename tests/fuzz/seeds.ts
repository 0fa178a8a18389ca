// SPDX-License-Identifier: MIT
/**
 * Programs that once came to something else. A seed stands for another program when the generator
 * changes: what a bug was is in tests/prog, as small as it goes.
 *
 * @module
 */
import type { Build } from "./job.ts";

export const FAILED_ONCE: readonly { readonly seed: number; readonly builds: readonly Build[] }[] = [
  // -Oz joined functions that differ in constants only: tests/prog/alike.ts.
  { seed: 100, builds: ["-Oz"] },
  // What fills in arguments forgot their number in a park: tests/prog/defaults.ts.
  { seed: 101, builds: ["-O3, preempted at each check"] },
];

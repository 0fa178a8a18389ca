// SPDX-License-Identifier: MIT
// The stacks of leaked goroutines. Which they are, sync/leak.ts finds.

import { STACK_RECORD_SIZE } from "../shared/layout";
import { isleaked } from "../sync/leak";
import { starttheworld, stoptheworld } from "../sync/world";
import { findleaks } from "../sys/hooks";
import { sched } from "../sys/types";
import { saveg } from "./callers";

/** Finds the leaked goroutines and writes a StackRecord of each to p if there are at most `max`; returns their number. World stopped. */
export function goroutineleakprofile(p: usize, max: i32): i32 {
  stoptheworld();
  const n = findleaks(0);
  let gp = n <= max ? sched.allg : null;
  while (gp) {
    if (isleaked(gp)) {
      saveg(gp, p);
      p += STACK_RECORD_SIZE;
    }
    gp = gp.alllink;
  }
  starttheworld();
  return n;
}

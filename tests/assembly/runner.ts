// SPDX-License-Identifier: MIT
// What only the runner calls, tests/run/spec.ts: its way round deaths that panicOf and toThrow catch.

import { sched } from "gopark/assembly/sys/types";

/** Undoes a death that it has caught. */
export function spec_revive(): void {
  sched.dying = false;
}

// SPDX-License-Identifier: MIT
// What only the runner calls, tests/run/spec.ts: its way round deaths that panicOf and toThrow catch.

import { sched } from "gopark/assembly/sys/types";

/** Where the shadow stack is before a call that may die. */
export function spec_stackpointer(): usize {
  return __stack_pointer;
}

/** Undoes a death that it has caught. */
export function spec_revive(sp: usize): void {
  __stack_pointer = sp;
  sched.dying = false;
}

// SPDX-License-Identifier: MIT
// Calls what may die, and lives on.
//
// Nothing in wasm catches, so the host does: it calls the function and drops what comes out. The function's
// frames are gone then, and what it has locked or left half done stays so: it is for looking at a death, not
// for going on behind one.

import { forgetonces, latestonce } from "../api/sync";
import { flush } from "../sys/print";
import { m0, sched } from "../sys/types";

/** Has gopark_spec_call(fn) called; returns the first line of its death, "" if it came back. */
// @ts-ignore: decorator
@external("gopark/test", "attempt")
declare function attempt(fn: usize): string;

/** Calls fn and returns the first line it died with, "" if it came back. fn must not park: JavaScript is on the stack. */
export function panicOf(fn: () => void): string {
  flush(); // what was printed before is no part of the death
  const tsp = m0.tsp;
  const once = latestonce();
  const line = attempt(changetype<usize>(fn));
  m0.tsp = tsp;
  forgetonces(once);
  sched.dying = false;
  return line;
}

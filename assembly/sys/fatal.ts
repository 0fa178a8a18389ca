// SPDX-License-Identifier: MIT
// The three ways a program dies, all with Go's dump on standard error and status 2:
// gopanic (the program's fault), fatal (its fault, and no way on), fatalthrow (our bug).
//
// None of them returns: the host's exit() throws. Nothing here allocates, so that they work
// when memory is what ran out. A death while dying prints no second dump.

import { EXIT_DEADLOCK, EXIT_FATAL, EXIT_OOM, EXIT_PANIC } from "../shared/status";
import { tracebackothers } from "./hooks";
import { osexit } from "./os";
import { flush, printindented, printrune, printstring } from "./print";
import { getg, sched } from "./types";

/** Starts a dump: what was printed before goes out first, nothing goes into a writebuf any more. */
export function startdump(): void {
  flush();
  if (sched.dying) osexit(EXIT_FATAL, 2);
  sched.dying = true;
  getg().writebuf = 0;
}

/** Prints the stacks that the traceback level asks for and ends the program. */
export function enddump(kind: i32, all: bool): void {
  if (sched.traceback) tracebackothers(all || sched.traceback == 2);
  flush();
  osexit(kind, 2);
  unreachable();
}

/** Dies as an unrecovered panic does: `panic: msg`, then the goroutine's stack. */
export function gopanic(msg: string): void {
  startdump();
  printstring("panic: ");
  printindented(msg);
  printrune(0x0a);
  enddump(EXIT_PANIC, false);
}

/** Dies with `fatal error: msg` and every stack. */
export function fatal(msg: string): void {
  fatalkind(EXIT_FATAL, msg);
}

/** Dies of a deadlock. */
export function fataldeadlock(msg: string): void {
  fatalkind(EXIT_DEADLOCK, msg);
}

/** Dies because memory cannot grow. */
export function fataloom(): void {
  fatalkind(EXIT_OOM, "runtime: out of memory");
}

/** Dies of a broken invariant of the runtime's own. */
export function fatalthrow(msg: string): void {
  fatalkind(EXIT_FATAL, msg);
}

function fatalkind(kind: i32, msg: string): void {
  startdump();
  printstring("fatal error: ");
  printstring(msg);
  printrune(0x0a);
  enddump(kind, true);
}

/** What asc calls for throw, assert and abort: Go's unrecovered panic. */
export function abort(msg: string | null = null, file: string | null = null, line: u32 = 0, column: u32 = 0): void {
  gopanic(changetype<usize>(msg) ? changetype<string>(msg) : "abort");
}

// SPDX-License-Identifier: MIT
// The run loop of a WASI command: what a host does for other programs (host/instance/program.ts).
//
// The transform has _start run the module level, then this. Waiting is poll_oneoff: a program in
// which nothing can run sleeps until its next timer, or until there is input that it waits for. Whatever else wakes it
// (lines about the scheduler, a collection) does not keep it alive.

import { gopark_deadlock } from "../api/host";
import { newcall, schedule } from "../sched/proc";
import { nexttimer } from "../sched/timer";
import { TRACE_TOP } from "../shared/layout";
import { EXIT_CODE, SCHED_EXIT, SCHED_IDLE } from "../shared/status";
import { atreturn } from "../sys/hooks";
import { nanotime, osexit } from "../sys/os";
import { m0 } from "../sys/types";
import { waitread } from "../sys/wasi";
import { collectfor, forcegc, forcegcinit } from "./forcegc";
import { godebuginit } from "./godebug";
import { schedtrace, wakefor } from "./schedtrace";
import { snapshotinit } from "./snapshot";
import { stdinready, stdinwanted } from "./stdin";

import "./process";

// @ts-ignore: decorator
@inline const SLICE: f64 = 1e7;
// @ts-ignore: decorator
@inline const STDIN: i32 = 0;
// @ts-ignore: decorator
@inline const MILLISECOND: f64 = 1e6;

/** Runs export `main` as goroutine 1 until it returns. Does not return itself. */
export function gopark_wasi_run(main: i32): void {
  godebuginit();
  snapshotinit();
  forcegcinit();
  newcall(main, 0, 0, 0);
  while (true) {
    schedtrace();
    const state = schedule(SLICE);
    m0.tsp = TRACE_TOP; // schedule takes the trace for its own: what frames were on it are no stack of anyone's
    if (state == SCHED_EXIT) {
      atreturn(); // not to be inlined, as what collects: nothing here may need a frame
      osexit(EXIT_CODE, 0);
    }
    forcegc();
    if (state == SCHED_IDLE) idle();
    else if (stdinwanted() && waitread(STDIN, 0)) stdinready();
  }
}

/** Whether the engine sleeps for whole milliseconds, rounded down: then they are rounded up here, rather than ask again and again. */
let coarse = false;

/** Waits for what can make a goroutine runnable; if nothing can, it is a deadlock. */
function idle(): void {
  const timer = nexttimer();
  const fd = stdinwanted() ? STDIN : -1;
  if (timer < 0 && fd < 0) {
    m0.tsp = TRACE_TOP; // what was inlined here may have a frame of references: no stack of anyone's
    gopark_deadlock();
  }
  const deadline = collectfor(wakefor(timer));
  if (waitread(fd, deadline < 0 ? -1 : waitfor(deadline)) && fd >= 0) stdinready();
  else if (deadline > nanotime()) coarse = true;
}

/** Nanoseconds to sleep until `deadline`. */
function waitfor(deadline: f64): f64 {
  const ns = max(deadline - nanotime(), 0);
  return coarse ? Math.ceil(ns / MILLISECOND) * MILLISECOND : ns;
}

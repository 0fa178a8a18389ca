// SPDX-License-Identifier: MIT
/**
 * Prints the lines of GODEBUG=schedtrace=1000: what the scheduler has before it, every so many milliseconds.
 *
 * Between two slices, for then the guest's lists are whole. No timer of its own keeps the event loop running: a
 * program that only waits for its host is silent.
 *
 * @module
 */
import { G_SCHEDLINK, P0, P_RUNNEXT, P_RUNQHEAD, P_SCHEDTICK } from "../abi/layout.ts";
import type { MemoryView } from "../memory/view.ts";

/** Prints a line if it is time, and returns how many milliseconds are left until the next. */
export type SchedTrace = (now: number) => number;

/** `interval` and times are milliseconds. */
export function schedTrace(view: MemoryView, interval: number, print: (line: string) => void): SchedTrace {
  let start = NaN;
  let next = -Infinity;
  return (now) => {
    if (Number.isNaN(start)) start = now;
    if (now >= next) {
      print(line(view, now - start));
      next = now + interval;
    }
    return next - now;
  };
}

/** Go's line. There is one M and one P; without a goroutine to run both are idle. */
function line(view: MemoryView, age: number): string {
  const queued = runqsize(view);
  const idle = queued ? 0 : 1;
  return `SCHED ${Math.floor(age)}ms: gomaxprocs=1 idleprocs=${idle} threads=1 spinningthreads=0 needspinning=0 ` +
    `idlethreads=${idle} runqueue=0 [ ${queued} ] schedticks=[ ${view.u32(P0 + P_SCHEDTICK)} ]\n`;
}

function runqsize(view: MemoryView): number {
  let n = view.u32(P0 + P_RUNNEXT) ? 1 : 0;
  for (let gp = view.u32(P0 + P_RUNQHEAD); gp; gp = view.u32(gp + G_SCHEDLINK)) n++;
  return n;
}

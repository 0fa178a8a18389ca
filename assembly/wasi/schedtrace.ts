// SPDX-License-Identifier: MIT
// The lines of GODEBUG=schedtrace=1000, every so many milliseconds: what a host prints of other programs
// (host/instance/schedtrace.ts). Between two slices, for then the queue is whole.

import { nanotime } from "../sys/os";
import { flush, printstring, printuint } from "../sys/print";
import { G, p0 } from "../sys/types";

/** Times in nanoseconds. 0: no lines. */
let interval: f64 = 0;
let start: f64 = 0;
let next: f64 = 0;

/** Has a line printed every `ms` milliseconds from now on; none if that is not above 0. */
export function schedtraceinit(ms: i32): void {
  interval = <f64>max(ms, 0) * 1e6;
  start = next = nanotime();
}

/** When the next line is due, or `deadline` if that is earlier or there are no lines; −1: never. */
export function wakefor(deadline: f64): f64 {
  return interval > 0 && (deadline < 0 || next < deadline) ? next : deadline;
}

/** Prints a line if it is time. Never allocates. */
export function schedtrace(): void {
  if (interval == 0) return;
  const now = nanotime();
  if (now < next) return;
  print(<u64>((now - start) / 1e6), runqsize());
  next = now + interval;
}

/** Go's line. There is one M and one P; without a goroutine to run both are idle. */
function print(ms: u64, queued: u32): void {
  const idle = u32(!queued);
  printstring("SCHED ");
  printuint(ms);
  printstring("ms: gomaxprocs=1 idleprocs=");
  printuint(idle);
  printstring(" threads=1 spinningthreads=0 needspinning=0 idlethreads=");
  printuint(idle);
  printstring(" runqueue=0 [ ");
  printuint(queued);
  printstring(" ] schedticks=[ ");
  printuint(p0.schedtick);
  printstring(" ]\n");
  flush();
}

function runqsize(): u32 {
  let n: u32 = p0.runnext ? 1 : 0;
  let gp: G | null = p0.runqhead;
  while (gp) {
    ++n;
    gp = gp.schedlink;
  }
  return n;
}

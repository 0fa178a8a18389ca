// SPDX-License-Identifier: MIT
// Collects, sleeps, then dies with a labelled goroutine that another one has started. "itself": it has asked for what GODEBUG can ask for.
import { Chan, debug, go, gosched, pprof, runtime, time } from "gopark/assembly";

@external("host", "args") declare function args(): string[];

if (args().length) {
  debug.setTracebackLabels(true);
  debug.setTracebackAncestors(2);
}

function wait(): void {
  new Chan<i32>().recv();
}

function start(): void {
  go(wait);
}

export function main(): void {
  debug.setTraceback("all");
  pprof.withLabels(["tenant", "a"], start);
  gosched();
  runtime.gc();
  time.sleep(20 * time.Millisecond);
  throw new Error("enough");
}

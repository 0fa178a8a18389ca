// SPDX-License-Identifier: MIT
// Collects, sleeps, then dies with a labelled goroutine that another one has started.
import { Chan, debug, go, gosched, pprof, runtime, time } from "gopark/assembly";

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

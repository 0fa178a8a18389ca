// SPDX-License-Identifier: MIT
// Goroutines that take turns; for tests/host/slices.test.ts.
import { WaitGroup, gosched, runtime } from "gopark/assembly";

@external("app", "spend") declare function spend(ms: f64): void;

/** The turn at whose end waits begin to be profiled, 0: never. */
let watched = 0;

function turns(n: i32, ms: f64): void {
  for (let i = 0; i < n; i++) {
    spend(ms);
    if (i + 1 == watched) runtime.setBlockProfileRate(1);
    gosched();
  }
}

/** Two goroutines that take n turns each, of so many milliseconds. */
export function pair(n: i32, ms: f64): void {
  const wg = new WaitGroup();
  wg.go(turns, n, ms);
  wg.go(turns, n, ms);
  wg.wait();
}

export function watch(turn: i32): void { watched = turn; }

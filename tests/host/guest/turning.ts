// SPDX-License-Identifier: MIT
// Goroutines that take turns; for tests/host/slices.test.ts.
import { Mutex, WaitGroup, gosched, runtime } from "gopark/assembly";

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

function locker(mu: Mutex, n: i32): void {
  for (let i = 0; i < n; i++) {
    gosched(); // the other has the lock
    mu.lock();
    mu.unlock();
  }
}

/** After many short turns, has n waits of so many milliseconds for a lock profiled. */
export function waits(n: i32, ms: f64): void {
  const mu = new Mutex();
  spend(1); // a time of 0 says nothing
  for (let i = 0; i < 5000; i++) gosched();
  runtime.setBlockProfileRate(1_000_000);
  const wg = new WaitGroup();
  mu.lock();
  wg.go(locker, mu, n);
  for (let i = 0; i < n; i++) {
    gosched();
    gosched();
    spend(ms);
    mu.unlock();
    gosched();
    mu.lock();
  }
  mu.unlock();
  runtime.setBlockProfileRate(0);
  wg.wait();
}

// SPDX-License-Identifier: MIT
// Switching: yields at some call depth, and goroutines that start and end. Twin of ../go/switch.go.
import { WaitGroup, go, gosched, time } from "gopark/assembly";

/** Yields n times below depth nested calls; the sum keeps each call a call. */
function yielder(depth: i32, n: i32): i32 {
  if (depth > 0) return yielder(depth - 1, n) + 1;
  for (let i = 0; i < n; i++) gosched();
  return 0;
}

function yieldAndDone(depth: i32, n: i32, wg: WaitGroup): void {
  if (yielder(depth, n) != depth) throw new Error("bench: wrong result");
  wg.done();
}

/** Two goroutines that yield to each other; ns a yield. */
export function yields(depth: i32, n: i32): f64 {
  const wg = new WaitGroup();
  const start = time.now();
  wg.add(2);
  for (let i = 0; i < 2; i++) go(yieldAndDone, depth, n, wg);
  wg.wait();
  return <f64>(time.now() - start) / <f64>(2 * n);
}

const BATCH = 100;
let finished = 0;

function finish(): void {
  finished++;
}

/** Goroutines that end at once, a batch at a time; ns each. */
export function spawn(n: i32): f64 {
  finished = 0;
  const start = time.now();
  for (let want = BATCH; want <= n; want += BATCH) {
    for (let i = 0; i < BATCH; i++) go(finish);
    while (finished < want) gosched();
  }
  return <f64>(time.now() - start) / <f64>finished;
}

// SPDX-License-Identifier: MIT
// A WaitGroup wakes all its waiters at zero, at once when it is zero, and can be used again.
import { Chan, WaitGroup, go, gosched, println } from "gopark/assembly";

const wg = new WaitGroup();
let finished = 0;

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function worker(): void {
  gosched();
  finished++;
  wg.done();
}

function nested(depth: i32): void {
  finished++;
  if (depth == 0) return;
  wg.go(nested, depth - 1);
  wg.go(nested, depth - 1);
}

function waiter(done: Chan<i32>, id: i32): void {
  wg.wait();
  done.send(id);
}

export function main(): void {
  wg.wait();
  println("nothing to wait for");

  for (let round = 1; round <= 3; round++) {
    finished = 0;
    wg.add(10 * round);
    for (let i = 0; i < 10 * round; i++) go(worker);
    wg.wait();
    println(`round ${round}: ${finished} finished`);
  }

  const done = new Chan<i32>(3);
  wg.add(2);
  for (let i = 1; i <= 3; i++) {
    go(waiter, done, i);
    settle();
  }
  wg.done();
  settle();
  println(`one of two done: ${done.length} woken`);
  wg.add(3);
  wg.add(-4);
  settle();
  println(`zero by add: ${done.length} woken`);

  finished = 0;
  wg.go(nested, 9);
  wg.wait();
  println(`${finished} nested goroutines`);
}

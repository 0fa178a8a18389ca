// SPDX-License-Identifier: MIT
// What another thread looks at: goroutines that wait, objects that they keep, a loop that never pauses.
import { Chan, go, gosched, runtime } from "gopark/assembly";

class Session {
  constructor(public bytes: Uint8Array) {}
}

runtime.setMemProfileRate(1);

const inbox = new Chan<i32>();

function keep(): void {
  const session = new Session(new Uint8Array(1000));
  inbox.recv();
  assert(session.bytes.length == 1000, "lost");
}

/** Starts so many goroutines that wait for put(). */
export function park(n: i32): void {
  for (let i = 0; i < n; i++) go(keep);
  gosched();
  runtime.gc();
  runtime.gc(); // the heap profile is of the collection before
}

export function put(n: i32): void {
  inbox.send(n);
}

export function crash(): void {
  throw new Error("crash");
}

let sum: i64 = 0;

/** Computes without parking and without asking for the time. */
export function spin(rounds: i64): i64 {
  for (let i: i64 = 0; i < rounds; i++) sum += fib(10);
  return sum;
}

function fib(n: i32): i32 {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

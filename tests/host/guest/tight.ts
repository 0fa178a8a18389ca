// SPDX-License-Identifier: MIT
// Computes without parking and without asking for the time, then sleeps.
import { time } from "gopark/assembly";

function fib(n: i32): i32 {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

export function work(rounds: i32): i32 {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum += fib(15 + i % 3);
  return sum;
}

export function nap(ms: i32): void {
  time.sleep(<i64>ms * 1000000);
}

// SPDX-License-Identifier: MIT
// Computes without parking and without asking for the time, then sleeps.
import { time } from "gopark/assembly";

function leaf(n: i32): i32 {
  let x = n;
  for (let i = 0; i < 1000; i++) x = x * 1664525 + 1013904223 + i;
  if (x == 7) throw new Error("unlikely");
  return x;
}

function spin(rounds: i32): i32 {
  let x = 1;
  for (let i = 0; i < rounds; i++) x = leaf(x);
  return x;
}

/** About so many thousand steps. */
export function work(rounds: i32): i32 {
  return spin(rounds);
}

export function nap(ms: i32): void {
  time.sleep(<i64>ms * 1000000);
}

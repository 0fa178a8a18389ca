// SPDX-License-Identifier: MIT
// Recursion that may park goes as deep where it leaves arguments out.
import { gosched, println } from "gopark/assembly";

let one = 1;

function first(): i32 {
  return one;
}

function depth(n: i32, a: i32 = first()): i32 {
  if (n == 0) {
    gosched();
    return a;
  }
  return depth(n - 1) + 1;
}

export function main(): void {
  println(`${depth(200000)} calls`);
}

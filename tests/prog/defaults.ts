// SPDX-License-Identifier: MIT
// Flags: --use GO_PREEMPT=1
// Recursive functions that are given fewer arguments than they take fill in their own, whoever runs in between.
import { WaitGroup, go, println } from "gopark/assembly";

let one = 1;

function first(): i32 {
  return one;
}

function given(n: i32, a: i32 = first(), b: i32 = first() + 1): i32 {
  return n == 0 ? a * 10 + b : given(n - 1, a);
}

function bare(n: i32, a: i32 = first(), b: i32 = first() + 1): i32 {
  return n == 0 ? a * 10 + b : bare(n - 1);
}

let wrong = 0;

function giving(wg: WaitGroup): void {
  for (let i = 0; i < 2000000; ++i) if (given(20, 5) != 52) ++wrong;
  wg.done();
}

function leaving(wg: WaitGroup): void {
  for (let i = 0; i < 2000000; ++i) if (bare(20) != 12) ++wrong;
  wg.done();
}

export function main(): void {
  const wg = new WaitGroup();
  wg.add(2);
  go(giving, wg);
  go(leaving, wg);
  wg.wait();
  println(`wrong: ${wrong}`);
}

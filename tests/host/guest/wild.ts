// SPDX-License-Identifier: MIT
// Traps in the engine: of two loads in what is inlined, the second is the wild one.
import { go, gosched } from "gopark/assembly";

function peek(p: usize): i32 {
  return load<i32>(p);
}

function both(first: usize, second: usize): i32 {
  const a = peek(first);
  const b = peek(second);
  return a + b;
}

function work(): void {
  gosched();
  assert(both(0, <usize>-64) == 0);
}

export function main(): void {
  go(work);
  gosched();
  gosched();
}

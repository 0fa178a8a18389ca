// SPDX-License-Identifier: MIT
// Flags: --use GO_PREEMPT=1
// What is held by code that only a preempted loop parks is there when it runs again.
import { go, gosched, println } from "gopark/assembly";

class Node {
  value: i32 = 7;
  next: Node | null = null;
}

let stop = false;
let collected: i32 = 0;

function make(value: i32): Node {
  const n = new Node();
  n.value = value;
  n.next = new Node();
  return n;
}

// Neither parks, but in the loop, nor allocates.
function watch(n: Node): i32 {
  let seen = 7;
  while (!stop) if (n.value != 7) seen = n.value;
  return seen;
}

function hold(): i32 {
  return watch(make(7));
}

// Collects while the other is in its loop, and uses again what is free.
function churn(): void {
  for (let turn = 0; turn < 10; ++turn) {
    for (let i = 0; i < 100000; ++i) collected += make(3).value;
    gosched();
  }
  stop = true;
}

export function main(): void {
  go(churn);
  println(`held: ${hold()}`);
}

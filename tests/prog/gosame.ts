// SPDX-License-Identifier: MIT
// A program that starts the same function everywhere builds, and starts it: nothing is left of what go is told.
import { Chan, go, println } from "gopark/assembly";

const c = new Chan<i32>();

function send(n: i32): void {
  c.send(n);
}

function twice(n: i32): i32 {
  go(send, n);
  return c.recv() * 2;
}

export function main(): void {
  go(send, 1);
  println(`${c.recv()} ${twice(2)}`);
}

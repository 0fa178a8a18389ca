// SPDX-License-Identifier: MIT
// Prints, then computes for ever, without parking and without asking for the time. Another goroutine waits meanwhile.
import { Chan, go, gosched, println } from "gopark/assembly";

@external("host", "write") declare function write(text: string): void;

let sum = 0;

function fib(n: i32): i32 {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

function spin(): void {
  for (;;) sum += fib(10);
}

function wait(c: Chan<i32>): void {
  c.recv();
}

export function main(): void {
  go(wait, new Chan<i32>());
  gosched();
  write("to standard output\n");
  println("spinning");
  spin();
}

// SPDX-License-Identifier: MIT
// The program ends when main returns, whatever the others still do.
import { Chan, go, gosched, print, println, time } from "gopark/assembly";

function forever(): void {
  while (true) gosched();
}

function later(): void {
  time.sleep(time.Hour);
  println("not reached");
}

export function main(): void {
  go(forever);
  go(later);
  go((): void => {
    new Chan<i32>().recv();
  });
  time.afterFunc(time.Hour, println, "not reached");
  for (let i = 0; i < 5; i++) gosched();
  go(println, "started too late to run");
  print("main ");
  print("returns: é ✓ 😀\n");
  println("");
  print("");
  print("no newline at the end");
}

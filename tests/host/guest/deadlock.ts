// SPDX-License-Identifier: MIT
// Three goroutines that nobody receives from, and a main that waits for a fourth.
import { Chan, go, println } from "gopark/assembly";

function worker(c: Chan<i32>): void {
  c.send(1);
  println("sent");
}

export function main(): void {
  const c = new Chan<i32>();
  for (let i = 0; i < 3; i++) go(worker, c);
  println("waiting");
  const never = new Chan<i32>();
  never.recv();
  println("received");
}

// SPDX-License-Identifier: MIT
// A goroutine that parks on its way may be 100,000 calls deep: the engine's stack holds the last stretch only.
import { Chan, go, gosched, println } from "gopark/assembly";

function down(n: i32): i32 {
  if (n == 0) return 0;
  return down(n - 1) + 1;
}

function stairs(n: i32): i32 {
  if (n == 0) return 0;
  if (n % 500 == 0) gosched();
  return stairs(n - 1) + 1;
}

export function main(): void {
  const c = new Chan<i32>();
  go((c: Chan<i32>): void => c.send(stairs(100000)), c);
  println(`with parking: ${c.recv()}`);
  go((c: Chan<i32>): void => c.send(down(5000)), c);
  println(`without: ${c.recv()}`);
}

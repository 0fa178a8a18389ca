// SPDX-License-Identifier: MIT
// A goroutine may be 100,000 calls deep, whether it parks on its way down or not.
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
  go((c: Chan<i32>): void => c.send(down(100000)), c);
  println(`without: ${c.recv()}`);
}

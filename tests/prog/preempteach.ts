// SPDX-License-Identifier: MIT
// Flags: --use GO_PREEMPT=1 --use GO_TORTURE_PREEMPT=1
// Where each check preempts, goroutines that compute take turns, one turn of a loop each.
import { WaitGroup, go, println } from "gopark/assembly";

function count(name: string, wg: WaitGroup): void {
  for (let i = 0; i < 3; i++) println(`${name} ${i}`);
  wg.done();
}

function down(n: i32, wg: WaitGroup): i32 {
  println(`recursion ${n}`);
  return n ? down(n - 1, wg) + 1 : 0;
}

export function main(): void {
  const wg = new WaitGroup();
  wg.add(2);
  go(count, "first", wg);
  go(count, "second", wg);
  println(`depth ${down(3, wg)}`);
  wg.wait();
}

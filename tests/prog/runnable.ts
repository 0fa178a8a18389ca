// SPDX-License-Identifier: MIT
// A goroutine that has not run yet shows the function it will run; one that yielded, where.
import { go, gosched, print, println, runtime } from "gopark/assembly";

function dump(): string {
  const buf = new Uint8Array(4096);
  return String.UTF8.decodeUnsafe(buf.dataStart, runtime.stack(buf, true));
}

function starts(): void {
  println("runs");
}

function yields(): void {
  gosched();
}

function records(): i32 {
  const p = new runtime.StackRecords(3);
  const n = runtime.goroutineProfile(p);
  let empty = 0;
  for (let i = 0; i < n; i++) if (p.stack(i).length == 0) empty++;
  return empty;
}

export function main(): void {
  go(yields);
  gosched();
  go(starts);
  print(dump());
  println(`${records()} records without a frame`);
  gosched();
}

// SPDX-License-Identifier: MIT
// Records itself, has a goroutine wait for another, and traps.
import { Chan, go, time, trace } from "gopark/assembly";

const c = new Chan<i32>();

function send(): void {
  time.sleep(time.Millisecond);
  c.send(1);
}

export function main(): void {
  trace.start(8192);
  go(send);
  trace.log("state", `got ${c.recv()}`);
  load<i32>(0xfffffff0);
}

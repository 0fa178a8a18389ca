// SPDX-License-Identifier: MIT
// Labels are inherited by go, restored behind withLabels, and in headers when they are asked for.
import { Chan, debug, go, gosched, pprof, println, runtime } from "gopark/assembly";

const gate = new Chan<i32>();

function waiter(): void {
  gate.recv();
}

function headers(when: string): void {
  const buf = new Uint8Array(8192);
  const text = String.UTF8.decodeUnsafe(buf.dataStart, runtime.stack(buf, true));
  const lines = text.split("\n");
  println(`${when}:`);
  for (let i = 0; i < lines.length; ++i) if (lines[i].startsWith("goroutine ")) println(`  ${lines[i]}`);
}

function inner(): void {
  go(waiter);
  pprof.withLabels(["shard", "a \"b\"\n", "req", "43"], () => {
    gosched(); // the frame of withLabels, and what it keeps, cross a park
    runtime.gc();
    go(waiter);
    headers("inside");
  });
  headers("behind the inner");
}

export function main(): void {
  println(`off at first: ${!debug.setTracebackLabels(true)}`);
  pprof.withLabels(["req", "42"], inner);
  go(waiter);
  gosched();
  headers("behind both");
  pprof.setGoroutineLabels(["z", "1", "a", "2", "z", "3"]);
  go(waiter);
  headers("set");
  pprof.setGoroutineLabels([]);
  debug.setTracebackLabels(false);
  gosched();
  headers("not shown");
  for (let i = 0; i < 3; ++i) gate.send(i);
  gosched();
  debug.setTracebackLabels(true);
  go(waiter); // on a G that had labels
  headers("used again");
  pprof.setGoroutineLabels(["odd"]);
}

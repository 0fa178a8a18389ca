// SPDX-License-Identifier: MIT
// setTracebackAncestors has dumps show the go statements that led to a goroutine, and forgets older ones.
import { Chan, debug, go, gosched, println, runtime } from "gopark/assembly";

const gate = new Chan<i32>();

function leaf(): void {
  gate.recv();
}

function spawn(n: i32): void {
  if (n) go(spawn, n - 1);
  else go(leaf);
}

function dive(n: i32): void {
  if (n) dive(n - 1);
  else go(leaf);
}

function show(what: string): void {
  for (let i = 0; i < 10; ++i) gosched();
  const buf = new Uint8Array(65536);
  println(`${what}:`);
  println(String.UTF8.decodeUnsafe(buf.dataStart, runtime.stack(buf, true)));
}

export function main(): void {
  println(`first ${debug.setTracebackAncestors(2)}, then ${debug.setTracebackAncestors(2)}`);
  spawn(0);
  show("of main");
  gate.send(1);
  spawn(3);
  show("two of four");
  gate.send(1);
  debug.setTracebackAncestors(0);
  spawn(0);
  show("off");
  gate.send(1);
  debug.setTracebackAncestors(1);
  dive(60);
  gosched();
  const buf = new Uint8Array(65536);
  const text = String.UTF8.decodeUnsafe(buf.dataStart, runtime.stack(buf, true));
  println(text.substring(text.indexOf("[originating")).split("ancestors.ts:17").length.toString());
  println(text.includes("\n...additional frames elided...\n").toString());
}

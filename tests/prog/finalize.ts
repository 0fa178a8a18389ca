// SPDX-License-Identifier: MIT
// A program's __finalize hears of each dead object once, and must not allocate.
// Cases: counts small large
import { debug, println, runtime } from "gopark/assembly";

@external("test", "pick") declare function pick(): string;

class Node {
  constructor(public v: i32) {}
}

let counted = 0;
let allocates = 0;
let last: StaticArray<u8> | null = null;

// @ts-ignore: decorator
@global function __finalize(ptr: usize): void {
  if (load<u32>(ptr - 8) != idof<Node>()) return;
  counted += changetype<Node>(ptr).v;
  if (allocates) last = new StaticArray<u8>(allocates);
}

export function main(): void {
  const name = pick();
  debug.setTraceback("none");
  for (let i = 0; i < 1000; i++) new Node(i);
  if (name == "small") allocates = 10;
  if (name == "large") allocates = 100000;
  runtime.gc();
  for (let i = 0; i < 100; i++) new Node(1000);
  runtime.gc();
  println(`counted at least: ${counted > 590000}, at most: ${counted <= 499500 + 100000}`);
}

// SPDX-License-Identifier: MIT
// Memory that cannot grow, limits that are reached, sizes that cannot be, pins that are none.
// Flags: --maximumMemory 64
// Cases: garbage full large raw goroutines limit tooLarge tooLargeRaw pinTwice unpinTwice
import { debug, go, gosched, println, runtime } from "gopark/assembly";

@external("test", "pick") declare function pick(): string;

class Node {
  next: Node | null = null;
  constructor(public v: i32) {}
}

let list: Node | null = null;

function build(n: i32): void {
  for (let i = 0; i < n; i++) {
    const node = new Node(i);
    node.next = list;
    list = node;
  }
}

/** Whether all of the list is there, as it was built. */
function whole(n: i32): bool {
  let at = list;
  while (n-- > 0) {
    if (!at || at.v != n) return false;
    at = at.next;
  }
  return at == null;
}

/** Memory that cannot grow is enough while what dies is found. */
function garbage(): void {
  build(1000);
  for (let i = 0; i < 200000; i++) new StaticArray<u8>(i % 400);
  for (let i = 0; i < 100; i++) new StaticArray<u8>(500000);
  println(`the list is whole: ${whole(1000)}`);
}

function full(): void {
  build(1 << 20);
}

function large(): void {
  new StaticArray<u8>(8 << 20);
}

function raw(): void {
  while (true) heap.alloc(100000);
}

function park(): void {
  while (true) gosched();
}

function goroutines(): void {
  debug.setTraceback("none"); // there are thousands
  while (true) go(park);
}

/** As in Go the limit is soft: the collector works harder, and the program lives. */
function limit(): void {
  debug.setMemoryLimit(100000);
  build(10000);
  const before = new runtime.MemStats();
  runtime.readMemStats(before);
  for (let i = 0; i < 100000; i++) new Node(0);
  const after = new runtime.MemStats();
  runtime.readMemStats(after);
  println(`over the limit: ${after.heapAlloc > 100000}, collected: ${after.numGC > before.numGC}`);
  println(`the list is whole: ${whole(10000)}`);
}

export function main(): void {
  const name = pick();
  debug.setTraceback("single");
  if (name == "garbage") garbage();
  if (name == "full") full();
  if (name == "large") large();
  if (name == "raw") raw();
  if (name == "goroutines") goroutines();
  if (name == "limit") limit();
  if (name == "tooLarge") new StaticArray<u8>((1 << 30) - 20);
  if (name == "tooLargeRaw") heap.alloc(1 << 30);
  const text = "pinned";
  if (name == "pinTwice") __pin(__pin(changetype<usize>(text)));
  if (name == "unpinTwice") __unpin(changetype<usize>(text));
  println("still running");
}

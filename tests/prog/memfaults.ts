// SPDX-License-Identifier: MIT
// Memory that cannot grow, limits that are reached, sizes that cannot be, pins that are none.
// Flags: --maximumMemory 64
// Cases: garbage full large raw goroutines limit tooLarge tooLargeRaw pinTwice unpinTwice
// Cases: start unwind sleep sample label unwindDies strings
import { Chan, WaitGroup, debug, go, gosched, pprof, println, runtime, time } from "gopark/assembly";

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

/** Takes all the memory there is, by what is dead at once and what no collection has looked for. */
function litter(): void {
  debug.setGCPercent(-1);
  const m = new runtime.MemStats();
  do {
    new StaticArray<u8>(2000);
    runtime.readMemStats(m);
  } while (memory.size() < 64 || m.heapIdle);
}

/** Takes all the memory there is, for good. */
function stuff(): void {
  const m = new runtime.MemStats();
  do {
    runtime.readMemStats(m);
    heap.alloc(memory.size() < 64 || m.heapIdle > 8 << 14 ? 36000 : 2000);
  } while (memory.size() < 64 || m.heapIdle);
}

const nodes = new Array<Node>();

function make(n: i32): void {
  for (let i = 0; i < n; i++) nodes.push(new Node(i));
}

const c = new Chan<i32>();
let sum = 0;

function add(node: Node, wg: WaitGroup): void {
  sum += node.v;
  c.recv();
  sum -= node.v;
  wg.done();
}

/** go finds the memory of the dead; what its callers hold is not among them. */
function start(): void {
  const wg = new WaitGroup();
  make(5000);
  litter();
  while (nodes.length) {
    const node = nodes.pop();
    wg.add(1);
    go(add, node, wg);
    sum -= node.v - 1;
  }
  gosched();
  println(`started: ${sum}`);
  c.close();
  wg.wait();
  println(`ended: ${sum}`);
}

/** Its frames are alike however it is built: each holds the node that is passed on, once. */
function deep(n: i32, node: Node): i32 {
  if (!n) return c.recv() + node.v;
  return deep(n - 1, nodes.pop()) + node.v - n;
}

/** So does a stack that grows, in the middle of an unwinding. */
function unwind(): void {
  const wg = new WaitGroup();
  wg.go(() => {
    make(15001);
    litter();
    println(`came back: ${deep(15000, nodes.pop())}`);
  });
  gosched();
  c.send(7);
  wg.wait();
}

/** And a sleep. */
function sleep(): void {
  const wg = new WaitGroup();
  for (let i = 0; i < 3000; i++) wg.go(() => { c.recv(); time.sleep(1); sum++; });
  gosched();
  litter();
  c.close();
  wg.wait();
  println(`slept: ${sum}`);
}

/** A profile that has no memory for more samples leaves them out. */
function sample(): void {
  make(10000);
  for (let i = 0; i < 10000; i++) nodes[i] = nodes[i - i % 10];
  runtime.gc();
  stuff();
  runtime.setMemProfileRate(1);
  for (let i = 0; i < 9000; i++) new Node(i);
  println("all allocated");
}

/** Labels of new goroutines have memory when the dead have some. */
function label(): void {
  pprof.withLabels(["who", `n${sum}`], () => {
    const wg = new WaitGroup();
    const node = new Node(1);
    litter();
    for (let i = 0; i < 5000; i++) go(add, node, wg);
    gosched();
    println(`labelled: ${sum}`);
  });
}

/** A stack that has no memory to grow into shows all of its frames. */
function unwindDies(): void {
  make(601);
  stuff();
  go(() => { deep(600, nodes.pop()); });
  gosched();
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

/** Where blocks have taken all the memory and some have died, there is room between them for strings. */
function strings(): void {
  debug.setGCPercent(-1);
  const blocks = new StaticArray<StaticArray<u8> | null>(40000);
  const made = new StaticArray<string>(5000);
  const m = new runtime.MemStats();
  let n = 0;
  do {
    blocks[n++] = new StaticArray<u8>(100);
    runtime.readMemStats(m);
  } while (memory.size() < 64 || m.heapIdle);
  for (let i = 0; i < n; i += 2) blocks[i] = null;
  let length = 0;
  for (let i = 0; i < made.length; i++) {
    made[i] = "string".repeat(1 + i % 8);
    length += made[i].length;
  }
  println(`${length} letters`);
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
  if (name == "start") start();
  if (name == "unwind") unwind();
  if (name == "sleep") sleep();
  if (name == "sample") sample();
  if (name == "label") label();
  if (name == "unwindDies") unwindDies();
  if (name == "strings") strings();
  if (name == "tooLarge") new StaticArray<u8>((1 << 30) - 20);
  if (name == "tooLargeRaw") heap.alloc(1 << 30);
  const text = "pinned";
  if (name == "pinTwice") __pin(__pin(changetype<usize>(text)));
  if (name == "unpinTwice") __unpin(changetype<usize>(text));
  println("still running");
}

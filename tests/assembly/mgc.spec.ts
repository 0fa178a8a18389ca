// SPDX-License-Identifier: MIT
// Cycles that mark in steps: what the program does between two of them must not lose an object.

import { Chan, debug, go, gosched, runtime, Select } from "gopark/assembly";
import { gcfinish, gcmark, gcstart } from "gopark/assembly/memory/mgc";
import { mheap, spanof } from "gopark/assembly/memory/mheap";
import { isnoscan } from "gopark/assembly/memory/sizeclass";
import { describe, expect, it } from "gopark/test";
import { finalized, settle, spawn } from "./harness";

class Node {
  next: Node | null = null;
  constructor(public v: i32) {}
}

class Pair {
  a: Node | null = null;
  b: Node | null = null;
}

class Bytes {
  a: i64;
  b: i64;
}

let got = 0;

/** Begins a cycle; one that runs ends before. */
function start(): void {
  gcfinish();
  gcstart();
}

function step(): bool {
  gcmark(1);
  return mheap.gcphase != 0;
}

function finish(): void {
  while (step()) {}
}

/** Nothing of before is left to finalize. */
function settled(): void {
  __collect();
  finalized(idof<Node>());
}

describe("a cycle in steps", () => {
  it("keeps what goes from an object to one that was visited before", () => {
    settled();
    const pairs: Pair[] = [];
    for (let i = 0; i < 100; i++) {
      pairs.push(new Pair());
      pairs[i].a = new Node(i);
    }
    start();
    for (let i = 0; mheap.gcphase; i++) {
      step();
      const from = pairs[i * 7 % 100];
      const to = pairs[i * 13 % 100];
      if (!to.b) {
        to.b = from.a;
        from.a = null;
      }
    }
    expect(finalized(idof<Node>())).toBe(0);
  });
  it("keeps elements that move within an array too large to visit at once", () => {
    settled();
    const nodes = new Array<Node>();
    for (let i = 0; i < 40000; i++) nodes.push(new Node(i));
    start();
    while (step()) nodes.push(nodes.shift());
    expect(finalized(idof<Node>())).toBe(0);
    expect(nodes.length).toBe(40000);
    let sum = 0;
    for (let i = 0; i < 40000; i++) sum += nodes[i].v;
    expect(sum).toBe(799980000);
  });
  it("keeps what a goroutine took out of the heap before it parked again", () => {
    settled();
    const pair = new Pair();
    pair.a = new Node(7);
    go((pair: Pair): void => {
      gosched();
      const mine = pair.a!;
      pair.a = null;
      gosched();
      got = mine.v;
    }, pair);
    gosched();
    start();
    step();
    gosched();
    finish();
    expect(finalized(idof<Node>())).toBe(0);
    settle();
    expect(got).toBe(7);
  });
  it("keeps what a parked select is sent, though its cases were visited", () => {
    settled();
    const c = new Chan<Node>();
    go((c: Chan<Node>): void => {
      const s = new Select();
      s.recv(c);
      s.wait();
      gosched();
      got = s.value<Node>().v;
    }, c);
    gosched();
    start();
    for (let i = 0; i < 8; i++) step();
    send(c);
    gosched();
    finish();
    expect(finalized(idof<Node>())).toBe(0);
    settle();
    expect(got).toBe(8);
  });
  it("finds what died before it began, and keeps what is made meanwhile", () => {
    settled();
    garbage(50);
    start();
    garbage(20);
    finish();
    expect(finalized(idof<Node>())).toBe(50);
    __collect();
    expect(finalized(idof<Node>())).toBe(20);
  });
});

function send(c: Chan<Node>): void {
  c.send(new Node(8));
}

function garbage(n: i32): void {
  for (let i = 0; i < n; i++) new Node(i);
}

describe("raw blocks", () => {
  it("are aligned, apart, and come back", () => {
    const blocks = new StaticArray<usize>(300);
    const was = mheap.rawblocks;
    for (let i = 0; i < 300; i++) {
      blocks[i] = heap.alloc(i * 173);
      memory.fill(blocks[i], <u8>i, i * 173);
      expect(blocks[i] & 15).toBe(0);
    }
    for (let i = 1; i < 300; i++) {
      expect(load<u8>(blocks[i])).toBe(<u8>i);
      expect(load<u8>(blocks[i] + i * 173 - 1)).toBe(<u8>i);
    }
    for (let i = 0; i < 300; i++) heap.free(blocks[i]);
    // A class keeps one span.
    expect(mheap.rawblocks - was).toBeLessThanOrEqual(37 + 13 * 4);
  });
  it("keep what they hold when they grow and shrink", () => {
    let ptr = heap.alloc(10);
    memory.fill(ptr, 5, 10);
    for (let size: usize = 20; size < 200000; size *= 3) ptr = heap.realloc(ptr, size);
    for (let size: usize = 100000; size > 10; size /= 3) ptr = heap.realloc(ptr, size);
    for (let i = 0; i < 10; i++) expect(load<u8>(ptr + i)).toBe(5);
    heap.free(ptr);
  });
});

describe("spans", () => {
  it("hold objects with references or objects without, whatever their size", () => {
    for (let size: usize = 0; size <= 2280; size += 8) {
      const plain = spanof(__new(size, idof<ArrayBuffer>()));
      const other = spanof(__new(size, idof<Pair>()));
      expect(isnoscan(plain.spanclass)).toBe(true);
      expect(isnoscan(other.spanclass)).toBe(false);
    }
    expect(isnoscan(spanof(changetype<usize>(new Bytes())).spanclass)).toBe(true);
    expect(isnoscan(spanof(changetype<usize>(new Pair())).spanclass)).toBe(false);
  });
  it("go to other classes when nothing lives in them", () => {
    for (let i = 0; i < 200000; i++) new Node(i);
    const keep: Node[] = [];
    for (let i = 0; i < 100000; i++) keep.push(new Node(i));
    keep.length = 0;
    __collect();
    const blocks = mheap.blocks;
    for (let i = 0; i < 2000; i++) new StaticArray<u8>(1000);
    expect(mheap.blocks).toBe(blocks);
  });
});

class Chain {
  constructor(public next: Chain | null) {}
}

describe("a large object", () => {
  it("pays for up to four times its size of a cycle, else for a step", () => {
    let kept: Chain | null = null;
    for (let i = 0; i < 200000; i++) kept = new Chain(kept);
    __pin(changetype<usize>(kept)); // found early in a cycle
    const sizes: usize[] = [40 << 10, 256 << 10];
    for (let i = 0; i < sizes.length; i++) {
      gcfinish();
      gcstart();
      const before = mheap.marked;
      const bytes = spanof(__new(sizes[i], idof<ArrayBuffer>())).elemsize;
      const paid = mheap.marked - before - bytes; // it is black itself
      const most = max<usize>(384 << 10, 4 * bytes);
      expect(paid).toBeGreaterThan(most / 4); // visits count, too
      expect(paid).toBeLessThanOrEqual(most + 4096);
      gcfinish();
    }
    __unpin(changetype<usize>(kept));
  });
});

describe("readMemStats", () => {
  it("counts objects and bytes, and adds up", () => {
    __collect();
    const before = new runtime.MemStats();
    const after = new runtime.MemStats();
    const nodes = new StaticArray<Node | null>(100);
    runtime.readMemStats(before);
    for (let i = 0; i < 100; i++) nodes[i] = new Node(i);
    runtime.readMemStats(after);
    expect(after.mallocs - before.mallocs).toBe(100);
    expect(after.totalAlloc - before.totalAlloc).toBe(100 * 16);
    expect(after.heapObjects).toBe(after.mallocs - after.frees);
    expect(after.sys).toBe(<u64>memory.size() << 16);
    expect(after.sys).toBe(after.heapInuse + after.heapIdle + after.stackInuse + after.buckHashSys + after.gcSys + after.otherSys);
    runtime.gc();
    runtime.readMemStats(before);
    expect(before.numGC).toBe(after.numGC + 1);
    expect(before.numForcedGC).toBe(after.numForcedGC + 1);
  });
});

const parked = new Chan<i32>();

function deep(n: i32): i32 {
  return n ? deep(n - 1) + n : parked.recv();
}

describe("a large goroutine stack", () => {
  it("is in stackInuse while the goroutine has it", () => {
    const before = new runtime.MemStats();
    const m = new runtime.MemStats();
    runtime.readMemStats(before);
    const gp = spawn(() => { deep(3000); });
    settle();
    runtime.readMemStats(m);
    const size = gp.stackend - gp.stack;
    expect(size).toBeGreaterThan(30000);
    expect(m.stackInuse).toBeGreaterThanOrEqual(before.stackInuse + size);
    expect(m.sys).toBe(m.heapInuse + m.heapIdle + m.stackInuse + m.buckHashSys + m.gcSys + m.otherSys);
    parked.send(1);
    settle();
    runtime.readMemStats(m);
    expect(m.stackInuse).toBeLessThan(before.stackInuse + size / 2);
  });
  it("leaves the heap less of what the memory limit allows", () => {
    __collect();
    const old = debug.setMemoryLimit(64 << 20);
    debug.setGCPercent(-1);
    const goal = mheap.goal;
    const gp = spawn(() => { deep(30000); });
    settle();
    const lost = goal - mheap.goal;
    const size = gp.stackend - gp.stack;
    debug.setGCPercent(100);
    debug.setMemoryLimit(old);
    parked.send(1);
    settle();
    expect(goal).toBeLessThan(64 << 20);
    expect(lost).toBeGreaterThan(size - (size >> 3));
  });
});

/** Objects that the largest of the smallest steps to the end of the cycle has found. */
function largestStep(): u32 {
  let largest: usize = 0;
  while (mheap.gcphase) {
    const before = mheap.nmarked;
    gcmark(1);
    largest = max(largest, mheap.nmarked - before);
  }
  return <u32>largest;
}

/** What a step may find at most: the references of a piece, twice as a piece may be of keys and values. */
const STEP_LIMIT: u32 = 4096;

class Key {
  constructor(public a: i32, public b: i32) {}
}

let numbered: Map<i32, Node> | null = null;
let keyed: Map<Node, f64> | null = null;
let both: Map<u8, Map<Node, Node>> | null = null;
let wide: Map<i64, Node> | null = null;
let set: Set<Node> | null = null;
let queue: Chan<Node> | null = null;
const LARGE_TABLE = 30000;

function fillTables(): void {
  const m1 = new Map<i32, Node>();
  numbered = m1;
  const m2 = new Map<Node, f64>();
  keyed = m2;
  const m3 = new Map<Node, Node>();
  const m4 = new Map<i64, Node>();
  wide = m4;
  const s = new Set<Node>();
  set = s;
  const c = new Chan<Node>(LARGE_TABLE + 500);
  queue = c;
  both = new Map<u8, Map<Node, Node>>();
  both!.set(1, m3);
  for (let i = 0; i < 800; i++) c.send(new Node(-i));
  for (let i = 0; i < 700; i++) c.recv();
  for (let i = 0; i < LARGE_TABLE; i++) {
    m1.set(i, new Node(i));
    m2.set(new Node(i), <f64>i);
    m3.set(new Node(i), new Node(i));
    m4.set(i, new Node(i));
    s.add(new Node(i));
    c.send(new Node(i));
  }
}

function sumOfTables(): i64 {
  let sum: i64 = 0;
  for (let i = 0; i < LARGE_TABLE; i++) sum += numbered!.get(i).v + wide!.get(i).v;
  const keys = keyed!.keys();
  for (let i = 0; i < keys.length; i++) sum += keys[i].v;
  const inner = both!.get(1);
  const ks = inner.keys();
  const vs = inner.values();
  for (let i = 0; i < ks.length; i++) sum += ks[i].v + vs[i].v;
  const nodes = set!.values();
  for (let i = 0; i < nodes.length; i++) sum += nodes[i].v;
  return sum;
}

let turns: Chan<i32> | null = null;
let dived = 0;
let lost = 0;

/** Recurses, an object to a frame, and waits at the bottom; told to, comes up some frames and goes down again. */
function dive(depth: i32, level: i32): void {
  const up = sink(depth, level);
  if (up) lost++;
}

/** Returns how many frames are still to be left. */
function sink(depth: i32, level: i32): i32 {
  const own = new Key(level, ~level);
  let up = 0;
  while (true) {
    if (level + 1 < depth) up = sink(depth, level + 1);
    else up = turns!.recv();
    if (own.a != level || own.b != ~level) lost++;
    if (!up) break; // all the way
    if (level && --up) return up;
  }
  dived++;
  return 0;
}

function hold(n: i32, gate: Chan<i32>): void {
  let own = new Key(n, ~n);
  while (true) {
    gate.recv();
    if (own.a != n || own.b != ~n) lost++;
    if (!gate.ok) return;
    own = new Key(n, ~n);
  }
}

describe("a step", () => {
  it("finds no more than a piece of a large map, set or channel", () => {
    fillTables();
    settled();
    start();
    expect(largestStep()).toBeLessThanOrEqual(STEP_LIMIT);
    expect(finalized(idof<Node>())).toBe(0);
    expect(sumOfTables()).toBe(<i64>LARGE_TABLE * (LARGE_TABLE - 1) / 2 * 6);
  });
  it("loses nothing that goes from one to another, or that makes them larger, meanwhile", () => {
    fillTables();
    settled();
    start();
    let from = LARGE_TABLE - 1;
    let moved = 0;
    let to = LARGE_TABLE;
    for (let n = 0; step(); n++) {
      if (n % 100) continue;
      // From where the collector has not been, to where it has.
      const node = numbered!.get(from);
      numbered!.delete(from--);
      wide!.set(to++, node);
      const key = keyed!.keys()[0];
      keyed!.delete(key);
      set!.add(key);
      queue!.send(queue!.recv());
      if (++moved % 8 == 0) for (let i = 0; i < 100; i++) both!.get(1).set(new Node(0), new Node(0));
    }
    expect(moved).toBeGreaterThan(10); // what is allocated meanwhile marks too
    expect(finalized(idof<Node>())).toBe(0);
    __collect();
    expect(finalized(idof<Node>())).toBe(0);
    let sum: i64 = 0;
    const values = wide!.values();
    for (let i = 0; i < values.length; i++) sum += values[i].v;
    for (let i = 0; i <= from; i++) sum += numbered!.get(i).v;
    expect(sum).toBe(<i64>LARGE_TABLE * (LARGE_TABLE - 1));
  });
  it("drops what was deleted from a table", () => {
    fillTables();
    settled();
    numbered = null;
    keyed = null;
    both = null;
    wide = null;
    set!.clear();
    queue = null;
    __collect();
    __collect();
    expect(finalized(idof<Node>())).toBeGreaterThan(LARGE_TABLE * 6);
  });
  it("visits no more than a piece of a deep stack", () => {
    settled();
    turns = new Chan<i32>();
    go(dive, 20000, 0);
    gosched();
    start();
    expect(largestStep()).toBeLessThanOrEqual(STEP_LIMIT);
    expect(finalized(idof<Node>())).toBe(0);
    turns!.send(0);
    settle();
    expect(dived).toBe(20000);
    settled();
  });
  it("keeps what a deep stack holds that comes and goes meanwhile", () => {
    settled();
    turns = new Chan<i32>();
    go(dive, 60000, 0);
    settle();
    let random: u32 = 1;
    for (let cycle = 0; cycle < 4; cycle++) {
      start();
      let steps = 0;
      while (step()) {
        // Up by some frames and down by others, each with objects of their own.
        random = random * 1664525 + 1013904223;
        if (++steps % 3 == 0) turns!.send(<i32>(random >> 24) + 1);
      }
      expect(steps).toBeGreaterThan(20);
    }
    turns!.send(0);
    settle();
    expect(lost).toBe(0);
    settled();
  });
  it("visits no more than some of the goroutines, though all run meanwhile", () => {
    settled();
    const gate = new Chan<i32>();
    for (let i = 0; i < 5000; i++) go(hold, i, gate);
    gosched();
    start();
    let largest: usize = 0;
    let steps = 0;
    while (mheap.gcphase) {
      const before = mheap.nmarked;
      gcmark(1);
      largest = max(largest, mheap.nmarked - before);
      if (++steps % 4 == 0) for (let i = 0; i < 300; i++) gate.send(0);
    }
    expect(<u32>largest).toBeLessThanOrEqual(STEP_LIMIT);
    gate.close(); // each looks whether what it holds is whole; what it has let go of may be freed
    settle();
    expect(lost).toBe(0);
  });
});

// SPDX-License-Identifier: MIT
// Cycles that mark in steps: what the program does between two of them must not lose an object.

import { Chan, go, gosched, runtime, Select } from "gopark/assembly";
import { gcmark, gcstart } from "gopark/assembly/memory/mgc";
import { mheap } from "gopark/assembly/memory/mheap";
import { describe, expect, it } from "gopark/test";
import { finalized, settle } from "./harness";

class Node {
  next: Node | null = null;
  constructor(public v: i32) {}
}

class Pair {
  a: Node | null = null;
  b: Node | null = null;
}

let got = 0;

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
    gcstart();
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
    gcstart();
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
    gcstart();
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
    gcstart();
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
    gcstart();
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

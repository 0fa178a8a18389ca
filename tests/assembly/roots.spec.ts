// SPDX-License-Identifier: MIT
// What running and parked code holds survives, and nothing else: whatever the optimiser has made of it.

import { gosched } from "gopark/assembly";
import { FRAME_ROOTS_MASK } from "gopark/assembly/shared/layout";
import { m0 } from "gopark/assembly/sys/types";
import { describe, expect, it } from "gopark/test";
import { finalized } from "./harness";

class Node {
  next: Node | null = null;
  constructor(public v: i32) {}
}

class Pair {
  constructor(public a: Node, public b: Node) {}
}

let odd = 0;

function freed(): i32 {
  return finalized(idof<Node>());
}

/** Collects and overwrites what is free. */
function collect(): void {
  __collect();
  for (let i = 0; i < 500; ++i) new Node(-1);
  __collect();
  freed();
}

/** A node that is made below a collection. */
function made(v: i32): Node {
  const node = new Node(v);
  collect();
  return node;
}

function sum(a: Node, b: Node, c: Node): i32 {
  collect();
  return a.v + b.v + c.v;
}

/** Two functions that call each other: inlined into one another, each activation has values of its own. */
function even(n: i32, held: Node): i32 {
  const own = new Node(n);
  const below = n ? uneven(n - 1, own) : 0;
  return below + own.v + held.v;
}

function uneven(n: i32, held: Node): i32 {
  const own = new Node(n);
  collect();
  const below = n ? even(n - 1, own) : 0;
  return below + own.v + held.v;
}

function build(depth: i32): Node {
  const node = new Node(depth);
  if (depth) node.next = build(depth - 1);
  if (depth % 7 == 0) collect();
  return node;
}

function parking(depth: i32): i32 {
  const node = new Node(depth);
  if (!depth) {
    gosched();
    collect();
    return node.v;
  }
  const below = parking(depth - 1);
  gosched();
  return below + node.v;
}

function first(list: Node): i32 {
  let n = 0;
  let node: Node | null = list;
  while (node) {
    if (node.v & 1) collect();
    n += node.v;
    node = node.next;
  }
  return n;
}

/** Raw pointers into what is named no more: as std does. */
function copied(text: string): string {
  const ptr = changetype<usize>(text);
  const len = text.length << 1;
  const to = changetype<usize>(changetype<string>(__new(len, idof<string>())));
  memory.copy(to, ptr, len);
  return changetype<string>(to);
}

function inner(v: i32): void {
  const node = new Node(v);
  __collect();
  odd += node.v & 1;
}

/** Holds its argument under a name of its own, beside who calls it. */
function passedOn(node: Node): i32 {
  const same = node;
  collect();
  return same.v + node.v;
}

/** References that the running function's frame holds. */
// @ts-ignore: decorator
@inline function framed(): u32 {
  return load<u32>(m0.tsp) & FRAME_ROOTS_MASK;
}

/** Three names for a node, and what its frame holds. */
function names(node: Node): u32 {
  const a = node;
  const b = a;
  __collect();
  const n = framed();
  return a.v + b.v + node.v ? n : 0;
}

/** As names, for a node that a loop does not change. */
function loopNames(node: Node): u32 {
  let n: u32 = 0;
  for (let i = 0; i < 3; ++i) {
    const same = node;
    __collect();
    n = framed();
    odd += same.v;
  }
  return node.v ? n : 0;
}

/** Has a node that it still needs held by others, too, who let go of it. */
function keeping(): void {
  const node = new Node(4);
  const v = passedOn(node) + passedOn(node);
  __collect();
  if (freed() || node.v * 4 != v) throw new Error("a node was freed that is held");
}

describe("a running function", () => {
  it("holds the operands of a call while later ones are made", () => {
    expect(sum(made(1), made(2), made(3))).toBe(6);
  });
  it("holds them in constructors", () => {
    const pair = new Pair(made(10), made(20));
    collect();
    expect(pair.a.v + pair.b.v).toBe(30);
  });
  it("holds what one arm of an if has made", () => {
    for (let i = 0; i < 4; ++i) {
      let node: Node | null = null;
      if (i & 1) {
        node = made(i);
        if (i & 2) collect();
      } else if (i) node = new Node(i);
      collect();
      expect(node ? node.v : 0).toBe(i);
    }
  });
  it("holds what goes round a loop", () => {
    let last = new Node(0);
    for (let i = 1; i < 20; ++i) {
      const next = new Node(i);
      next.next = last;
      if (i % 3 == 0) continue;
      last = next;
      collect();
    }
    let n = 0;
    let node: Node | null = last;
    while (node) {
      n += node.v;
      node = node.next;
    }
    expect(n).toBe(1 + 2 + 4 + 5 + 7 + 8 + 10 + 11 + 13 + 14 + 16 + 17 + 19);
  });
  it("holds a value under each of its names, when others get another", () => {
    for (let i = 0; i < 4; ++i) {
      let a = new Node(1);
      let b = a;
      const c = b;
      collect();
      if (i & 1) a = new Node(2);
      collect();
      if (i & 2) b = new Node(3);
      collect();
      new Node(-2);
      expect(a.v * 100 + b.v * 10 + c.v).toBe((i & 1 ? 200 : 100) + (i & 2 ? 30 : 10) + 1);
    }
  });
  it("holds what it passed on to who had it under another name and is left", () => {
    let node = new Node(1);
    for (let i = 2; i < 6; ++i) {
      const sum = passedOn(node) + passedOn(node);
      collect();
      expect(sum).toBe(node.v * 4);
      const before = node;
      if (i & 1) node = new Node(i);
      collect();
      expect(before.v).toBe(i == 2 || i == 3 ? 1 : 3);
    }
  });
  it("holds a value once, whatever its names are where it is optimised", () => {
    expect(names(new Node(7))).toBe(ASC_OPTIMIZE_LEVEL ? 1 : 2);
  });
  it("holds a value once, whatever a loop calls it", () => {
    expect(loopNames(new Node(7))).toBe(ASC_OPTIMIZE_LEVEL ? 1 : 2);
  });
  it("holds the old value while a new one is made from it", () => {
    let text = "a";
    for (let i = 0; i < 8; ++i) {
      text = text + copied(text);
      collect();
    }
    expect(text.length).toBe(256);
    for (let i = 0; i < 256; ++i) expect(text.charCodeAt(i)).toBe(97);
  });
  it("holds its own in recursion through another function", () => {
    expect(even(9, new Node(100))).toBe(2 * 45 + 100);
  });
  it("holds every level of a deep recursion", () => {
    expect(first(build(50))).toBe(50 * 51 / 2);
  });
});

describe("a parked function", () => {
  it("holds every level of its recursion", () => {
    expect(parking(40)).toBe(40 * 41 / 2);
  });
});

describe("a function that is left", () => {
  it("holds nothing, inlined or not", () => {
    __collect();
    freed();
    inner(1);
    __collect();
    expect(freed()).toBe(1);
    inner(3);
    gosched();
    __collect();
    expect(freed()).toBe(1);
  });
  it("leaves what it was given to its caller alone", () => {
    __collect();
    freed();
    keeping();
    __collect();
    expect(freed()).toBe(1);
  });
});

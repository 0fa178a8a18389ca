// SPDX-License-Identifier: MIT
// Allocation and collection, as far as asc's contract and Go's promise go: nothing of how it works.

import { Chan, go, gosched, runtime, time } from "gopark/assembly";
import { describe, expect, it, panicOf } from "gopark/test";
import { finalized, settle } from "./harness";

class Node {
  next: Node | null = null;
  v: i32;
  constructor(v: i32) {
    this.v = v;
  }
}

let head: Node | null = null;
let c = new Chan<Node>();
let got = 0;

/** Nodes that were finalized since the last time. */
function finalizedNodes(): i32 {
  return finalized(idof<Node>());
}

/** Makes garbage in a call of its own, so that no local refers to it any more. */
function garbage(n: i32): void {
  for (let i = 0; i < n; ++i) new Node(i);
}

/** Overwrites what is free. */
function churn(): void {
  for (let i = 0; i < 2000; ++i) new Node(-1);
}

describe("__new", () => {
  it("gives zeroed memory at 16-byte boundaries, whatever was there before", () => {
    for (let i = 0; i < 200; ++i) {
      const size = i * 7;
      const ptr = __pin(__new(size, idof<ArrayBuffer>())); // what expects allocates may collect
      expect(ptr & 15).toBe(0);
      for (let k = 0; k < size; ++k) expect(load<u8>(ptr + k)).toBe(0);
      memory.fill(ptr, 0xff, size);
      __unpin(ptr);
      if (i % 50 == 0) __collect();
    }
  });
  it("notes class and size before the object", () => {
    const ptr = __new(40, idof<Node>());
    expect(load<u32>(ptr - 8)).toBe(idof<Node>());
    expect(load<u32>(ptr - 4)).toBe(40);
  });
  it("panics for what no memory could hold", () => {
    expect(panicOf(() => { __new(0xffffff00, idof<ArrayBuffer>()); })).not.toBe("");
  });
});

describe("__renew", () => {
  it("keeps what was there and zeroes what is new", () => {
    let ptr = __new(10, idof<ArrayBuffer>());
    memory.fill(ptr, 7, 10);
    ptr = __renew(ptr, 1000);
    for (let i = 0; i < 10; ++i) expect(load<u8>(ptr + i)).toBe(7);
    for (let i = 10; i < 1000; ++i) expect(load<u8>(ptr + i)).toBe(0);
    expect(load<u32>(ptr - 4)).toBe(1000);
  });
  it("zeroes what was cut off and comes back", () => {
    let ptr = __new(64, idof<ArrayBuffer>());
    memory.fill(ptr, 7, 64);
    ptr = __renew(ptr, 8);
    ptr = __renew(ptr, 64);
    for (let i = 8; i < 64; ++i) expect(load<u8>(ptr + i)).toBe(0);
  });
  it("leaves the old object to whoever still holds it", () => {
    const old = __new(16, idof<ArrayBuffer>());
    store<u32>(old, 99);
    __renew(old, 4000);
    churn();
    expect(load<u32>(old)).toBe(99);
  });
});

describe("a collection", () => {
  it("finalizes what nobody refers to, each once", () => {
    __collect();
    finalizedNodes();
    garbage(100);
    __collect();
    expect(finalizedNodes()).toBe(100);
    __collect();
    expect(finalizedNodes()).toBe(0);
  });
  it("keeps what a global reaches, however far", () => {
    for (let i = 0; i < 1000; ++i) {
      const node = new Node(i);
      node.next = head;
      head = node;
    }
    __collect();
    churn();
    let n = 999;
    let node = head;
    while (node) {
      expect(node.v).toBe(n--);
      node = node.next;
    }
    expect(n).toBe(-1);
  });
  it("takes cycles that nothing reaches", () => {
    __collect();
    finalizedNodes();
    cycle();
    __collect();
    expect(finalizedNodes()).toBe(2);
  });
  it("keeps what a running function holds", () => {
    const node = new Node(42);
    __collect();
    churn();
    expect(node.v).toBe(42);
  });
  it("keeps what a parked goroutine was given", () => {
    go((node: Node): void => {
      gosched();
      got = node.v;
    }, new Node(43));
    gosched();
    __collect();
    churn();
    settle();
    expect(got).toBe(43);
  });
  it("keeps the arguments of a goroutine that has not run", () => {
    go((node: Node): void => { got = node.v; }, new Node(44));
    __collect();
    churn();
    settle();
    expect(got).toBe(44);
  });
  it("keeps what is on its way through a channel", () => {
    go(() => { c.send(new Node(45)); });
    gosched();
    __collect();
    churn();
    expect(c.recv().v).toBe(45);
  });
  it("keeps what a timer will call with", () => {
    time.afterFunc(10, (node: Node): void => { got = node.v; }, new Node(46));
    __collect();
    churn();
    time.sleep(20);
    expect(got).toBe(46);
  });
  it("lets go of what a dead goroutine held", () => {
    __collect();
    finalizedNodes();
    holds();
    settle();
    settle();
    __collect();
    expect(finalizedNodes()).toBe(1);
  });
  it("is what runtime.gc does", () => {
    __collect();
    finalizedNodes();
    garbage(10);
    runtime.gc();
    expect(finalizedNodes()).toBe(10);
  });
});

function holds(): void {
  go((node: Node): void => { gosched(); }, new Node(0));
}

function cycle(): void {
  const a = new Node(1);
  const b = new Node(2);
  a.next = b;
  b.next = a;
}

describe("__pin", () => {
  it("keeps what nobody refers to, until __unpin", () => {
    const ptr = pinned();
    __collect();
    finalizedNodes();
    __collect();
    expect(finalizedNodes()).toBe(0);
    __unpin(ptr);
    __collect();
    expect(finalizedNodes()).toBe(1);
  });
  it("panics the second time; so does __unpin", () => {
    expect(panicOf(() => {
      const ptr = __new(8, idof<ArrayBuffer>());
      __pin(ptr);
      __pin(ptr);
    })).toBe("panic: Object already pinned");
    expect(panicOf(() => { __unpin(__new(8, idof<ArrayBuffer>())); })).toBe("panic: Object is not pinned");
  });
  it("lets null pass", () => {
    expect(__pin(0)).toBe(0);
    __unpin(0);
  });
});

function pinned(): usize {
  return __pin(changetype<usize>(new Node(1)));
}

describe("memory", () => {
  it("does not grow while garbage is all there is", () => {
    garbage(2000000); // a few collections: the heap has its size
    const pages = memory.size();
    for (let i = 0; i < 5; ++i) garbage(200000);
    expect(memory.size()).toBeLessThanOrEqual(pages + pages / 4);
  });
});

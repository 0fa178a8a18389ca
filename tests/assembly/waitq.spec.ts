// SPDX-License-Identifier: MIT
// Queues of Sudogs, without any goroutine that waits.

import { dequeue, enqueue, remove, waiting, WaitQ } from "gopark/assembly/sync/waitq";
import { G, Sudog } from "gopark/assembly/sys/types";
import { describe, expect, it } from "gopark/test";
import { zeroed } from "./harness";

let q = zeroed<WaitQ>();
let a = zeroed<Sudog>();
let b = zeroed<Sudog>();
let c = zeroed<Sudog>();

/** Three in the queue. */
function fill(): void {
  q = zeroed<WaitQ>();
  a = zeroed<Sudog>();
  b = zeroed<Sudog>();
  c = zeroed<Sudog>();
  enqueue(q, a);
  enqueue(q, b);
  enqueue(q, c);
}

/** Makes sg a case of a select that is decided or not. */
function selects(sg: Sudog, decided: bool): G {
  const gp = zeroed<G>();
  gp.selectDone = decided;
  sg.g = gp;
  sg.isSelect = true;
  return gp;
}

/** Takes all, as letters. */
function drain(): string {
  let s = "";
  for (let sg = dequeue(q); sg; sg = dequeue(q)) s += sg == a ? "a" : sg == b ? "b" : "c";
  return s;
}

describe("enqueue and dequeue", () => {
  it("are first in, first out", () => {
    fill();
    expect(drain()).toBe("abc");
  });
  it("leave an empty queue that can be used again", () => {
    fill();
    drain();
    expect(q.first == null && q.last == null).toBe(true);
    enqueue(q, b);
    enqueue(q, a);
    expect(drain()).toBe("ba");
  });
  it("give null when nobody is there", () => {
    expect(dequeue(zeroed<WaitQ>()) == null).toBe(true);
  });
});

describe("dequeue", () => {
  it("decides the select whose case it takes, and tells it which one", () => {
    fill();
    const gp = selects(a, false);
    expect(drain()).toBe("abc");
    expect(gp.selectDone).toBe(true);
    expect(gp.slot1 == changetype<usize>(a)).toBe(true);
  });
  it("drops cases of selects that were decided elsewhere", () => {
    fill();
    selects(a, true);
    selects(c, true);
    expect(drain()).toBe("b");
    expect(q.last == null).toBe(true);
  });
  it("takes one case of a select that waits twice in the same queue", () => {
    fill();
    selects(a, false);
    b.g = a.g;
    b.isSelect = true;
    expect(drain()).toBe("ac");
  });
});

describe("waiting", () => {
  it("is false for a queue of decided selects, and empties it", () => {
    fill();
    selects(a, true);
    selects(b, true);
    selects(c, true);
    expect(waiting(q)).toBe(false);
    expect(q.first == null && q.last == null).toBe(true);
  });
  it("leaves the first that still waits in its place", () => {
    fill();
    selects(a, true);
    selects(b, false);
    expect(waiting(q)).toBe(true);
    expect(b.g.selectDone).toBe(false);
    expect(drain()).toBe("bc");
  });
});

describe("remove", () => {
  it("takes out the first, one in the middle, and the last", () => {
    fill();
    remove(q, a);
    expect(drain()).toBe("bc");
    fill();
    remove(q, b);
    expect(drain()).toBe("ac");
    fill();
    remove(q, c);
    expect(drain()).toBe("ab");
  });
  it("takes out the only one", () => {
    q = zeroed<WaitQ>();
    a = zeroed<Sudog>();
    enqueue(q, a);
    remove(q, a);
    expect(q.first == null && q.last == null).toBe(true);
  });
  it("does nothing to one that has been taken already", () => {
    fill();
    dequeue(q);
    remove(q, a);
    expect(drain()).toBe("bc");
  });
});

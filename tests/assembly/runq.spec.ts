// SPDX-License-Identifier: MIT
// The run queue of a P that no scheduler runs.

import { runqget, runqput, runqputnext } from "gopark/assembly/sched/runq";
import { G, P } from "gopark/assembly/sys/types";
import { describe, expect, it } from "gopark/test";
import { zeroed } from "./harness";

let p = zeroed<P>();
let gs = new StaticArray<usize>(0);

function setup(n: i32): void {
  p = zeroed<P>();
  gs = new StaticArray<usize>(n);
  for (let i = 0; i < n; ++i) gs[i] = changetype<usize>(zeroed<G>());
}

function g(i: i32): G {
  return changetype<G>(gs[i]);
}

/** The number of the next one, −1 for none. */
function next(): i32 {
  return gs.indexOf(changetype<usize>(runqget(p)));
}

describe("runqget", () => {
  it("takes from the head what runqput puts at the tail", () => {
    setup(3);
    for (let i = 0; i < 3; ++i) runqput(p, g(i));
    expect(next()).toBe(0);
    expect(next()).toBe(1);
    runqput(p, g(0));
    expect(next()).toBe(2);
    expect(next()).toBe(0);
    expect(next()).toBe(-1);
  });
  it("forgets the tail with the last one", () => {
    setup(2);
    runqput(p, g(0));
    next();
    expect(p.runqtail == null).toBe(true);
    runqput(p, g(1));
    expect(next()).toBe(1);
  });
});

describe("runqputnext", () => {
  it("puts its goroutine before the queue", () => {
    setup(2);
    runqput(p, g(0));
    runqputnext(p, g(1));
    expect(next()).toBe(1);
    expect(next()).toBe(0);
  });
  it("sends the one that was next to the tail", () => {
    setup(3);
    runqput(p, g(0));
    runqputnext(p, g(1));
    runqputnext(p, g(2));
    expect(next()).toBe(2);
    expect(next()).toBe(0);
    expect(next()).toBe(1);
  });
});

describe("a pair that keeps making each other ready", () => {
  it("lets the queue have a turn after 32 of theirs", () => {
    setup(2);
    runqput(p, g(0));
    let turns = 0;
    for (let i = 0; i < 33; ++i) {
      runqputnext(p, g(1));
      if (next() == 1) ++turns;
    }
    expect(turns).toBe(32);
    expect(next()).toBe(1);
  });
  it("counts from the start again after that turn", () => {
    setup(3);
    runqput(p, g(0));
    for (let i = 0; i < 33; ++i) {
      runqputnext(p, g(1));
      next();
    }
    next();
    expect(p.nextticks).toBe(0);
  });
  it("is not held up while nobody else wants to run", () => {
    setup(1);
    let turns = 0;
    for (let i = 0; i < 1000; ++i) {
      runqputnext(p, g(0));
      if (next() == 0) ++turns;
    }
    expect(turns).toBe(1000);
  });
});

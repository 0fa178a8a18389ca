// SPDX-License-Identifier: MIT
// What the other specs rely on.

import { Chan, go, gosched, println, time } from "gopark/assembly";
import { getg, m0, sched } from "gopark/assembly/sys/types";
import { describe, expect, it, itThrows, panicOf } from "gopark/test";
import { elapse } from "./harness";

let n = 0;
let c = new Chan<i32>();

describe("a test", () => {
  it("is a goroutine, so it may park", () => {
    go(() => { c.send(1); });
    expect(c.recv()).toBe(1);
    expect(getg().goid).not.toBe(0);
  });
  it("finds globals as the module made them: n is 0", () => {
    expect(n++).toBe(0);
  });
  it("finds them so again: n is 0", () => {
    expect(n++).toBe(0);
  });
  itThrows("fails when nothing can wake it", () => {
    c.recv();
  }, "fatal error: all goroutines are asleep - deadlock!");
  itThrows("fails when another goroutine panics", () => {
    go(() => { throw new Error("elsewhere"); });
    gosched();
  }, "panic: elsewhere");
  itThrows("fails with what it got and what it wanted", () => {
    expect(1 + 1).toBe(3);
  }, "panic: got 2, want 3");
});

describe("panicOf", () => {
  it("gives the first line of a death, and the test goes on as before", () => {
    const tsp = m0.tsp;
    const gp = getg();
    expect(panicOf(() => { throw new Error("a"); })).toBe("panic: a");
    expect(panicOf(() => { unreachable(); })).toBe("panic: unreachable code was reached");
    expect(sched.dying).toBe(false);
    expect(m0.tsp).toBe(tsp);
    expect(getg() == gp).toBe(true);
    gosched();
  });
  it("gives nothing for a function that comes back", () => {
    expect(panicOf(() => { println("quiet"); })).toBe("");
  });
  itThrows("refuses a park: JavaScript is on the stack", () => {
    panicOf(() => { c.recv(); });
  }, "fatal error: a goroutine parked below a host function");
});

describe("toThrow", () => {
  it("is true of what panics", () => {
    expect(() => { c.close(); c.close(); }).toThrow();
    expect(() => {}).not.toThrow();
  });
  itThrows("refuses a park", () => {
    expect(() => { c.recv(); }).toThrow();
  }, "fatal error: a goroutine parked below a host function");
});

describe("the clock", () => {
  it("stands still until nothing is runnable, then jumps", () => {
    const start = time.now();
    for (let i = 0; i < 1000; ++i) gosched();
    expect(time.now()).toBe(start);
    time.sleep(time.Hour);
    expect(time.now() - start).toBe(time.Hour);
  });
  it("moves when it is told to", () => {
    const start = time.now();
    elapse(5);
    expect(time.now() - start).toBe(5);
  });
});

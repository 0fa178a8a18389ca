// SPDX-License-Identifier: MIT
// What is on a goroutine's stack while it is parked: arguments, then frames, outermost first.

import { Chan, debug, go, gosched } from "gopark/assembly";
import { newproc } from "gopark/assembly/sched/proc";
import { framesize, stackargs, stackclear } from "gopark/assembly/sched/stack";
import { FRAME_PC_SHIFT } from "gopark/assembly/shared/layout";
import { Gdead } from "gopark/assembly/sys/status";
import { G } from "gopark/assembly/sys/types";
import { describe, expect, it, itThrows } from "gopark/test";
import { settle, spawn } from "./harness";

let c = new Chan<i32>();
let result: i64 = 0;
let text = "";

/** Parks below n calls; each keeps n, and one of them a string. */
function deep(n: i32): i64 {
  if (!n) return c.recv();
  const v = deep(n - 1) + n;
  return v;
}

function named(n: i32): string {
  const s = `kept ${n} `;
  if (n) return named(n - 1) + s;
  c.recv();
  return s;
}

function frames(gp: G): i32 {
  let n = 0;
  for (let end = gp.stackpos; end > gp.stackbase; end -= framesize(end)) ++n;
  return n;
}

function ten(): void {
  result = deep(10);
}

describe("a parked goroutine", () => {
  it("has a frame for each call that goes on", () => {
    const gp = spawn(ten);
    gosched();
    const shallow = frames(gp);
    expect(shallow).toBeGreaterThanOrEqual(11);
    const other = spawn(() => { result = deep(30); });
    gosched();
    expect(frames(other) - shallow).toBe(20);
  });
  it("has frames that fill its stack exactly", () => {
    const gp = spawn(ten);
    gosched();
    let end = gp.stackpos;
    while (end > gp.stackbase) end -= framesize(end);
    expect(end).toBe(gp.stackbase);
    expect(gp.stackpos <= gp.stackend).toBe(true);
  });
  it("has a pc in each frame of the program's", () => {
    const gp = spawn(ten);
    gosched();
    for (let end = gp.stackpos; end > gp.stackbase; end -= framesize(end)) {
      expect(load<u32>(end - 4) >>> FRAME_PC_SHIFT).not.toBe(0);
    }
  });
  it("goes on frame by frame, with results and locals", () => {
    go(ten);
    gosched();
    c.send(1000);
    settle();
    expect(result).toBe(1055);
  });
  it("keeps what its frames refer to alive", () => {
    go(() => { text = named(20); });
    gosched();
    __collect();
    new Array<i32>(5000);
    c.send(0);
    settle();
    let want = "";
    for (let i = 0; i <= 20; ++i) want += `kept ${i} `;
    expect(text).toBe(want);
  });
  it("parks again from the middle of its calls", () => {
    go((): void => {
      for (let i = 0; i < 3; ++i) result += deep(i * 20);
    });
    for (let i = 0; i < 3; ++i) c.send(0);
    settle();
    expect(result).toBe(20 * 21 / 2 + 40 * 41 / 2);
  });
});

function through(f: () => i32): i32 {
  return f();
}

describe("an indirect call", () => {
  it("is found again when its caller goes on, though nothing else needs the function", () => {
    go(() => { result = through(() => c.recv() + 1); });
    gosched();
    c.send(41);
    settle();
    expect(result).toBe(42);
  });
});

describe("the buffer", () => {
  it("grows with what has to be kept, and is given back when it has grown large", () => {
    const gp = spawn(() => { result = deep(500); });
    gosched();
    expect(gp.stackend - gp.stack).toBeGreaterThan(4000);
    c.send(0);
    settle();
    expect(gp.status).toBe(Gdead);
    expect(gp.stack).toBe(0);
  });
  it("stays with a dead goroutine while it is small", () => {
    const gp = spawn(() => { c.recv(); });
    gosched();
    const stack = gp.stack;
    c.send(0);
    settle();
    expect(gp.stack).toBe(stack);
    expect(gp.stackpos).toBe(gp.stackbase);
  });
});

describe("stackargs", () => {
  it("makes room below the frames", () => {
    const gp = spawn(() => {});
    stackargs(gp, 40);
    expect(gp.stackbase - gp.stack).toBe(40);
    expect(gp.stackpos).toBe(gp.stackbase);
    expect(gp.stackend).toBeGreaterThanOrEqual(gp.stackbase);
  });
  it("keeps a buffer that is large enough", () => {
    const gp = spawn(() => {});
    stackargs(gp, 64);
    const stack = gp.stack;
    stackargs(gp, 16);
    expect(gp.stack).toBe(stack);
    stackclear(gp);
    expect(gp.stackbase).toBe(stack);
  });
});

describe("setMaxStack", () => {
  itThrows("ends a program whose goroutine needs more", () => {
    debug.setMaxStack(2000);
    go(() => { deep(1000); });
    gosched();
  }, "fatal error: stack overflow");
});

// SPDX-License-Identifier: MIT
// Lists of pcs, and the names behind them, whatever the optimiser has inlined.

import { Chan, go, gosched, runtime } from "gopark/assembly";
import { goroutineprofile, threadcreateprofile } from "gopark/assembly/profile/callers";
import { pccount } from "gopark/assembly/profile/traceback";
import { STACK_RECORD_SIZE } from "gopark/assembly/shared/layout";
import { describe, expect, it } from "gopark/test";
import { settle } from "./harness";

let c = new Chan<i32>();
let names = "";

/** The names of the program's own functions below `skip` frames. */
function where(skip: i32): string {
  const pcs = new StaticArray<u32>(64);
  const n = runtime.callers(skip, pcs);
  const frames = runtime.callersFrames(pcs, n);
  let s = "";
  for (let i = 0; i < frames.length; ++i) {
    const name = frames[i].function;
    if (name.startsWith("callers.spec.")) s += name.slice(13) + " ";
  }
  return s;
}

function outer(skip: i32): string {
  return middle(skip);
}

function middle(skip: i32): string {
  return inner(skip);
}

function inner(skip: i32): string {
  return where(skip);
}

describe("callers", () => {
  it("lists the calls, innermost first", () => {
    expect(outer(0).startsWith("where inner middle outer ")).toBe(true);
  });
  it("leaves out as many as it is told to, inlined or not", () => {
    expect(outer(1).startsWith("where inner ")).toBe(true);
    expect(outer(2).startsWith("inner middle ")).toBe(true);
    expect(outer(3).startsWith("middle outer ")).toBe(true);
    expect(outer(4).startsWith("outer ")).toBe(true);
  });
  it("writes no more than there is room for", () => {
    const pcs = new StaticArray<u32>(1);
    expect(runtime.callers(0, pcs)).toBe(1);
    expect(pcs[0]).not.toBe(0);
  });
  it("is the same before and after a park", () => {
    go(() => {
      names = outer(0);
      gosched();
      names += outer(0);
    });
    settle();
    const half = names.length / 2;
    expect(names.slice(0, half)).toBe(names.slice(half));
  });
  it("names file and line", () => {
    const pcs = new StaticArray<u32>(8);
    const frames = runtime.callersFrames(pcs, runtime.callers(0, pcs));
    expect(frames[0].file).toBe("tests/assembly/callers.spec.ts");
    expect(frames[0].line).toBe(66);
  });
});

describe("callersFrames", () => {
  it("has no frame for what is no pc", () => {
    const pcs = StaticArray.fromArray<u32>([0, u32.MAX_VALUE, pccount()]);
    expect(runtime.callersFrames(pcs, 3).length).toBe(0);
    pcs[1] = pccount() - 1;
    expect(runtime.callersFrames(pcs, 3).length).toBeGreaterThan(0);
  });
});

function parks(): void {
  c.recv();
}

/** What saveg has written at record i: how many pcs. */
function depth(records: usize, i: i32): i32 {
  let n = 0;
  while (n < 32 && load<u32>(records + i * STACK_RECORD_SIZE + (n << 2))) ++n;
  return n;
}

describe("goroutineprofile", () => {
  it("writes nothing when there is not enough room, and says how much is needed", () => {
    const p = heap.alloc(2 * STACK_RECORD_SIZE);
    memory.fill(p, 0xee, 2 * STACK_RECORD_SIZE);
    go(parks);
    go(parks);
    settle();
    expect(goroutineprofile(p, 2)).toBe(3);
    expect(load<u8>(p)).toBe(0xee);
  });
  it("writes one record for each, the caller's first", () => {
    const p = heap.alloc(3 * STACK_RECORD_SIZE);
    memory.fill(p, 0xee, 3 * STACK_RECORD_SIZE);
    go(parks);
    settle();
    expect(goroutineprofile(p, 3)).toBe(2);
    expect(depth(p, 0)).toBeGreaterThan(0);
    expect(depth(p, 1)).toBeGreaterThan(0);
    expect(load<u8>(p, 2 * STACK_RECORD_SIZE)).toBe(0xee);
    heap.free(p);
  });
  it("shows where a goroutine was made that has not run", () => {
    const p = heap.alloc(2 * STACK_RECORD_SIZE);
    go(parks);
    goroutineprofile(p, 2);
    expect(depth(p, 1)).toBe(1);
  });
  it("shows equal stacks for goroutines that wait in the same place", () => {
    const p = heap.alloc(3 * STACK_RECORD_SIZE);
    for (let i = 0; i < 2; ++i) go(parks);
    settle();
    goroutineprofile(p, 3);
    expect(memory.compare(p + STACK_RECORD_SIZE, p + 2 * STACK_RECORD_SIZE, depth(p, 1) * 4)).toBe(0);
  });
});

describe("threadcreateprofile", () => {
  it("knows one thread, which nobody has made", () => {
    const p = heap.alloc(STACK_RECORD_SIZE);
    memory.fill(p, 0xee, STACK_RECORD_SIZE);
    expect(threadcreateprofile(p, 1)).toBe(1);
    expect(depth(p, 0)).toBe(0);
  });
});

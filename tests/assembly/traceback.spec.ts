// SPDX-License-Identifier: MIT
// Stacks as text.

import { Chan, go, gosched, Mutex, runtime, time } from "gopark/assembly";
import { describe, expect, it } from "gopark/test";
import { elapse, settle } from "./harness";

let c = new Chan<i32>();
let m = new Mutex();
let seen = "";

function text(all: bool, room: i32 = 100000): string {
  const buf = new Uint8Array(room);
  const n = runtime.stack(buf, all);
  return String.UTF8.decodeUnsafe(buf.dataStart, n);
}

function parks(): void {
  c.recv();
}

function recurse(n: i32): string {
  return n ? recurse(n - 1) : text(false);
}

function count(s: string, part: string): i32 {
  return s.split(part).length - 1;
}

describe("stack", () => {
  it("begins with the header of a running goroutine and its innermost call", () => {
    const s = text(false);
    expect(s.startsWith("goroutine 1 [running]:\ntraceback.spec.text(...)\n\ttests/assembly/traceback.spec.ts:14\n")).toBe(true);
  });
  it("of one shows nobody else", () => {
    go(parks);
    settle();
    expect(count(text(false), "goroutine ")).toBe(1);
  });
  it("of all separates them by one blank line, the caller first", () => {
    for (let i = 0; i < 3; ++i) go(parks);
    settle();
    const parts = text(true).split("\n\n");
    expect(parts.length).toBe(4);
    expect(parts[0].startsWith("goroutine 1 [running]:\n")).toBe(true);
    for (let i = 1; i < 4; ++i) {
      expect(parts[i].startsWith(`goroutine ${i + 1} [chan receive]:\ntraceback.spec.parks(...)\n`)).toBe(true);
    }
  });
  it("says who made a goroutine", () => {
    go(parks);
    settle();
    const by = " in goroutine 1\n\ttests/assembly/traceback.spec.ts:51\n";
    expect(text(true).endsWith(by)).toBe(true);
    expect(text(true).includes("\ncreated by traceback.spec.init")).toBe(true);
  });
  it("says what each waits for", () => {
    m.lock();
    go(() => { m.lock(); });
    go(() => { time.sleep(1000); });
    go(() => { c.send(1); });
    gosched();
    const s = text(true);
    expect(s.includes(" [sync.Mutex.Lock]:\n")).toBe(true);
    expect(s.includes(" [sleep]:\n")).toBe(true);
    expect(s.includes(" [chan send]:\n")).toBe(true);
  });
  it("says runnable of who has not run, and which function it will run", () => {
    go(parks);
    const parts = text(true).split("\n\n");
    expect(parts[1].startsWith("goroutine 2 [runnable]:\ntraceback.spec.parks(...)\n")).toBe(true);
  });
  it("shows no dead goroutine", () => {
    go(() => {});
    settle();
    expect(count(text(true), "goroutine ")).toBe(1);
  });
  it("stops where the buffer ends", () => {
    expect(text(false, 9)).toBe("goroutine");
    expect(text(true, 0)).toBe("");
  });
  it("shows the 50 innermost and the 50 outermost calls of a deep stack", () => {
    go(() => { seen = recurse(200); });
    settle();
    expect(count(seen, "(...)\n")).toBe(100);
    const all = count(seen, " frames elided...\n");
    expect(all).toBe(1);
    const elided = i32.parse(seen.split("\n...")[1]);
    expect(elided).toBeGreaterThanOrEqual(102); // text, 201 calls and those that made them
  });
});

describe("waiting times", () => {
  it("are minutes since the first collection that found the goroutine waiting", () => {
    go(parks);
    settle();
    elapse(300e9);
    expect(text(true).includes("goroutine 2 [chan receive]:\n")).toBe(true); // nobody has looked
    runtime.gc();
    elapse(59e9);
    expect(text(true).includes("goroutine 2 [chan receive]:\n")).toBe(true);
    runtime.gc();
    elapse(61e9);
    expect(text(true).includes("goroutine 2 [chan receive, 2 minutes]:\n")).toBe(true);
  });

  it("begin anew with each wait", () => {
    go(() => {
      c.recv();
      c.recv();
    });
    settle();
    runtime.gc();
    elapse(120e9);
    expect(text(true).includes(", 2 minutes]:\n")).toBe(true);
    c.send(1);
    settle();
    expect(text(true).includes("minutes")).toBe(false);
    runtime.gc();
    expect(text(true).includes("minutes")).toBe(false);
  });
});

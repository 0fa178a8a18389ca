// SPDX-License-Identifier: MIT
// The memory profile, from inside: what counts, when, and whose it is.

import { runtime } from "gopark/assembly";
import { gcfinish, gcstart } from "gopark/assembly/memory/mgc";
import { MEM_PROFILE_RECORD_SIZE } from "gopark/assembly/shared/layout";
import { memprofile } from "gopark/assembly/profile/mprof";
import { describe, expect, it } from "gopark/test";

class Item {
  a: i64 = 0;
  b: i64 = 0;
  next: Item | null = null;
}

let list: Item | null = null;
let buffer: StaticArray<u8> | null = null;

function build(n: i32): void {
  for (let i = 0; i < n; ++i) {
    const item = new Item();
    item.next = list;
    list = item;
  }
}

/** Blocks of 112 bytes each with its header, of a size that the compiler does not know. */
function blocks(n: i32, size: i32): void {
  for (let i = 0; i < n; ++i) buffer = new StaticArray<u8>(size);
}

function large(n: i32): void {
  buffer = new StaticArray<u8>(n);
}

/** The sum of all records whose function `name` is in the stack. */
function total(name: string): runtime.MemProfileRecord {
  const sum = new runtime.MemProfileRecord(new StaticArray<u32>(0));
  const p = new runtime.MemProfileRecords(runtime.memProfile(new runtime.MemProfileRecords(0), true) + 50);
  const n = runtime.memProfile(p, true);
  for (let i = 0; i < n; ++i) {
    const r = p.at(i);
    const frames = runtime.callersFrames(r.stack, r.stack.length);
    let is = false;
    for (let k = 0; k < frames.length; ++k) is = is || frames[k].function.endsWith(name);
    if (!is) continue;
    sum.allocBytes += r.allocBytes;
    sum.freeBytes += r.freeBytes;
    sum.allocObjects += r.allocObjects;
    sum.freeObjects += r.freeObjects;
  }
  return sum;
}

describe("memProfile", () => {
  it("counts every allocation at rate 1, from the very next on", () => {
    build(7); // its list is half used when the rate changes
    runtime.setMemProfileRate(1);
    build(1000);
    runtime.setMemProfileRate(0);
    build(13);
    runtime.gc();
    const r = total(".build");
    expect(r.allocObjects).toBe(1000);
    expect(r.inUseObjects()).toBe(1000);
    expect(r.inUseBytes()).toBe(32000);
  });

  it("counts nothing of what comes behind a collection, until the next", () => {
    runtime.setMemProfileRate(1);
    runtime.gc();
    build(10);
    list = null;
    expect(total(".build").allocObjects).toBe(0);
    runtime.gc();
    expect(total(".build").allocObjects).toBe(10);
    expect(total(".build").freeObjects).toBe(10);
  });

  it("is complete when there has been no collection yet", () => {
    runtime.setMemProfileRate(1);
    build(10);
    expect(total(".build").allocObjects).toBe(10);
  });

  it("counts a free once, though the cell is used again", () => {
    runtime.setMemProfileRate(1);
    for (let round = 0; round < 20; ++round) {
      list = null;
      build(100);
      runtime.gc();
      const r = total(".build");
      expect(r.allocObjects).toBe(100 * (round + 1));
      expect(r.inUseObjects()).toBe(100);
    }
  });

  it("finds the frees of what was sampled before the rate went to 0", () => {
    runtime.setMemProfileRate(1);
    build(50);
    runtime.setMemProfileRate(0);
    list = null;
    runtime.gc();
    expect(total(".build").freeObjects).toBe(50);
  });

  it("counts the whole span of a large object, and its free", () => {
    runtime.setMemProfileRate(1);
    large(100_000);
    runtime.gc();
    expect(total(".large").inUseObjects()).toBe(1);
    expect(total(".large").inUseBytes() >= 100_000).toBe(true);
    buffer = null;
    runtime.gc();
    expect(total(".large").inUseBytes()).toBe(0);
  });

  it("samples no more where cycles end between two samples", () => {
    runtime.setMemProfileRate(8192);
    for (let i = 0; i < 2000; ++i) {
      gcstart();
      blocks(4, 100);
      gcfinish();
      blocks(4, 100);
    }
    runtime.setMemProfileRate(0);
    runtime.gc();
    // Of 16,000 of 112 bytes: 217, and six deviations of 15.
    const n = total(".blocks").allocObjects;
    expect(n).toBeGreaterThan(127);
    expect(n).toBeLessThan(307);
  });

  it("writes no record unless all fit", () => {
    runtime.setMemProfileRate(1);
    build(1);
    large(5000);
    runtime.setMemProfileRate(0); // an expectation allocates
    const n = memprofile(0, 0, true, 32);
    expect(n > 1).toBe(true);
    const p = heap.alloc(n * MEM_PROFILE_RECORD_SIZE);
    memory.fill(p, 0xee, n * MEM_PROFILE_RECORD_SIZE);
    expect(memprofile(p, n - 1, true, 32)).toBe(n);
    for (let i = 0; i < n * MEM_PROFILE_RECORD_SIZE; ++i) expect(load<u8>(p + i)).toBe(0xee);
    expect(memprofile(p, n, true, 32)).toBe(n);
    expect(load<u8>(p + 159)).toBe(0);
  });

  it("keeps the profile of small objects near the truth at any rate", () => {
    runtime.setMemProfileRate(2048);
    runtime.gc();
    for (let i = 0; i < 50; ++i) {
      build(4000);
      list = null;
    }
    runtime.gc();
    // 200,000 objects of 32 bytes: 3,101 samples are expected, and six deviations are 335.
    const n = total(".build").allocObjects;
    expect(n > 2766 && n < 3436).toBe(true);
    expect(total(".build").freeObjects).toBe(n);
  });

  it("keeps that of large objects, too", () => {
    runtime.setMemProfileRate(50_000);
    for (let i = 0; i < 4000; ++i) large(20_000);
    runtime.gc();
    const r = total(".large");
    // 1 − exp(−32,768 / 50,000), the span's bytes: 1,923 are expected of 4,000, and six deviations are 190.
    const p = 1 - Math.exp(<f64>(-r.allocBytes / r.allocObjects) / 50_000);
    expect(Math.abs(<f64>r.allocObjects - 4000 * p) < 190).toBe(true);
  });

  it("returns the rate before; a negative one is 0", () => {
    expect(runtime.setMemProfileRate(-5)).toBe(524288);
    expect(runtime.setMemProfileRate(1)).toBe(0);
    expect(runtime.setMemProfileRate(1)).toBe(1);
  });
});

// SPDX-License-Identifier: MIT
// Objects without references of different sizes, side by side.

import { runtime } from "gopark/assembly";
import { MCACHE } from "gopark/assembly/shared/layout";
import { iscached } from "gopark/assembly/memory/mcache";
import { gcfinish, gcmark, gcstart } from "gopark/assembly/memory/mgc";
import { mheap, spanof } from "gopark/assembly/memory/mheap";
import { isnoscan, roundcell } from "gopark/assembly/memory/sizeclass";
import { describe, expect, it } from "gopark/test";

class Pair {
  a: Pair | null;
  b: Pair | null;
}

const N = 2000;
let random: u32 = 7;

/** 1 to `most`. */
function size(most: u32): i32 {
  random = random * 1664525 + 1013904223;
  return 1 + <i32>((random >> 8) % most);
}

function filled(length: i32, byte: u8): StaticArray<u8> {
  const block = new StaticArray<u8>(length);
  memory.fill(changetype<usize>(block), byte, length);
  return block;
}

/** Tells whether a block has its bytes. */
function intact(block: StaticArray<u8>, byte: u8): bool {
  for (let i = 0; i < block.length; i++) if (block[i] != byte) return false;
  return true;
}

function isZero(block: StaticArray<u8>): bool {
  return intact(block, 0);
}

describe("objects of different sizes", () => {
  it("lie one behind the other, in the order in which they were made", () => {
    runtime.gc();
    let next = 0;
    let last = filled(100, 1);
    for (let i = 0; i < N; i++) {
      const length = 130 + size(370);
      const block = filled(length, 1);
      if (changetype<usize>(block) == changetype<usize>(last) + roundcell(last.length)) ++next;
      last = block;
    }
    expect(next).toBeGreaterThanOrEqual(N * 9 / 10);
  });
  it("have spans of their own", () => {
    expect(isnoscan(spanof(changetype<usize>(filled(100, 1))).spanclass)).toBe(true);
    expect(isnoscan(spanof(changetype<usize>(new Pair())).spanclass)).toBe(false);
  });
  it("are zeroed where others lay before", () => {
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < N; i++) filled(size(2280), 0xff);
      runtime.gc();
      for (let i = 0; i < N; i++) expect(isZero(new StaticArray<u8>(size(2280)))).toBe(true);
    }
  });
  it("keep their bytes while others come and go, cycle after cycle", () => {
    const kept = new StaticArray<StaticArray<u8> | null>(256);
    for (let i = 0; i < 6 * N; i++) {
      const at = size(256) - 1;
      const old = kept[at];
      if (old) expect(intact(old, <u8>at)).toBe(true);
      kept[at] = filled(size(i & 1 ? 60 : 2280), <u8>at);
      if (i % 100 == 0) gcfinish();
      else if (i % 50 == 0) {
        if (!mheap.gcphase) gcstart();
        gcmark(1000);
      }
    }
    gcfinish();
    for (let at = 0; at < 256; at++) expect(!kept[at] || intact(kept[at]!, <u8>at)).toBe(true);
  });
  it("are counted, each once, with the bytes of their cells", () => {
    runtime.gc();
    const before = new runtime.MemStats();
    const after = new runtime.MemStats();
    const kept = new StaticArray<StaticArray<u8> | null>(N);
    let bytes: u64 = 0;
    runtime.readMemStats(before);
    for (let i = 0; i < N; i++) {
      const length = size(2280);
      bytes += roundcell(length);
      kept[i] = new StaticArray<u8>(length);
    }
    runtime.readMemStats(after);
    expect(after.mallocs - before.mallocs).toBe(N);
    expect(after.totalAlloc - before.totalAlloc).toBe(bytes);
    runtime.gc();
    runtime.readMemStats(before);
    for (let i = 0; i < N; i++) kept[i] = null;
    runtime.gc();
    runtime.readMemStats(after);
    // A slot may have held what was expected last.
    expect(after.frees - before.frees - N).toBeLessThanOrEqual(1);
    expect(before.heapAlloc - after.heapAlloc - bytes).toBeLessThanOrEqual(64);
  });
  it("stay where they are only while their cell is as long", () => {
    const old = __new(100, idof<ArrayBuffer>()); // a cell of 112
    expect(__renew(old, 104)).toBe(old);
    expect(__renew(old, 90)).toBe(old);
    const shorter = __renew(old, 80);
    expect(shorter == old).toBe(false);
    expect(__renew(shorter, 105) == shorter).toBe(false);
  });
  it("are counted where no run is: a large object is none that the mcache has, whatever the count", () => {
    const large = new StaticArray<Pair | null>(10000);
    const ptr = changetype<usize>(large);
    const count = load<u32>(MCACHE);
    store<u32>(MCACHE, <u32>ptr);
    const cached = iscached(spanof(ptr), ptr);
    store<u32>(MCACHE, count);
    expect(cached).toBe(false);
  });
  it("use the room between those that live", () => {
    const kept = new StaticArray<StaticArray<u8> | null>(16 * N);
    for (let i = 0; i < kept.length; i++) kept[i] = new StaticArray<u8>(100);
    for (let i = 0; i < kept.length; i++) if (i & 7) kept[i] = null;
    runtime.gc();
    const spans = mheap.spanblocks;
    for (let i = 0; i < 8 * N; i++) kept[(i << 1) | 1] = new StaticArray<u8>(20);
    expect(mheap.spanblocks).toBeLessThanOrEqual(spans + 8);
  });
});

// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiError } from "../../host/abi/errors.ts";
import { PcTab } from "../../host/symbol/pctab.ts";
import { makePctab } from "./double.ts";

const bytes = makePctab([
  ["main.main", "main.ts", 3, 0],
  ["main.worker", "main.ts", 9, 1], // inlined into main.main at pc 1
  ["main.main", "main.ts", 5, 0],
]);

test("pctab: a pc stands for its frame and those it was inlined into, innermost first", () => {
  const tab = new PcTab(bytes.buffer);
  const frames = tab.frames([2, 3]);
  assert.deepEqual(frames.map((f) => `${f.function} ${f.file}:${f.line} +${f.pc - f.entry}`), [
    "main.worker main.ts:9 +0",
    "main.main main.ts:3 +0",
    "main.main main.ts:5 +2",
  ]);
});

test("pctab: a frame is one frozen object", () => {
  const tab = new PcTab(bytes.buffer);
  assert.equal(tab.frame(1), tab.frame(1));
  assert.ok(Object.isFrozen(tab.frame(1)));
});

test("pctab: bad tables and pcs are AbiErrors that name what is wrong", () => {
  const cases = [
    { name: "not a table", f: () => new PcTab(new ArrayBuffer(32)), want: /bad magic in its 32 bytes/ },
    { name: "truncated", f: () => new PcTab(bytes.slice(0, 40).buffer), want: /4 records in 40 bytes/ },
    { name: "past the end", f: () => new PcTab(bytes.buffer).frame(4), want: /pc 0x4: the pc table has 4 records/ },
  ];
  for (const { name, f, want } of cases) {
    assert.throws(f, (e: Error) => e instanceof AbiError && want.test(e.message), name);
  }
});

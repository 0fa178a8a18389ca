// SPDX-License-Identifier: MIT
/** The parts of the page /debug/ that need no browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Vars } from "../../host/page/client.ts";
import { decodeProfile, type Flame, flameTree } from "../../host/page/decode.ts";
import { bytes, change, count, inUnit, nanoseconds, seconds, short } from "../../host/page/format.ts";
import { allocation, switches } from "../../host/page/rates.ts";
import { span } from "../../host/page/span.ts";
import { allocsProfile, heapProfile, type MemRecord } from "../../host/profile/heap.ts";
import { encodePprof } from "../../host/profile/pprof.ts";
import { PcTab } from "../../host/symbol/pctab.ts";
import { makePctab } from "./double.ts";

const tab = new PcTab(makePctab([
  ["main.main", "main.ts", 12, 0],
  ["main.build", "main.ts", 20, 0],
  ["string.String#concat", "~lib/string.ts", 94, 0],
]).buffer);
const record = (bytesInUse: number, ...pcs: number[]): MemRecord =>
  ({ allocBytes: bytesInUse + 100, freeBytes: 100, allocObjects: 3, freeObjects: 1, pcs, frames: tab.frames(pcs) });
const records = [record(500, 3, 2, 1), record(300, 2, 1), record(200, 1), record(0, 3, 1)];
const mapping = { file: "app.wasm", buildId: "ab" };
const decoded = decodeProfile(encodePprof(heapProfile(records, 1, 0n), mapping));

test("decodeProfile: the types, which is shown first, and whole stacks", () => {
  assert.deepEqual(decoded.sampleTypes.map((t) => t.type), ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"]);
  assert.equal(decoded.shown, 3);
  assert.equal(decodeProfile(encodePprof(allocsProfile(records, 1, 0n), mapping)).shown, 1);
  assert.deepEqual(decoded.samples[0]!.stack, [
    { function: "string.String#concat", file: "~lib/string.ts", line: 94 },
    { function: "main.build", file: "main.ts", line: 20 },
    { function: "main.main", file: "main.ts", line: 12 },
  ]);
});

test("flameTree: outermost first, values with all below, nothing that is zero", () => {
  const show = ({ name, value, children }: Flame): unknown => [name, value, ...children.map(show)];
  assert.deepEqual(show(flameTree(decoded, 3)),
    ["all", 1000, ["main.main", 1000, ["main.build", 800, ["string.String#concat", 500]]]]);
});

test("numbers for people", () => {
  assert.deepEqual([0, 1023, 1536, 2 ** 24, 5.5e9, -2048].map(bytes), ["0 B", "1023 B", "1.5 KiB", "16 MiB", "5.12 GiB", "−2 KiB"]);
  assert.deepEqual([0, 999, 1500, 2.5e6, 3e9].map(nanoseconds), ["0 ns", "999 ns", "1.5 µs", "2.5 ms", "3 s"]);
  assert.deepEqual([7, 12345, 5e6].map(short), ["7", "12.3 k", "5 M"]);
  assert.deepEqual([0, 59, 190, 7300].map(seconds), ["0 s", "59 s", "3 min", "2 h 1 min"]);
  assert.deepEqual([12345, -7].map(count), ["12,345", "−7"]);
  assert.deepEqual([change(0, count), change(5, count), change(-5, count)], ["", "+5", "−5"]);
  assert.deepEqual([inUnit(2048, "bytes"), inUnit(2000, "nanoseconds"), inUnit(2, "count")], ["2 KiB", "2 µs", "2"]);
});

test("span: a sample that is alone is in the middle of a minute", () => {
  assert.deepEqual(span([1000], 1000, 87_400), [970, 1030]);
  assert.deepEqual(span([1000, 1002], 1000, 1002), [1000, 1002]);
  assert.deepEqual(span([], null, null), [null, null]);
});

test("rates: a count of switches that has wrapped is one, a program that has started anew is none", () => {
  const sample = (time: number, schedtick: number, TotalAlloc: number) => ({ time, vars: { schedtick, memstats: { TotalAlloc } } as Vars });
  const tests = [
    { name: "goes on", from: sample(1, 100, 10), to: sample(3, 500, 30), want: [200, 10] },
    { name: "wrapped", from: sample(1, 2 ** 32 - 5, 10), to: sample(2, 5, 10), want: [10, 0] },
    { name: "anew", from: sample(1, 1000, 10), to: sample(2, 5, 9), want: [null, null] },
  ];
  for (const { name, from, to, want } of tests) assert.deepEqual([switches(from, to), allocation(from, to)], want, name);
});

// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { before, describe, it, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { Profile as Proto } from "pprof-format";
import { MockPlatform } from "../../host/adapter/mock.ts";
import { type App, load } from "../../host/index.ts";
import { load as loadOn } from "../../host/instance/instantiate.ts";
import type { MemStats } from "../../host/memory/record.ts";
import { allocsProfile, heapProfile, type MemRecord, scaleHeapSample } from "../../host/profile/heap.ts";
import { deltaProfile } from "../../host/profile/model.ts";
import { encodePprof } from "../../host/profile/pprof.ts";
import { encodeHeapText } from "../../host/profile/text.ts";
import { PcTab } from "../../host/symbol/pctab.ts";
import { buildGuest } from "./build.ts";
import { makePctab } from "./double.ts";

const tab = new PcTab(makePctab([
  ["main.main", "assembly/main.ts", 12, 0],
  ["main.build", "assembly/main.ts", 20, 0],
]).buffer);
const record = (counts: [number, number, number, number], ...pcs: number[]): MemRecord => {
  const [allocBytes, freeBytes, allocObjects, freeObjects] = counts;
  return { allocBytes, freeBytes, allocObjects, freeObjects, pcs, frames: tab.frames(pcs) };
};
const stats: MemStats = {
  alloc: 1, totalAlloc: 2, sys: 3, mallocs: 4, frees: 5, heapAlloc: 6, heapSys: 7, heapIdle: 8, heapInuse: 9,
  heapObjects: 10, stackInuse: 11, buckHashSys: 12, gcSys: 13, otherSys: 14, nextGC: 15, lastGC: 16,
  numGC: 17, numForcedGC: 18, pauseTotalNs: 19, pauseNs: [20, 21], pauseEnd: [22, 1790000000000000000], gcCPUFraction: 0.0000625,
};
const records = [record([4800, 1600, 150, 50], 2, 1), record([64, 64, 2, 2], 1), record([32, 0, 1, 0])];
const mapping = { file: "app.wasm", buildId: "abcdef0123" };
const decode = (p: Parameters<typeof encodePprof>[0]) => Proto.decode(encodePprof(p, mapping));

test("heap profile: Go's sample types, period and default", () => {
  for (const [make, shown] of [[heapProfile, ""], [allocsProfile, "alloc_space"]] as const) {
    const p = decode(make(records, 512 * 1024, 0n));
    const s = (i: number | bigint) => p.stringTable.strings[Number(i)]!;
    assert.deepEqual(p.sampleType.map((t) => `${s(t.type)}/${s(t.unit)}`),
      ["alloc_objects/count", "alloc_space/bytes", "inuse_objects/count", "inuse_space/bytes"]);
    assert.equal(`${s(p.periodType!.type)}/${s(p.periodType!.unit)} ${p.period}`, "space/bytes 524288");
    assert.equal(s(p.defaultSampleType), shown);
  }
});

test("heap profile: values at rate 1, the label bytes, and a frame for what the host allocates", () => {
  const p = decode(heapProfile(records, 1, 0n));
  assert.deepEqual(p.sample.map((s) => s.value.map(Number)), [[150, 4800, 100, 3200], [2, 64, 0, 0], [1, 32, 1, 32]]);
  assert.deepEqual(p.sample.map((s) => [p.stringTable.strings[Number(s.label[0]!.key)], Number(s.label[0]!.num)]),
    [["bytes", 32], ["bytes", 32], ["bytes", 32]]);
  assert.ok(p.stringTable.strings.includes("runtime.host"));
});

test("scaleHeapSample: divides by the odds of being sampled", () => {
  assert.deepEqual(scaleHeapSample(0, 0, 524288), [0, 0]);
  assert.deepEqual(scaleHeapSample(3, 99, 1), [3, 99]);
  assert.deepEqual(scaleHeapSample(3, 99, 0), [3, 99]);
  assert.deepEqual(scaleHeapSample(1, 32, 524288), [16384, 524304]);
  assert.deepEqual(scaleHeapSample(2, 2 << 20, 524288), [2, 2425393]);
});

test("heap profile: debug=1 is Go's text", () => {
  assert.equal(encodeHeapText(records, 512 * 1024, stats), [
    "heap profile: 101: 3232 [153: 4896] @ heap/1048576",
    "0: 0 [2: 64] @ 0x1",
    "#\t0x1\tmain.main+0x0\tassembly/main.ts:12",
    "",
    "1: 32 [1: 32] @ 0x7fffff02",
    "#\t0x7fffff02\truntime.host+0x0\t:0",
    "",
    "100: 3200 [150: 4800] @ 0x2 0x1",
    "#\t0x2\tmain.build+0x0\tassembly/main.ts:20",
    "#\t0x1\tmain.main+0x0\tassembly/main.ts:12",
    "",
    "",
    "# runtime.MemStats",
    "# Alloc = 1", "# TotalAlloc = 2", "# Sys = 3", "# Lookups = 0", "# Mallocs = 4", "# Frees = 5",
    "# HeapAlloc = 6", "# HeapSys = 7", "# HeapIdle = 8", "# HeapInuse = 9", "# HeapReleased = 0", "# HeapObjects = 10",
    "# Stack = 11 / 11", "# MSpan = 0 / 0", "# MCache = 0 / 0", "# BuckHashSys = 12", "# GCSys = 13", "# OtherSys = 14",
    "# NextGC = 15", "# LastGC = 16", "# PauseNs = [20 21]", "# PauseEnd = [22 1790000000000000000]", "# NumGC = 17", "# NumForcedGC = 18", "# GCCPUFraction = 6.25e-05", "# DebugGC = false",
    "",
  ].join("\n"));
  assert.match(encodeHeapText([], 1, { ...stats, maxRSS: 23 }), /\n# DebugGC = false\n# MaxRSS = 23\n$/);
  // All in use: one byte more keeps pprof from reading two columns.
  assert.match(encodeHeapText([record([32, 0, 1, 0], 1)], 1, stats), /^heap profile: 1: 32 \[1: 33\] @ heap\/2\n/);
});

test("heap profile: a delta has what came and what went", () => {
  const earlier = heapProfile([record([64, 0, 2, 0], 1)], 1, 0n);
  const later = heapProfile([record([96, 64, 3, 2], 1), record([32, 0, 1, 0], 2)], 1, 9n);
  assert.deepEqual(deltaProfile(earlier, later).samples.map((s) => s.values), [[1, 32, -1, -32], [1, 32, 1, 32]]);
});

describe("the heap of a real program", () => {
  let app: App;
  before(async () => {
    app = await load(await buildGuest("heap"), { name: "heap.wasm" });
  });
  const inUse = (name: string) => app.runtime.memProfile()
    .filter((r) => r.frames[0]?.function === name)
    .reduce((sum, r) => sum + r.allocObjects - r.freeObjects, 0);

  it("counts by the line that says new, as of the last collection, or behind one that is asked for", async () => {
    await app.exports.every!(1);
    await app.pprof.profile("heap", { gc: true });
    await app.exports.build!(100);
    assert.equal(inUse("heap.build"), 0);
    await app.pprof.profile("goroutine", { gc: true });
    assert.equal(inUse("heap.build"), 0, "only heap and allocs collect");
    await app.pprof.profile("allocs", { gc: true });
    assert.equal(inUse("heap.build"), 100);
    const [frame] = app.runtime.memProfile().find((r) => r.frames[0]?.function === "heap.build")!.frames;
    assert.match(`${frame!.file}:${frame!.line}`, /heap\.ts:15$/);
  });

  it("knows what the host allocates for a call, which has no stack", async () => {
    await app.exports.length!("a string of the host's");
    await app.pprof.profile("heap", { gc: true });
    assert.ok(app.runtime.memProfile().some((r) => r.stack.length === 0 && r.allocObjects > 0));
  });

  it("leaves out stacks of which nothing is in use, when asked to", async () => {
    await app.exports.drop!();
    await app.pprof.profile("heap", { gc: true });
    assert.equal(inUse("heap.build"), 0);
    const some = app.runtime.memProfile({ inuseZero: false });
    assert.ok(some.length < app.runtime.memProfile().length);
    assert.ok(some.every((r) => r.allocBytes !== r.freeBytes));
  });

  it("has one text for heap and allocs, and to read it allocates nothing", async () => {
    const text = await app.pprof.text("heap");
    assert.match(text, /^heap profile: \d+: \d+ \[\d+: \d+\] @ heap\/2\n/);
    const ofProgram = (s: string) => s.split("# MaxRSS")[0];
    assert.equal(ofProgram(await app.pprof.text("allocs")), ofProgram(text));
    assert.match(text, /^# HeapAlloc = \d+$/m);
    assert.match(text, /^# PauseNs = \[\d+( \d+){255}\]\n# PauseEnd = \[\d{19}( \d+){255}\]\n# NumGC = \d+$/m);
    assert.match(text, /^# NumForcedGC = \d+\n# GCCPUFraction = (0\.\d+|\d(\.\d+)?e-\d\d+)\n# DebugGC = false\n# MaxRSS = \d+\n$/m);
    const maxRSS = Number(/MaxRSS = (\d+)/.exec(text)![1]);
    assert.ok(maxRSS >= process.memoryUsage.rss() / 2 && maxRSS <= process.resourceUsage().maxRSS * 1024, `${maxRSS}: bytes`);
  });

  it("adds up to the memory that there is", async () => {
    const before = app.runtime.readMemStats();
    await app.exports.build!(1000);
    await app.pprof.profile("heap", { gc: true });
    const m = app.runtime.readMemStats();
    assert.equal(m.sys, m.heapInuse + m.heapIdle + m.stackInuse + m.buckHashSys + m.gcSys + m.otherSys);
    assert.equal(m.heapSys, m.heapInuse + m.heapIdle);
    assert.equal(m.alloc, m.heapAlloc);
    assert.equal(m.heapObjects, m.mallocs - m.frees);
    assert.ok(m.sys % 65536 === 0 && m.heapAlloc > 0 && m.heapAlloc <= m.heapInuse && m.otherSys > 0, JSON.stringify(m));
    assert.ok(m.mallocs - before.mallocs >= 1000 && m.mallocs - before.mallocs < 1100);
    assert.deepEqual([m.numGC, m.numForcedGC], [before.numGC + 1, before.numForcedGC + 1]);
    assert.equal(m.pauseNs.length, 256);
    assert.ok(m.pauseNs[(m.numGC + 255) % 256]! <= m.pauseTotalNs && m.pauseTotalNs > before.pauseTotalNs);
    const ended = m.pauseEnd[(m.numGC + 255) % 256]!;
    assert.deepEqual([m.pauseEnd.length, ended], [256, m.lastGC]);
    assert.ok(Math.abs(ended / 1e6 - Date.now()) < 60_000 && ended > before.lastGC, `${ended}: nanoseconds since 1970`);
    assert.ok(m.gcCPUFraction > 0 && m.gcCPUFraction < 1, `${m.gcCPUFraction}`);
    assert.ok(m.lastGC > 1.6e18 && m.nextGC > m.heapAlloc);
    await app.exports.drop!();
  });

  it("has taken no part of a time that has not passed", async () => {
    const still = await loadOn(await buildGuest("heap"), { name: "heap.wasm" }, new MockPlatform());
    still.runtime.heapHistogram();
    const { numGC, gcCPUFraction } = still.runtime.readMemStats();
    assert.deepEqual([numGC, gcCPUFraction], [1, 0]);
    still.close();
  });

  it("has the ends of the last 256 pauses, each where its length is, and no MaxRSS where no platform tells", async () => {
    const mock = new MockPlatform();
    const app = await loadOn(await buildGuest("heap"), { name: "heap.wasm" }, mock);
    const collect = () => {
      mock.elapse(1);
      app.runtime.heapHistogram();
    };
    const end = (n: number) => (mock.walltime() - app.runtime.readMemStats().numGC + n) * 1e6;
    for (let n = 1; n <= 3; n++) collect();
    assert.deepEqual(app.runtime.readMemStats().pauseEnd.slice(0, 4), [end(1), end(2), end(3), 0]);
    for (let n = 4; n <= 257; n++) collect();
    assert.deepEqual(app.runtime.readMemStats().pauseEnd.slice(0, 3), [end(257), end(2), end(3)]);
    const text = await mock.drive(app.pprof.text("heap"));
    assert.ok(text.includes(`\n# PauseEnd = [${end(257)} ${end(2)} `) && text.endsWith("\n# DebugGC = false\n"), text);
    app.close();
  });

  it("has a histogram by class", async () => {
    const nodes = () => app.runtime.heapHistogram().find((c) => /\bNode$/.test(c.name));
    await app.exports.drop!();
    assert.equal(nodes(), undefined);
    await app.exports.build!(250);
    assert.deepEqual([nodes()?.objects, nodes()?.bytes], [250, 250 * 16]);
    const all = app.runtime.heapHistogram();
    assert.ok(all.every((c, i) => i === 0 || c.bytes <= all[i - 1]!.bytes), "most bytes first");
    assert.ok(all.every((c) => c.objects > 0 && !c.name.startsWith("class ")), JSON.stringify(all));
    await app.exports.drop!();
    assert.equal(nodes(), undefined);
  });

  it("takes a delta over some seconds", async () => {
    const pending = app.pprof.profile("heap", { seconds: 0.5, gc: true });
    await app.exports.build!(10);
    const p = Proto.decode(gunzipSync(await pending));
    assert.ok(p.sample.some((s) => Number(s.value[0]) === 10 && Number(s.value[2]) === 10));
    assert.ok(Number(p.durationNanos) > 0);
  });

  it("refuses seconds that are no number, and no time for a delta", async () => {
    for (const seconds of [NaN, -1, Infinity]) {
      await assert.rejects(app.pprof.profile("heap", { seconds }), { name: "ProfileError", message: `seconds: ${seconds} is not between 0 and 2147483` });
    }
  });
});

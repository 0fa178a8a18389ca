// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { Profile as Proto } from "pprof-format";
import { blockProfile } from "../../host/profile/block.ts";
import { cpuProfile } from "../../host/profile/cpu.ts";
import { customProfile } from "../../host/profile/custom.ts";
import { goroutineProfile } from "../../host/profile/goroutine.ts";
import { deltaProfile, type Stack } from "../../host/profile/model.ts";
import { encodePprof } from "../../host/profile/pprof.ts";
import { encodeText } from "../../host/profile/text.ts";
import { threadCreateProfile } from "../../host/profile/threadcreate.ts";
import { PcTab } from "../../host/symbol/pctab.ts";
import { pseudoFunction } from "../../host/symbol/pseudo.ts";
import { makePctab } from "./double.ts";

const tab = new PcTab(makePctab([
  ["main.main", "assembly/main.ts", 12, 0],
  ["main.worker~anonymous|0", "assembly/main.ts", 20, 0],
  ["lib/queue.Queue<i32>#push", "assembly/lib/queue.ts", 7, 2],
  ["runtime.gopark", "~lib/gopark/assembly/sched/proc.ts", 1, 0],
]).buffer);
const stack = (...pcs: number[]): Stack => ({ pcs, frames: tab.frames(pcs) });
const stacks = [stack(4, 1), stack(3), stack(3), stack()];
const mapping = { file: "app.wasm", buildId: "abcdef0123" };

function pprof(bytes: Uint8Array, ...flags: string[]): { out: string; err: string } {
  const dir = mkdtempSync(join(tmpdir(), "gopark-test-"));
  try {
    writeFileSync(join(dir, "p.pb.gz"), bytes);
    const run = `go tool pprof ${flags.join(" ")} ${join(dir, "p.pb.gz")} 2>${join(dir, "err")}; cat ${join(dir, "err")} >&2`;
    const out = execFileSync("sh", ["-c", `${run}`], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return { out, err: execFileSync("cat", [join(dir, "err")], { encoding: "utf8" }) };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test("goroutine profile: go tool pprof reads it without a warning", () => {
  const profile = goroutineProfile(stacks, 1_700_000_000_000_000_000n);
  const { out, err } = pprof(gzipSync(encodePprof(profile, mapping)), "-raw");
  assert.equal(err, "");
  assert.match(out, /PeriodType: goroutine count\nPeriod: 1\n/);
  assert.match(out, /Samples:\ngoroutine\/count\n +2: 1 2 *\n/);
  assert.match(out, /queue\.Queue<i32>#push assembly\/lib\/queue\.ts:7:0 s=0/);
  assert.match(out, /Mappings\n1: 0x0\/0x7fffff04\/0x0 app\.wasm abcdef0123 \[FN\]\[FL\]\[LN\]\[IN\]/);
  assert.doesNotMatch(out, /s=0\(.+\)/, "a name was demangled");
  const top = pprof(gzipSync(encodePprof(profile, mapping)), "-top");
  assert.equal(top.err, "");
  assert.match(top.out, /Type: goroutine\n/);
});

test("goroutine profile: a stack without frames is at runtime.goexit", () => {
  const profile = goroutineProfile(stacks, 0n);
  assert.deepEqual(profile.samples.map((s) => s.values[0]), [2, 1, 1]);
  assert.equal(profile.samples[1]!.frames[0]!.function, "runtime.goexit");
});

test("goroutine profile: one Location for each frame, inlined ones too", () => {
  const proto = Proto.decode(encodePprof(goroutineProfile(stacks, 0n), mapping));
  assert.ok(proto.location.every((l) => l.line.length === 1));
  assert.equal(new Set(proto.location.map((l) => Number(l.id))).size, proto.location.length);
});

test("what has no frames stands at a function of its own, whose pc is not zero", () => {
  const empty = stack();
  const times = { busy: 0, timeNanos: 0n, durationNanos: 0n };
  const profiles = [
    goroutineProfile([empty], 0n), threadCreateProfile([empty], 0n), customProfile("own", [empty], 0n),
    cpuProfile([{ ...empty, count: 1 }], times), blockProfile("block", [{ ...empty, count: 1, cycles: 1 }], 0n),
  ];
  const pcs = profiles.map((profile) => Number(Proto.decode(encodePprof(profile, mapping)).location[0]!.address));
  assert.ok(pcs.every((pc) => pc > 0 && !tab.has(pc)), `${pcs}`);
  assert.equal(new Set(pcs).size, pcs.length);
  for (const [i, pc] of pcs.entries()) assert.equal(pseudoFunction(pc), profiles[i]!.samples[0]!.frames[0]!.function);
  assert.match(encodeText(profiles[1]!), /^1 @ 0x[1-9a-f]/m);
});

test("threadcreate profile: the first M has a frame", () => {
  const { out, err } = pprof(gzipSync(encodePprof(threadCreateProfile([stack()], 0n), mapping)), "-raw");
  assert.equal(err, "");
  assert.match(out, /threadcreate\/count\n +1: 1 *\n/);
  assert.match(out, /runtime\.mstart/);
});

test("goroutine profile: debug=1 is Go's text", () => {
  assert.equal(encodeText(goroutineProfile(stacks, 0n)), [
    "goroutine profile: total 4",
    "2 @ 0x3",
    "#\t0x3\tlib/queue.Queue<i32>#push+0x0\tassembly/lib/queue.ts:7",
    "#\t0x2\tmain.worker~anonymous|0+0x0\tassembly/main.ts:20",
    "",
    "1 @ 0x7fffff03",
    "#\t0x7fffff03\truntime.goexit+0x0\t:0",
    "",
    "1 @ 0x4 0x1",
    "#\t0x1\tmain.main+0x0\tassembly/main.ts:12",
    "",
    "",
  ].join("\n"));
});

test("text: columns are padded as Go's tabwriter does", () => {
  const wide = new PcTab(makePctab([
    ["a.b", "x.ts", 1, 0],
    ["main.aVeryLongFunctionName", "y.ts", 2, 0],
  ]).buffer);
  const text = encodeText(goroutineProfile([{ pcs: [1, 2], frames: wide.frames([1, 2]) }], 0n));
  // What Go 1.26's tabwriter.NewWriter(w, 1, 8, 1, '\t', 0) prints for these cells.
  assert.equal(text.split("\n").slice(2, 4).join("\n"),
    "#\t0x1\ta.b+0x0\t\t\t\tx.ts:1\n#\t0x2\tmain.aVeryLongFunctionName+0x0\ty.ts:2");
});

test("text: labels are quoted as Go's strconv.Quote does", () => {
  const labels = ["k", "a\u00a0\u200b\u2028é\u{1f388}\u{e0001}\x1b\x7f\ue000\u0301\ufffd\t\"\\"];
  const text = encodeText(goroutineProfile([{ ...stack(1), labels }], 0n));
  // What Go 1.26 prints for this value.
  const quoted = String.raw`"a\u00a0\u200b\u2028é🎈\U000e0001\x1b\x7f\ue000` + "\u0301\ufffd" + String.raw`\t\"\\"`;
  assert.equal(text.split("\n")[2], `# labels: {"k":${quoted}}`);
});

test("delta: only what changed, negative for what is gone", () => {
  const before = goroutineProfile([stack(1), stack(3), stack(4)], 1000n);
  const after = goroutineProfile([stack(1), stack(3), stack(3), stack(2)], 3000n);
  const delta = deltaProfile(before, after);
  assert.deepEqual(delta.samples.map((s) => [s.pcs[0], s.values[0]]), [[3, 1], [2, 1], [4, -1]]);
  assert.equal(delta.durationNanos, 2000n);
});

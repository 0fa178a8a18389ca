// SPDX-License-Identifier: MIT
/**
 * WASI commands by themselves: files, streams, arguments, exit statuses, profiles, core dumps.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { Profile } from "pprof-format";
import { BUCKET_ALLNEXT, BUCKET_NSTK, MEM_PROFILE_RECORD_SIZE, MEM_STATS_SIZE, MCACHE, MPROF, SIZE_CLASSES } from "../../../host/abi/layout.ts";
import { compile, packageRoot } from "../../../host/cli/compile.ts";
import { findWasmtime, findWasmtimeCommand, nodeWasi, type WasiCase } from "../../run/engines.ts";
import { readHeapStats, readMemProfile } from "../../../host/memory/heap.ts";
import { readMemProfileRecords, readMemStats } from "../../../host/memory/record.ts";
import { MemoryView } from "../../../host/memory/view.ts";
import { MockClock, runInProcess, writeCore } from "../../run/wasicore.ts";

process.chdir(packageRoot());

const GUEST = "tests/runtime/wasi/guest";
const wasmtime = findWasmtime();
const tmp = mkdtempSync(join(tmpdir(), "gopark-wasi-"));
after(() => rmSync(tmp, { recursive: true }));

/** Builds a command; returns where it is. */
async function build(file: string): Promise<string> {
  const out = join(tmp, file.replace(/^.*\//, "").replace(/\.ts$/, ".wasm"));
  const outputs = await compile(file, out, "wasi", ["-O1"]);
  writeFileSync(out, outputs!.get(out)!);
  return out;
}

function gopark(...args: string[]) {
  return spawnSync(process.execPath, [resolve("build/host/cli/main.js"), ...args], { encoding: "utf8" });
}

// wasmtime's Python package runs programs as the command does, but does not write cores, and takes any status.
const command = findWasmtimeCommand();
const noCommand = !command && !process.env.CI && "there is no command wasmtime here";

const engines = [["wasmtime", wasmtime], ["node:wasi", nodeWasi]] as const;
const skipped = (engine: unknown) => !engine && !process.env.CI && "there is no wasmtime here";

/** A folder to work in, the same for each case. */
function makeFolder(): string {
  const dir = mkdtempSync(join(tmp, "dir-"));
  mkdirSync(join(dir, "sub/deeper"), { recursive: true });
  for (const file of ["sub/b.txt", "sub/deeper/c.txt", "empty"]) writeFileSync(join(dir, file), "");
  writeFileSync(join(dir, "big"), "x".repeat(100_000));
  // Lone and overlong bytes, a surrogate, a cut sequence, and what is right.
  writeFileSync(join(dir, "odd.bin"), Buffer.from("41ff c0af eda080 e282 f09f9880 e282ac f0".replace(/ /g, ""), "hex"));
  return dir;
}

/** What Node makes of the same bytes. */
const ODD = [...new TextDecoder().decode(Buffer.from("41ffc0afeda080e282f09f9880e282acf0", "hex"))]
  .map((c) => ` ${c.codePointAt(0)!.toString(16)}`).join("");

const panics = (message: string, line: RegExp) =>
  new RegExp(`^panic: ${message}\\n\\ngoroutine 1 \\[running\\]:\\n(.*\\n)*host\\.main\\(\\.\\.\\.\\)\\n\\t${line.source}\\n$`);
const LINE = new RegExp(`${GUEST}/host\\.ts:\\d+`);

const tests: { name: string; in?: WasiCase; status?: number; want: string | RegExp }[] = [
  {
    name: "args",
    in: { args: ["args", "a b", "ü"], env: { FOO: "bar=baz", EMPTY: "" } },
    want: '3 <args> <a b> <ü>, FOO "bar=baz", EMPTY "", BAR not set\n',
  },
  { name: "write", want: "to standard output, ünicode\n" },
  {
    name: "files",
    want: `héllo 😀\ufffd\nbig empty new.txt odd.bin sub\n2\nbig empty new.txt odd.bin sub/b.txt sub/deeper/c.txt\n${ODD}\n0\n100000\n`,
  },
  { name: "values", want: "by a goroutine\n" },
  { name: "missing", status: 2, want: panics("open sub/no-such-file: no such file or directory", LINE) },
  { name: "outside", status: 2, want: panics("open \\.\\./secret: (not below a preopened folder|operation not permitted)", LINE) },
  ...["/", ".", "./", "//"].map((as) => ({
    name: "paths",
    in: { as: { [as]: "." }, args: ["paths", "big", "/big", "./big", "sub//b.txt", "/sub/./b.txt", "/", ".", "./", "/sub/", "sub/deeper/"] },
    want: "big 100000\n/big 100000\n./big 100000\nsub//b.txt 0\n/sub/./b.txt 0\n/ 5\n. 5\n./ 5\n/sub/ 2\nsub/deeper/ 1\n",
  })),
  {
    name: "paths",
    in: { as: { "/data": ".", "data/sub/": "sub/deeper", other: "sub" }, args: ["paths", "data/big", "/data//big", "/data/sub/c.txt", "/other/"] },
    want: "data/big 100000\n/data//big 100000\n/data/sub/c.txt 0\n/other/ 2\n",
  },
  ...[{ ".": ".", "/": "sub" }, { "/": "sub", ".": "." }].map((as) => ({
    name: "paths", in: { as, args: ["paths", "big", "./big", "/b.txt", ".", "/"] }, want: "big 100000\n./big 100000\n/b.txt 0\n. 5\n/ 2\n",
  })),
  { name: "nowhere", in: { as: { "/data": ".", et: ".", "etc/pass": "." } }, status: 2, want: panics("open etc/passwd: not below a preopened folder", LINE) },
  { name: "notdir", status: 2, want: panics("open empty: not a directory", LINE) },
  { name: "fetch", status: 2, want: panics("host\\.fetchText: https://example\\.org/: a WASI command cannot open connections", LINE) },
  { name: "lines", in: { input: "one\r\ntwo\n\nlast" }, want: "first <one>\n<two>\n<>\n<last>\nstill null\n" },
  { name: "lines", in: { input: "" }, want: "none\nstill null\n" },
  {
    name: "std",
    in: { env: { FOO: "bar" } },
    want: "log\nwarn\nAssertion failed: 1 > 2\ntrace: trace 1, 2.5\ntrue true true true\nhost.wasm 2 bar\n",
  },
  { name: "exit", status: 7, want: "" },
];

describe("module host and the standard library", () => {
  let wasm: string;
  before(async () => void (wasm = await build(`${GUEST}/host.ts`)));

  for (const [title, engine] of engines) {
    for (const { name, in: given = {}, status = 0, want } of tests) {
      const how = given.input === "" ? " without input" : given.as ? ` below ${Object.keys(given.as).join(" ")}` : "";
      it(`${name}${how}, under ${title}`, { skip: skipped(engine) }, () => {
        assert.ok(engine, "wasmtime is missing");
        const [result] = engine.run(wasm, [{ args: [name], dir: makeFolder(), ...given }]);
        if (typeof want === "string") assert.equal(result!.output, want);
        else assert.match(result!.output, want);
        assert.deepEqual([result!.status, result!.trap], [status, ""]);
      });
    }
  }

  it("goroutines run on while one waits for a line", { skip: skipped(wasmtime) }, async () => {
    const [command, args] = wasmtime!.interactive(wasm, ["others"]);
    const child = spawn(command, args, { stdio: ["pipe", "inherit", "pipe"], timeout: 60_000 });
    let text = "";
    for await (const chunk of child.stderr.setEncoding("utf8")) {
      text += chunk as string;
      if (text === "ready\n") child.stdin.write("input\n"); // and if it never comes, nor does this
    }
    assert.equal(text, "ready\nfirst <input>\n");
  });

  it("dies quietly when nobody reads what it writes any more", { skip: noCommand }, async () => {
    assert.ok(command, "the command wasmtime is missing");
    const line = `"${command}" run "${await build("tests/host/guest/endless.ts")}" | head -1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", line], { encoding: "utf8" });
    assert.deepEqual([stdout, stderr], ["line 0\n13\n", ""]);
  });

  it("imports nothing but WASI, and exports the memory and its start", () => {
    const module = new WebAssembly.Module(readFileSync(wasm));
    const from = new Set(WebAssembly.Module.imports(module).map((i) => i.module));
    assert.deepEqual([...from], ["wasi_snapshot_preview1"]);
    assert.deepEqual(WebAssembly.Module.exports(module).map((e) => e.name).sort(), ["_start", "memory"]);
  });

  it("is no program for a host: gopark run says so", () => {
    const { status, stderr } = gopark("run", wasm);
    assert.deepEqual([status, stderr.startsWith("gopark: host.wasm is a WASI command: run it with wasmtime")], [2, true]);
  });
});

describe("a blocking call that its context ends", () => {
  let wasm: string;
  before(async () => void (wasm = await build(`${GUEST}/cancel.ts`)));

  for (const [title, engine] of engines) {
    it(`gives the zero value, and reads and writes nothing, under ${title}`, { skip: skipped(engine) }, () => {
      const [result] = engine!.run(wasm, [{ args: ["files"], dir: makeFolder() }]);
      assert.equal(result!.output, "not done: <first>\nno context: <first>\nmeanwhile: null, context canceled\nbefore: null\nnot written: <first>\n");
    });
  }

  it("leaves the line that comes to the next reader", { skip: skipped(wasmtime) }, async () => {
    const [command, args] = wasmtime!.interactive(wasm, ["lines"]);
    const child = spawn(command, args, { stdio: ["pipe", "inherit", "pipe"], timeout: 60_000 });
    const inputs: Record<string, string> = { one: "a line\n", two: "a piece", three: " and the rest\n" };
    let text = "";
    for await (const chunk of child.stderr.setEncoding("utf8")) {
      text += chunk as string;
      const asked = /(\w+) $/.exec(text)?.[1];
      if (asked) child.stdin.write(inputs[asked]!);
    }
    assert.equal(text, "second: null\nfirst: null\none third: <a line>\ntwo fourth: null\nthree fifth: <a piece and the rest>\n");
  });
});

describe("AssemblyScript's console, trace and process", () => {
  let wasm: string;
  before(async () => void (wasm = await build(`${GUEST}/console.ts`)));
  const cases: { name: string; status?: number; want: string | RegExp }[] = [
    { name: "copy", status: 2, want: /^text, ünicode\n4:some4: inp2:ut\npanic: close standard input: bad file descriptor\n\ngoroutine 1 / },
    {
      name: "timers",
      want: /^Warning: Label 'a' already exists for console\.time\(\)\na: \d\S*m?s\na: \d\S*m?s\nWarning: No such label 'a' for console\.timeEnd\(\)\nWarning: No such label 'b' for console\.timeLog\(\)\ndefault: \d\S*m?s\n$/,
    },
    {
      name: "times",
      want: "0ms\n0ms\n0.12ms\n1ms\n1.234ms\n12ms\n1000ms\n1.000s\n1.235s\n59.999s\n1:00.000 (m:ss.mmm)\n1:01.234 (m:ss.mmm)\n59:59.000 (m:ss.mmm)\n" +
        "1:00:00.000 (h:mm:ss.mmm)\n1:01:01.234 (h:mm:ss.mmm)\n100:00:00.000 (h:mm:ss.mmm)\n",
    },
    { name: "numbers", want: "trace: none\ntrace: some 1, -2.5, 1e+21, 100000000000000000000, NaN\ntrace: zero 0, 1e-7, Infinity\n" },
  ];
  for (const [title, engine] of engines) {
    for (const { name, status = 0, want } of cases) {
      it(`${name} print as they should, under ${title}`, { skip: skipped(engine) }, () => {
        const [result] = engine!.run(wasm, [{ args: [name], input: "some input" }]);
        if (typeof want === "string") assert.equal(result!.output, want);
        else assert.match(result!.output, want);
        assert.equal(result!.status, status);
      });
    }
  }
});

describe("what cannot be bound fails the build", () => {
  const main = "export function main(): void {";
  const sources = [
    { text: `@external("app", "shout") declare function shout(s: string): void;\n${main} shout("x"); }`, want: "WASI has no app.shout" },
    { text: `@external("host", "readFile") declare function f(p: i32): string;\n${main} f(1); }`,
      want: "import host.readFile is declared as (i32): string; it is (string): string" },
    { text: `@blocking @external("wasi_snapshot_preview1", "sched_yield") declare function y(): i32;\n${main} y(); }`,
      want: "wasi_snapshot_preview1.sched_yield does not wait: it cannot be @blocking" },
    { text: "export function other(): void {}", want: "a WASI command needs a main" },
    { text: "export function main(n: i32): void {}", want: "main must not have parameters" },
  ];
  for (const [i, { text, want }] of sources.entries()) {
    it(want, () => {
      const file = join(tmp, `bad${i}.ts`);
      writeFileSync(file, text);
      const { status, stderr } = gopark("build", file, "--target", "wasi", "--", "-O0");
      assert.equal(status, 1);
      assert.ok(stderr.includes(want), stderr);
    });
  }
});

describe("examples/wordcount.ts", () => {
  let wasm: string;
  before(async () => void (wasm = await build("examples/wordcount.ts")));
  for (const [title, engine] of engines) {
    it(`counts under ${title} what it counts by gopark run`, { skip: skipped(engine) }, () => {
      const [result] = engine!.run(wasm, [{ args: [".", "3"], dir: "tests/prog" }]);
      const { stdout } = gopark("run", "examples/wordcount.ts", "--", "tests/prog");
      // A folder named "." has its own documents only; there are no others in that one.
      assert.deepEqual([result!.output, result!.status], [stdout, 0]);
    });
  }
});

describe("the run loop", () => {
  it("sleeps until a timer is due, rather than look again and again", async () => {
    const { output, calls } = runInProcess(readFileSync(await build(`${GUEST}/idle.ts`)));
    assert.equal(output, "slept\n");
    assert.ok(calls.get("poll_oneoff")! >= 5);
    assert.ok(calls.get("clock_time_get")! < 100, `${calls.get("clock_time_get")} looks at the clock`);
  });
});

describe("two minutes without a collection", () => {
  let wasm: Uint8Array<ArrayBuffer>;
  before(async () => void (wasm = readFileSync(await build(`${GUEST}/quiet.ts`))));
  const MINUTE = 60_000_000_000n;
  const tests: { name: string; how: string; want: string; polls?: number }[] = [
    { name: "make one while all sleep, and no other one until something has run", how: "long", want: "1 0\ngoroutine 2 [chan receive, 8 minutes]:\n", polls: 2 },
    { name: "make one each time while something runs now and then", how: "often", want: "0 0\n1 0\n1 0\n2 0\n2 0\ngoroutine 2 [chan receive, 3 minutes]:\n", polls: 7 },
    { name: "make one each time between slices of who computes", how: "busy", want: "2 0\ngoroutine 2 [chan receive, 3 minutes]:\n", polls: 0 },
    { name: "count from the last one that was asked for", how: "asked", want: "0 0\n1 1\n2 1\n2 1\ngoroutine 2 [chan receive, 3 minutes]:\n" },
    { name: "make one while a goroutine waits for standard input", how: "input", want: "input\n1 0\ngoroutine 2 [chan receive, 3 minutes]:\n", polls: 2 },
    { name: "make none when the program has turned collections off", how: "off", want: "0 0\ngoroutine 2 [chan receive]:\n", polls: 1 },
  ];
  for (const { name, how, want, polls } of tests) {
    it(name, () => {
      const clock = new MockClock({ tick: how === "busy" ? 1_000_000n : 1000n, inputAfter: 5n * MINUTE });
      const { output, calls } = runInProcess(wasm, [how], {}, clock.instead);
      assert.equal(output, want);
      if (polls !== undefined) assert.equal(calls.get("poll_oneoff") ?? 0, polls);
    });
  }

  it("are not waited for by who is deadlocked", () => {
    const clock = new MockClock();
    const start = clock.now;
    const { output, calls } = runInProcess(wasm, ["stuck"], {}, clock.instead);
    assert.match(output, /^fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 \[chan receive\]:\n/);
    assert.deepEqual([calls.get("poll_oneoff"), clock.now - start < MINUTE], [undefined, true]);
  });

  it("are not said to be forced by GODEBUG=gctrace=1", () => {
    const { output } = runInProcess(wasm, ["long"], { GODEBUG: "gctrace=1" }, new MockClock().instead);
    assert.match(output, /^gc 1 @120\.000s 0%: .* 1 P\n1 0\n/);
  });
});

describe("GODEBUG of a WASI command", () => {
  let wasm: string;
  before(async () => void (wasm = await build(`${GUEST}/godebug.ts`)));

  const GC = /^gc 1 @\d+\.\d{3}s \d+%: .* 1 P \(forced\)$/m;
  const SCHED = /^SCHED \d+ms: gomaxprocs=1 idleprocs=[01] threads=1 spinningthreads=0 needspinning=0 idlethreads=[01] runqueue=0 \[ \d+ \] schedticks=\[ \d+ \]$/gm;
  const LABELS = /\[chan receive labels:\{"tenant": "a"\}\]:$/m;
  const ANCESTORS = /\n\[originating from goroutine 1\]:\ngodebug\.start\(\.\.\.\)\n\t.*\ngodebug\.main\(\.\.\.\)\n\t.*\n$/;
  const settings: { set: string; want: RegExp[] }[] = [
    { set: "gctrace=2", want: [GC] },
    { set: "gctrace=0,gctrace=1,gctrace=x,gctrace=,gctrace,gctrace=2147483648", want: [GC] },
    { set: "gctrace=1,gctrace=0", want: [] },
    { set: "gctrace=-1,nothing=1, gctrace=1", want: [] },
    { set: "tracebacklabels=1", want: [LABELS] },
    { set: "tracebacklabels=2,tracebackancestors=0", want: [] },
    { set: "tracebackancestors=+3", want: [ANCESTORS] },
    { set: "schedtrace=1,tracebackancestors=1,tracebacklabels=1,gctrace=1", want: [GC, SCHED, LABELS, ANCESTORS] },
    { set: "schedtrace=-1", want: [] },
  ];
  for (const [title, engine] of engines) {
    it(`is read as Go reads it, under ${title}`, { skip: skipped(engine) }, () => {
      const results = engine!.run(wasm, settings.map(({ set }) => ({ env: { GODEBUG: set } })));
      for (const [i, { set, want }] of settings.entries()) {
        const { output, status } = results[i]!;
        const found = [GC, SCHED, LABELS, ANCESTORS].filter((form) => output.search(form) >= 0);
        assert.deepEqual([found, status], [want, 2], `${set}:\n${output}`);
      }
    });

    it(`leaves what the program has set at module level, under ${title}`, { skip: skipped(engine) }, () => {
      const [result] = engine!.run(wasm, [{ args: ["itself"], env: { GODEBUG: "gctrace=1" } }]);
      for (const form of [GC, LABELS, ANCESTORS]) assert.match(result!.output, form);
    });

    it(`has a line about the scheduler printed while it sleeps, too, under ${title}`, { skip: skipped(engine) }, () => {
      const [result] = engine!.run(wasm, [{ env: { GODEBUG: "schedtrace=1" } }]);
      const lines = result!.output.match(SCHED)!;
      assert.match(lines[0]!, /^SCHED 0ms: .* idleprocs=0 .* \[ 1 \] schedticks=\[ 0 \]$/);
      assert.match(lines.slice(1).join("\n"), /idleprocs=1 .* \[ 0 \]/);
    });
  }

  it("means nothing to one that starts no goroutine", async () => {
    const [result] = nodeWasi.run(await build("tests/bench/guest/hello.ts"), [{ env: { GODEBUG: "tracebackancestors=5" } }]);
    assert.deepEqual([result!.output, result!.status], ["hello, world\n", 0]);
  });
});

describe("GOPARK_PROFILE", () => {
  let wasm: string;
  before(async () => void (wasm = await build("examples/deadlock.ts")));

  it("writes snapshots when the program dies, which gopark pprof makes profiles of", () => {
    const dir = mkdtempSync(join(tmp, "profile-"));
    const env = { GOPARK_PROFILE: "goroutine=g.snap,threadcreate=t.snap" };
    const [result] = (wasmtime ?? nodeWasi).run(wasm, [{ env, dir }]);
    assert.deepEqual([result!.output, result!.status], [readFileSync("examples/deadlock.txt", "utf8"), 2]);
    for (const [kind, file, n] of [["goroutine", "g", 5], ["threadcreate", "t", 1]] as const) {
      const out = join(dir, `${file}.pb.gz`);
      const { status, stderr } = gopark("pprof", join(dir, `${file}.snap`), kind, "-o", out);
      assert.deepEqual([status, stderr], [0, `gopark: wrote ${out}\n`]);
      const profile = Profile.decode(gunzipSync(readFileSync(out)));
      const text = (i: number | bigint) => profile.stringTable.strings[Number(i)]!;
      assert.equal(profile.sample.reduce((sum, s) => sum + Number(s.value[0]), 0), n);
      assert.equal(text(profile.mapping[0]!.filename), "deadlock.wasm");
      const names = profile.function.map((f) => text(f.name));
      if (kind === "goroutine") assert.deepEqual(names.sort(), ["deadlock.main", "deadlock.produce", "deadlock.worker"]);
    }
    const whole = readFileSync(join(dir, "g.snap"));
    writeFileSync(join(dir, "cut"), whole.subarray(0, whole.length - 1));
    const cases = [
      { args: [join(dir, "g.snap"), "threadcreate"], want: 'is a snapshot of the profile "goroutine", not of "threadcreate"' },
      { args: [join(dir, "cut"), "goroutine"], want: "a truncated snapshot" },
      { args: ["README.md", "goroutine"], want: "README.md is not a profile's snapshot" },
    ];
    for (const { args, want } of cases) assert.ok(gopark("pprof", ...args).stderr.includes(want), want);
  });

  it("leaves its files empty when the engine traps, and gopark pprof says why", async () => {
    const dir = mkdtempSync(join(tmp, "trap-"));
    const crash = await build(`${GUEST}/crash.ts`);
    const [result] = (wasmtime ?? nodeWasi).run(crash, [{ env: { GOPARK_PROFILE: "heap=h.snap" }, dir }]);
    assert.match(result!.trap, /out of bounds/);
    const { status, stderr } = gopark("pprof", join(dir, "h.snap"), "heap");
    const want = `gopark: ${join(dir, "h.snap")} is empty: the program has not ended yet, or the engine has trapped: see gopark core\n`;
    assert.deepEqual([status, stderr], [2, want]);
  });

  it("ends the program at its start when it is wrong", () => {
    const settings = [
      { set: "goroutine", want: 'GOPARK_PROFILE: want KIND=FILE, not "goroutine"\n' },
      { set: "nonsense=x", want: 'GOPARK_PROFILE: no profile "nonsense": there are goroutine, goroutineleak, threadcreate, block, mutex, heap, allocs\n' },
      { set: "heap=x,goroutine=y,block=./x", want: "GOPARK_PROFILE: heap and block would both go to ./x\n" },
      { set: "goroutine=no/x", want: "GOPARK_PROFILE: open no/x: no such file or directory\n" },
    ];
    const results = nodeWasi.run(wasm, settings.map(({ set }) => ({ env: { GOPARK_PROFILE: set }, dir: tmp })));
    assert.deepEqual(results.map(({ status, output }) => [status, output]), settings.map(({ want }) => [2, want]));
  });
});

describe("the waits and leaks of a WASI command", () => {
  let wasm: string;
  before(async () => void (wasm = await build(`${GUEST}/waits.ts`)));

  /** The samples of a gzipped profile, innermost function first. */
  const samplesOf = (file: string) => {
    const profile = Profile.decode(gunzipSync(readFileSync(file)));
    const text = (i: number | bigint) => profile.stringTable.strings[Number(i)]!;
    const names = new Map(profile.function.map((f) => [f.id, text(f.name)]));
    const stacks = new Map(profile.location.map((l) => [l.id, l.line.map((line) => names.get(line.functionId)!)]));
    return {
      types: profile.sampleType.map(({ type }) => text(type)),
      samples: profile.sample.map((s) => ({ values: s.value.map(Number), stack: s.locationId.flatMap((id) => stacks.get(id)!) })),
    };
  };

  for (const [title, engine] of engines) {
    // Who dies is not collected any more: its leaks are those that it has looked for itself.
    const ends = [
      { how: "return", status: 0, leaked: 2 }, { how: "exit", status: 3, leaked: 2 },
      { how: "panic", status: 2, leaked: 0 }, { how: "searched", status: 2, leaked: 2 },
    ];
    for (const { how, status, leaked } of ends) {
      it(`are in its snapshots when it ends by ${how}, under ${title}`, { skip: skipped(engine) }, () => {
        const dir = mkdtempSync(join(tmp, "waits-"));
        const env = { GOPARK_PROFILE: "block=block.snap,mutex=mutex.snap,goroutineleak=goroutineleak.snap" };
        assert.equal(engine!.run(wasm, [{ env, dir, args: [how] }])[0]!.status, status);
        const read = (kind: string) => {
          const out = join(dir, `${kind}.pb.gz`);
          assert.deepEqual(gopark("pprof", join(dir, `${kind}.snap`), kind, "-o", out).stderr, `gopark: wrote ${out}\n`);
          return samplesOf(out);
        };
        const [block, mutex, leaks] = [read("block"), read("mutex"), read("goroutineleak")];
        assert.deepEqual([block.types, mutex.types, leaks.types], [["contentions", "delay"], ["contentions", "delay"], ["goroutineleak"]]);
        const of = (list: typeof block.samples, name: string) => list.filter(({ stack }) => stack[0] === name).map(({ values }) => values);
        const [waited] = of(block.samples, "waits.contend");
        assert.equal(waited![0], 2);
        assert.ok(waited![1]! > 2e6, `${waited![1]} ns`);
        const unlocks = mutex.samples.reduce((sum, { values }) => sum + values[0]!, 0);
        assert.ok(of(mutex.samples, "waits.hold")[0]![0]! >= 1 && unlocks === 2, JSON.stringify(mutex.samples));
        assert.deepEqual(leaks.samples, leaked ? [{ values: [leaked], stack: ["waits.recv"] }] : []);
      });
    }
  }
});

describe("labels and profiles of its own, of a WASI command", () => {
  let wasm: string;
  before(async () => void (wasm = await build(`${GUEST}/own.ts`)));

  /** The samples of a gzipped profile: values, labels, functions, innermost first. */
  const samplesOf = (file: string) => {
    const profile = Profile.decode(gunzipSync(readFileSync(file)));
    const text = (i: number | bigint) => profile.stringTable.strings[Number(i)]!;
    const names = new Map(profile.function.map((f) => [f.id, text(f.name)]));
    const places = new Map(profile.location.map((l) => [l.id, names.get(l.line[0]!.functionId)!]));
    return {
      types: profile.sampleType.map(({ type }) => text(type)),
      samples: profile.sample.map((s) => [s.value.map(Number)[0], Object.fromEntries(s.label.map((l) => [text(l.key), text(l.str)])), places.get(s.locationId[0]!)]),
    };
  };
  const kinds = { goroutine: "g.snap", goroutineleak: "l.snap", "own/sessions": "s.snap", "own/late": "late.snap" };
  const GOPARK_PROFILE = Object.entries(kinds).map((pair) => pair.join("=")).join(",");
  const labels = { tenant: "ä 🎈", shard: "7" };

  for (const [title, engine] of engines) {
    for (const { how, status } of [{ how: "return", status: 0 }, { how: "exit", status: 3 }, { how: "panic", status: 2 }]) {
      it(`are in its snapshots when it ends by ${how}, under ${title}`, { skip: skipped(engine) }, () => {
        const dir = mkdtempSync(join(tmp, "own-"));
        assert.equal(engine!.run(wasm, [{ env: { GOPARK_PROFILE }, dir, args: [how] }])[0]!.status, status);
        const read = (kind: keyof typeof kinds) => {
          const out = join(dir, "out.pb.gz");
          assert.equal(gopark("pprof", join(dir, kinds[kind]), kind, "-o", out).stderr, `gopark: wrote ${out}\n`);
          return samplesOf(out);
        };
        const others = [[1, {}, "own.wait"], [1, { who: "" }, "own.forget"], ...(how === "return" ? [] : [[1, {}, "own.main"]])];
        assert.deepEqual(new Set(read("goroutine").samples), new Set([[2, labels, "own.wait"], ...others]));
        assert.deepEqual(read("goroutineleak").samples, how === "panic" ? [] : [[1, { who: "" }, "own.forget"]]);
        assert.deepEqual(read("own/sessions"), { types: ["own/sessions"], samples: [[2, {}, "own.login"]] });
        assert.deepEqual(read("own/late"), { types: ["own/late"], samples: [[1, {}, "own.main"]] });
        assert.match(gopark("pprof", join(dir, "s.snap"), "own/late").stderr, /is a snapshot of the profile "own\/sessions", not of "own\/late"/);
      });
    }
  }

  it("are missed at its end if it has not made them", () => {
    const env = { GOPARK_PROFILE: "own/late=late.snap,own/sessions=s.snap" };
    const dir = mkdtempSync(join(tmp, "own-"));
    const [result] = nodeWasi.run(wasm, [{ env, dir, args: ["early"] }]);
    const want = 'GOPARK_PROFILE: no profile "own/late": there are goroutine, goroutineleak, threadcreate, block, mutex, heap, allocs, own/sessions\n';
    assert.deepEqual([result!.output, result!.status], [want, 0]);
    assert.equal(readFileSync(join(dir, "late.snap")).length, 0);
    assert.ok(readFileSync(join(dir, "s.snap")).length > 0);
  });
});

/** Counts the samples of a gzipped profile that are of a function: allocated and in use, objects and bytes. */
function samplesOf(file: string, name: string): number[] {
  const profile = Profile.decode(gunzipSync(readFileSync(file)));
  const text = (i: number | bigint) => profile.stringTable.strings[Number(i)]!;
  const functionOf = (location: number | bigint) =>
    text(profile.function.find((f) => f.id === profile.location.find((l) => l.id === location)!.line[0]!.functionId)!.name);
  const samples = profile.sample.filter((s) => functionOf(s.locationId[0]!) === name);
  return [0, 1, 2, 3].map((i) => samples.reduce((sum, s) => sum + Number(s.value[i]), 0));
}

describe("the heap of a WASI command that keeps 100 of 150 objects", () => {
  let wasm: string;
  before(async () => void (wasm = await build(`${GUEST}/leak.ts`)));
  const LOGIN = "leak.login";

  for (const [title, engine] of engines) {
    // Whoever dies is not collected once more: all 150 are in use still, as far as anyone knows.
    const ends = [{ how: "return", status: 0, inUse: 100 }, { how: "exit", status: 3, inUse: 100 }, { how: "panic", status: 2, inUse: 150 }];
    for (const { how, status, inUse } of ends) {
      it(`is in its snapshots when it ends by ${how}, under ${title}`, { skip: skipped(engine) }, () => {
        const dir = mkdtempSync(join(tmp, "heap-"));
        const env = { GOPARK_PROFILE: "heap=h.snap,goroutine=g.snap,allocs=a.snap" };
        assert.equal(engine!.run(wasm, [{ env, dir, args: [how] }])[0]!.status, status);
        for (const [kind, snapshot] of [["heap", "h"], ["allocs", "a"], ["allocs", "h"]] as const) {
          const out = join(dir, `${kind}-${snapshot}.pb.gz`);
          assert.deepEqual(gopark("pprof", join(dir, `${snapshot}.snap`), kind, "-o", out).stderr, `gopark: wrote ${out}\n`);
          assert.deepEqual(samplesOf(out, LOGIN), [150, 4800, inUse, 32 * inUse]);
        }
        assert.equal(gopark("pprof", join(dir, "g.snap"), "goroutine", "-o", join(dir, "g.pb.gz")).status, 0);
        assert.match(gopark("pprof", join(dir, "g.snap"), "heap").stderr, /is a snapshot of the profile "goroutine", not of "heap"/);
      });
    }
  }

  for (const { how, want } of [{ how: "look", want: [150, 4800, 150, 4800] }, { how: "collect", want: [150, 4800, 100, 3200] }]) {
    it(`is in its core, as the program saw it itself (${how})`, () => {
      const { output, trap, memory } = runInProcess(readFileSync(wasm), [how]);
      assert.match(trap, /out of bounds/);
      const [records, stats] = output.split(" ").map(Number) as [number, number];
      const view = new MemoryView(memory);
      const profile = readMemProfile(view);
      assert.deepEqual(profile, { records: readMemProfileRecords(view, records, profile.records.length, MEM_PROFILE_RECORD_SIZE), rate: 1 });
      assert.deepEqual(readHeapStats(view), readMemStats(view, stats));
      const array = (at: number) => Array.from({ length: 256 }, (_, i) => Number(view.i64(view.u32(at) + 8 * i)));
      const { pauseNs, pauseEnd, lastGC } = readHeapStats(view);
      assert.deepEqual([pauseNs, pauseEnd], [array(stats + MEM_STATS_SIZE), array(stats + MEM_STATS_SIZE + 4)]);
      assert.equal(pauseEnd[0], lastGC, "of the only collection, if there was one");
      const core = join(tmp, "heap.core");
      writeFileSync(core, writeCore(memory.buffer as ArrayBuffer));
      const out = ["goroutine", "heap", "allocs", "threadcreate"].map((kind) => [kind, join(tmp, `core-${kind}.pb.gz`)] as const);
      const { status, stdout } = gopark("core", core, wasm, "--memstats", ...out.flatMap(([kind, file]) => ["--profile", `${kind}=${file}`]));
      assert.equal(status, 0);
      for (const [kind, file] of out.slice(1, 3)) assert.deepEqual(samplesOf(file, LOGIN), want, kind);
      const { heapAlloc, mallocs, numGC } = readMemStats(view, stats);
      for (const line of [`# HeapAlloc = ${heapAlloc}`, `# Mallocs = ${mallocs}`, `# PauseEnd = [${pauseEnd.join(" ")}]`, `# NumGC = ${numGC}`]) assert.ok(stdout.includes(`\n${line}\n`), line);
      assert.match(stdout, /^goroutine 1 \[running\]:\n(.*\n)*\n# runtime\.MemStats\n# Alloc = /);
      assert.doesNotMatch(stdout, /MaxRSS/);
    });
  }

  it("is refused where a memory is not what it should be", () => {
    const { memory } = runInProcess(readFileSync(wasm), ["look"]);
    const damaged = (at: number, value: number) => {
      const buffer = (memory.buffer as ArrayBuffer).slice(0);
      new DataView(buffer).setUint32(at, value, true);
      return new MemoryView({ buffer });
    };
    const first = new DataView(memory.buffer).getUint32(MPROF, true);
    assert.throws(() => readMemProfile(damaged(first + BUCKET_ALLNEXT, first)), /the bucket at 0x[0-9a-f]+ is linked twice/);
    assert.throws(() => readMemProfile(damaged(first + BUCKET_NSTK, 129)), /the bucket at 0x[0-9a-f]+ has 129 pcs/);
    assert.throws(() => readMemProfile(damaged(MPROF, -8)), /end past memory/);
    assert.throws(() => readHeapStats(damaged(MCACHE + 8, MCACHE + 8)), /the free cell at 0x[0-9a-f]+ is in no span of size class 1/);
    assert.throws(() => readHeapStats(damaged(MCACHE + 8 * (SIZE_CLASSES - 1), first)), /the free cell at 0x[0-9a-f]+ is in no span of size class 61/);
  });
});

describe("gopark core", () => {
  let wasm: string;
  const core = join(tmp, "core");
  let stacks: string;

  before(async () => {
    wasm = await build(`${GUEST}/crash.ts`);
    const { output, trap, memory } = runInProcess(readFileSync(wasm));
    assert.match(trap, /out of bounds/);
    stacks = output;
    writeFileSync(core, writeCore(memory.buffer as ArrayBuffer));
  });

  it("prints what runtime.stack printed just before the trap", () => {
    const { status, stdout, stderr } = gopark("core", core, wasm);
    assert.deepEqual([stdout, stderr, status], [stacks, "", 0]);
    for (const state of ["running", "chan receive", "chan send", "sync.Mutex.Lock", "select (no cases)", "runnable"]) {
      assert.ok(stacks.includes(` [${state}]:`), state);
    }
    assert.match(stdout, /\n\.\.\.\d+ frames elided\.\.\.\n/);
    assert.match(stdout, /\[sleep labels:{"tenant": "a"}]:\n/);
    assert.match(stdout, /^\[originating from goroutine 1]:\ncrash\.main/m);
  });

  it("writes the goroutine profile with --profile", () => {
    const out = join(tmp, "core.pb.gz");
    assert.equal(gopark("core", core, wasm, "--profile", out).status, 0);
    const profile = Profile.decode(gunzipSync(readFileSync(out)));
    const goroutines = stacks.match(/^goroutine /gm)!.length;
    assert.equal(profile.sample.reduce((sum, s) => sum + Number(s.value[0]), 0), goroutines);
    const text = (n: number | bigint) => profile.stringTable.strings[Number(n)]!;
    assert.deepEqual(profile.sample.flatMap((s) => s.label.map((l) => [text(l.key), text(l.str)])), [["tenant", "a"]]);
  });

  it("writes the profiles that the program has made, and names those that there are", () => {
    const out = join(tmp, "core.pb.gz");
    assert.equal(gopark("core", core, wasm, "--profile", `crash/locks=${out}`).status, 0);
    const profile = Profile.decode(gunzipSync(readFileSync(out)));
    assert.equal(profile.stringTable.strings[Number(profile.sampleType[0]!.type)], "crash/locks");
    assert.deepEqual(profile.sample.map((s) => Number(s.value[0])), [1]);
    const { status, stdout, stderr } = gopark("core", core, wasm, "--profile", `crash=${out}`);
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, /core has no profile "crash": there are goroutine, heap, allocs, threadcreate, block, mutex, crash\/locks$/m);
  });

  it("writes the execution trace with --trace, if there is one", async () => {
    const traced = await build(`${GUEST}/traced.ts`);
    const { trap, memory } = runInProcess(readFileSync(traced));
    assert.match(trap, /out of bounds/);
    const [file, out] = [join(tmp, "traced.core"), join(tmp, "trace.json")];
    writeFileSync(file, writeCore(memory.buffer as ArrayBuffer));
    assert.equal(gopark("core", file, traced, "--trace", out).status, 0);
    const { traceEvents } = JSON.parse(readFileSync(out, "utf8")) as { traceEvents: { ph: string; name: string; args?: { message?: string } }[] };
    const waits = traceEvents.filter((e) => e.ph === "X" && /^(chan receive|sleep)$/.test(e.name)).map((e) => e.name).sort();
    assert.deepEqual(waits, ["chan receive", "sleep"]);
    assert.equal(traceEvents.find((e) => e.name === "state")?.args?.message, "got 1");
    const none = gopark("core", core, wasm, "--trace", out);
    assert.equal(none.status, 2);
    assert.match(none.stderr, /core has no execution trace: the program has not called trace\.start/);
  });

  it("reads the core that wasmtime writes", { skip: noCommand }, async () => {
    assert.ok(command, "the command wasmtime is missing");
    const file = join(tmp, "real.core");
    const dump = (app: string, ...args: string[]) =>
      spawnSync(command, ["run", "-D", `coredump=${file}`, app, ...args], { encoding: "utf8" }).stderr;
    assert.match(dump(wasm), /core dumped at/);
    assert.equal(gopark("core", file, wasm).stdout, stacks);
    const leak = await build(`${GUEST}/leak.ts`);
    assert.match(dump(leak, "collect"), /core dumped at/);
    const out = join(tmp, "real.pb.gz");
    const { stdout } = gopark("core", file, leak, "--memstats", "--profile", `heap=${out}`);
    assert.match(stdout, /^goroutine 1 \[running\]:\nleak\.look\(\.\.\.\)\n.*leak\.ts:34\n(.*\n)*# NumGC = 1$/m);
    assert.deepEqual(samplesOf(out, "leak.login"), [150, 4800, 100, 3200]);
  });

  it("refuses a truncated core, a foreign one, and a program of another build", async () => {
    const other = await build(`${GUEST}/idle.ts`);
    const whole = readFileSync(core);
    const write = (name: string, data: Uint8Array) => (writeFileSync(join(tmp, name), data), join(tmp, name));
    const cases = [
      { file: write("cut", whole.subarray(0, whole.length / 2)), app: wasm, want: /cut: truncated: \d+ bytes at \d+ end past its \d+$/ },
      { file: write("foreign", writeCore(new ArrayBuffer(20 * 65536))), app: wasm, want: /foreign: the memory is not that of a gopark program$/ },
      { file: write("small", writeCore(new ArrayBuffer(65536))), app: wasm, want: /small: the memory is not that of a gopark program$/ },
      { file: wasm, app: wasm, want: /crash\.wasm is a WebAssembly module, but not a core dump \(it has no core section\)$/ },
      { file: "README.md", app: wasm, want: /README\.md is not a WebAssembly core dump$/ },
      { file: core, app: other, want: /core is of build [0-9a-f]{40}, .*idle\.wasm is build [0-9a-f]{40}$/ },
      { file: core, app: core, want: /it is not a gopark program, or was stripped$/ },
      { file: join(tmp, "none"), app: wasm, want: /cannot read .*none: ENOENT: no such file or directory$/ },
    ];
    for (const { file, app, want } of cases) {
      const { status, stdout, stderr } = gopark("core", file, app);
      assert.match(stderr.trimEnd(), want);
      assert.deepEqual([status, stdout], [2, ""]);
    }
  });
});

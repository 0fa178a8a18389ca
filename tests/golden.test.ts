// SPDX-License-Identifier: MIT
/**
 * What programs print and write, read by Go's own tools and by libraries that Go's users have.
 *
 * Go is needed. Without it the tests are skipped, unless CI is set: then they fail.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { compile, packageRoot } from "../host/cli/compile.ts";
import { MockPlatform } from "../host/adapter/mock.ts";
import { node } from "../host/adapter/node.ts";
import { load, ProgramError } from "../host/index.ts";
import { PROFILE_KINDS } from "../host/instance/app.ts";
import { load as loadOn } from "../host/instance/instantiate.ts";
import { nodeWasi } from "./run/engines.ts";
import { build } from "./run/prog.ts";
import { runInProcess, writeCore } from "./run/wasicore.ts";

process.chdir(packageRoot());

const missing = spawnSync("go", ["version"]).status !== 0;
const skip = missing && !process.env.CI && "there is no Go here";
const TESTS = ["TestPanicparse", "TestGostackparse", "TestNames", "TestProfile", "TestDebug1", "TestHeap", "TestHeapText", "TestLabels", "TestBlock", "TestHeaders"];

describe("Go reads", { skip }, () => {
  const dir = mkdtempSync(join(tmpdir(), "gopark-golden-"));
  const write = (name: string, data: string | Uint8Array) => writeFileSync(join(dir, name), data);
  after(() => rmSync(dir, { recursive: true }));

  const go = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync("go", args, {
      cwd: "tests/golden/go",
      encoding: "utf8",
      env: { ...process.env, GOLDEN: dir, GOFLAGS: "-mod=readonly", GOTOOLCHAIN: "local" },
    });
    return { status, stdout, stderr };
  };

  before(async () => {
    assert.ok(!missing, "Go is missing");
    const module = await build("tests/golden/waits.ts", "-O3");
    const work = (ms: number) => { for (const end = performance.now() + ms; performance.now() < end;); };
    const quiet = { name: "waits.wasm", stderr: () => {} };
    const app = await load(module, quiet);
    await app.exports.start();
    write("stack.txt", app.runtime.stack());
    write("goroutine.pb.gz", await app.pprof.profile("goroutine"));
    write("goroutine.txt", await app.pprof.text("goroutine", 1));
    const heap = await load(await build("tests/golden/heap.ts", "-O3"), { name: "heap.wasm", stderr: () => {} });
    await heap.exports.work!();
    write("heap.pb.gz", await heap.pprof.profile("heap", { gc: true }));
    write("allocs.pb.gz", await heap.pprof.profile("allocs"));
    write("heap.txt", await heap.pprof.text("heap"));
    const profiles = await load(await build("tests/golden/profiles.ts", "-O3"), { name: "profiles.wasm", stderr: () => {}, imports: { test: { work } } });
    await profiles.exports.labelled!();
    write("labels.pb.gz", await profiles.pprof.profile("goroutine"));
    write("labels.txt", await profiles.pprof.text("goroutine"));
    const leaks = await load(await build("tests/golden/profiles.ts", "-O3"), { name: "profiles.wasm", stderr: () => {}, imports: { test: { work } } });
    await leaks.exports.leaks!();
    write("goroutineleak.pb.gz", await leaks.pprof.profile("goroutineleak"));
    write("leaked.txt", leaks.runtime.stack());
    await profiles.pprof.startCPUProfile();
    await profiles.exports.computes!();
    write("cpu.pb.gz", await profiles.pprof.stopCPUProfile());
    await profiles.exports.session!();
    write("sessions.pb.gz", await profiles.pprof.profile("app.sessions"));
    await profiles.exports.contends!();
    for (const kind of ["block", "mutex"] as const) {
      write(`${kind}.pb.gz`, await profiles.pprof.profile(kind));
      write(`${kind}.txt`, await profiles.pprof.text(kind));
    }
    await writePostmortem();
    await writeHeaders("waited.txt", false, 0);
    await writeHeaders("labelled.txt", true, 0);
    await writeHeaders("ancestors.txt", false, 3);
    write("panic.txt", await dumpOf(app.exports.panics()));
    write("trap.txt", await dumpOf((await load(module, quiet)).exports.traps(-16)));
    write("deadlock.txt", await dumpOf((await loadOn(module, quiet, { ...node, alone: true })).run()));
    write("deep.txt", await dumpOf((await load(module, quiet)).exports.sinks(300)));
  });

  /** A dump after minutes of waiting, behind a search for leaks. */
  const writeHeaders = async (name: string, labels: boolean, ancestors: number) => {
    const mock = new MockPlatform();
    const app = await loadOn(await build("tests/golden/headers.ts", "-O3"), { name: "headers.wasm" }, mock);
    await mock.drive(app.exports.start!(labels, ancestors));
    app.runtime.goroutineLeakProfile();
    mock.elapse(150_000);
    write(name, app.runtime.stack());
  };

  it("the function that traps, though it calls nothing", async () => {
    const app = await load(await build("tests/golden/waits.ts", "-O3"), { stderr: () => {} });
    assert.match(await dumpOf(app.exports.leaf(-16)), /\[running\]:\nwaits\.leaf\(\.\.\.\)\n/);
  });

  for (const name of TESTS) {
    it(`go test -run ${name}`, () => {
      const { status, stdout, stderr } = go("test", "-count=1", "-run", `^${name}$`, ".");
      assert.equal(status, 0, stdout + stderr);
      assert.match(stdout, /^ok/);
    });
  }

  it("the dumps with goleak's parser", () => {
    const listed = go("mod", "download", "-json", "go.uber.org/goleak");
    assert.equal(listed.status, 0, listed.stdout + listed.stderr);
    // It is internal to its module, so it is read from there with our test beside it.
    const at = join(dir, "goleak");
    mkdirSync(at);
    const { Dir: from } = JSON.parse(listed.stdout) as { Dir: string };
    for (const file of ["scan.go", "stacks.go"]) copyFileSync(join(from, "internal/stack", file), join(at, file));
    copyFileSync("tests/golden/goleak/parse_test.go", join(at, "parse_test.go"));
    writeFileSync(join(at, "go.mod"), "module stack\n\ngo 1.20\n");
    const { status, stdout, stderr } = spawnSync("go", ["test", "-count=1", "."], { cwd: at, encoding: "utf8", env: { ...process.env, GOLDEN: dir, GOTOOLCHAIN: "local" } });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^ok/);
  });

  it("the goroutine profile with go tool pprof -top, without a warning", () => {
    const { status, stdout, stderr } = go("tool", "pprof", "-top", join(dir, "goroutine.pb.gz"));
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, /^File: waits\.wasm\nBuild ID: \w+\nType: goroutine\n/);
    assert.match(stdout, /Showing nodes accounting for 16, 100% of 16 total/);
    assert.match(stdout, /^ +3 18\.75% .* waits\.worker$/m);
  });

  it("its stacks with -traces, innermost first", () => {
    const { stdout, stderr } = go("tool", "pprof", "-traces", join(dir, "goroutine.pb.gz"));
    assert.equal(stderr, "");
    assert.match(stdout, /^ +1 +waits\.deep\n( +waits\.deep\n){5}-/m);
    assert.match(stdout, /^ +1 +waits\.Server#get:port\n +waits\.Server\.serve\n +waits\.start\.func\d\n-/m);
  });

  /** The heap of a WASI command, out of its snapshot and out of its core. */
  const writePostmortem = async () => {
    const wasm = join(dir, "leak.wasm");
    const outputs = await compile("tests/runtime/wasi/guest/leak.ts", wasm, "wasi", ["-O3"]);
    write("leak.wasm", outputs!.get(wasm)!);
    const env = { GOPARK_PROFILE: "heap=leak.snap" };
    assert.equal(nodeWasi.run(wasm, [{ args: ["return"], env, dir }])[0]!.status, 0);
    write("leak.core", writeCore(runInProcess(readFileSync(wasm), ["collect"]).memory.buffer as ArrayBuffer));
    for (const args of [
      ["pprof", join(dir, "leak.snap"), "heap", "-o", join(dir, "snapshot.pb.gz")],
      ["core", join(dir, "leak.core"), wasm, "--profile", `heap=${join(dir, "core.pb.gz")}`],
    ]) assert.equal(spawnSync(process.execPath, ["build/host/cli/main.js", ...args]).status, 0);
  };

  for (const file of ["snapshot.pb.gz", "core.pb.gz"]) {
    it(`the heap of a WASI command in ${file} with go tool pprof -top`, () => {
      const { status, stdout, stderr } = go("tool", "pprof", "-top", "-lines", "-unit=B", "-nodefraction=0", join(dir, file));
      assert.deepEqual([status, stderr], [0, ""]);
      assert.match(stdout, /^File: leak\.wasm\nBuild ID: \w+\nType: inuse_space\nTime: /);
      assert.match(stdout, /^ +3200B .* leak\.login tests\/runtime\/wasi\/guest\/leak\.ts:16$/m);
    });
  }

  const heapTops = [
    { file: "heap.pb.gz", flags: [], type: "inuse_space", build: "3200B" },
    { file: "heap.pb.gz", flags: ["-sample_index=inuse_objects"], type: "inuse_objects", build: "100B?" },
    { file: "heap.pb.gz", flags: ["-sample_index=alloc_objects"], type: "alloc_objects", build: "150B?" },
    { file: "allocs.pb.gz", flags: [], type: "alloc_space", build: "4800B" },
  ];
  for (const { file, flags, type, build: want } of heapTops) {
    it(`${file} with go tool pprof -top ${flags.join(" ")}: ${type} at the line that says new`, () => {
      const args = ["tool", "pprof", "-top", "-lines", "-unit=B", "-nodefraction=0", ...flags, join(dir, file)];
      const { status, stdout, stderr } = go(...args);
      assert.deepEqual([status, stderr], [0, ""]);
      assert.match(stdout, new RegExp(`^Type: ${type}$`, "m"));
      assert.match(stdout, new RegExp(`^ +${want} .* heap\\.build tests/golden/heap\\.ts:12$`, "m"));
    });
  }

  it("the labels of goroutines with -tags", () => {
    const { status, stdout, stderr } = go("tool", "pprof", "-tags", join(dir, "labels.pb.gz"));
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, /shard: Total 2[^]*2 \(.*\): 7/);
  });

  for (const kind of ["block", "mutex"]) {
    it(`the ${kind} profile with -top, as a delay`, () => {
      const { status, stdout, stderr } = go("tool", "pprof", "-top", join(dir, `${kind}.pb.gz`));
      assert.deepEqual([status, stderr], [0, ""]);
      assert.match(stdout, /^Type: delay$/m);
      assert.match(stdout, /[mu]s .* profiles\.(locks|holds)$/m);
    });
  }

  it("the goroutineleak profile with -top", () => {
    const { status, stdout, stderr } = go("tool", "pprof", "-top", join(dir, "goroutineleak.pb.gz"));
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, /^Type: goroutineleak$/m);
    assert.match(stdout, /^ +3 +100% .* profiles\.forgotten$/m);
  });

  it("a profile of the program's own with -top", () => {
    const { status, stdout, stderr } = go("tool", "pprof", "-top", join(dir, "sessions.pb.gz"));
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, /^Type: app\.sessions$/m);
    assert.match(stdout, /^ +3 +100% .* profiles\.session$/m);
  });

  it("the CPU profile with -top, labels and comment included", () => {
    const { status, stdout, stderr } = go("tool", "pprof", "-top", join(dir, "cpu.pb.gz"));
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, /^Type: cpu$/m);
    assert.match(stdout, /^ .*ms .* profiles\.busier$/m);
    assert.match(go("tool", "pprof", "-tags", join(dir, "cpu.pb.gz")).stdout, /who: Total .*ms[^]*busier/);
    assert.match(go("tool", "pprof", "-comments", join(dir, "cpu.pb.gz")).stdout, /^sampled where goroutines park/);
  });

  it("its files and lines with -raw and -list", () => {
    const raw = go("tool", "pprof", "-raw", join(dir, "goroutine.pb.gz")).stdout;
    assert.match(raw, /waits\.worker tests\/golden\/waits\.ts:16/);
    assert.match(raw, /queue\.Queue<.*>#take tests\/golden\/queue\.ts:9/);
    assert.match(raw, /waits\.wasm .*\[FN\]/);
  });
});

/** What scrapers fetch that nobody has configured; an interval's length is a second here. */
const SCRAPES = {
  "Pyroscope (Alloy)": ["allocs", "block", "goroutine", "mutex", "profile?seconds=1"],
  "Parca": ["allocs", "block", "goroutine", "mutex", "profile?seconds=1"],
};

describe("Go reads a running program", { skip }, () => {
  let child: ChildProcess;
  let url: string;
  before(async () => {
    child = spawn(process.execPath, ["build/host/cli/main.js", "run", "tests/golden/serving.ts", "--http", "127.0.0.1:0"], { stdio: ["ignore", "inherit", "pipe"] });
    url = await new Promise((said, failed) => {
      child.stderr!.on("data", (chunk: Buffer) => {
        const found = /serving (.*)\n/.exec(String(chunk));
        if (found) said(`${found[1]}pprof`);
      });
      child.on("close", () => failed(new Error("the program has ended")));
    });
    while (!/worker/.test(await (await fetch(`${url}/goroutine?debug=1`)).text()));
  });
  after(() => void child.kill());

  const pprof = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync("go", ["tool", "pprof", "-raw", ...args], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout;
  };

  it("go tool pprof -raw …/heap", () => {
    const raw = pprof(`${url}/heap`);
    assert.match(raw, /^PeriodType: space bytes\nPeriod: 524288\n/);
    assert.match(raw, /serving\.worker/);
    assert.match(raw, /serving\.wasm .*\[FN\]/);
  });

  it("go tool pprof -seconds 1 …/goroutine, a delta with its duration", () => {
    assert.match(pprof("-seconds", "1", `${url}/goroutine`), /^Duration: 1(\.\d+)?s?/m);
  });

  it("go tool pprof -symbolize=remote …/goroutine", () => {
    assert.match(pprof("-symbolize=remote", `${url}/goroutine`), /serving\.worker/);
  });

  it("go tool pprof shows what the endpoint says is wrong", () => {
    const { status, stderr } = spawnSync("go", ["tool", "pprof", "-raw", `${url}/nothing`], { encoding: "utf8" });
    assert.notEqual(status, 0);
    assert.match(stderr, /404.*\n?.*Unknown profile/);
  });

  for (const [scraper, paths] of Object.entries(SCRAPES)) {
    it(`the profiles that ${scraper} fetches by itself`, async () => {
      for (const path of paths.filter((p) => (PROFILE_KINDS as readonly string[]).includes(p.replace(/\?.*/, "")))) {
        const response = await fetch(`${url}/${path}`);
        assert.equal(response.status, 200, path);
        const file = join(mkdtempSync(join(tmpdir(), "gopark-scrape-")), "scraped");
        writeFileSync(file, new Uint8Array(await response.arrayBuffer()));
        assert.match(pprof(file), /^PeriodType: /m);
        rmSync(dirname(file), { recursive: true });
      }
    });
  }
});

/** What a call's program died with. */
async function dumpOf(call: Promise<unknown>): Promise<string> {
  const error = await call.catch((e: unknown) => e);
  if (!(error instanceof ProgramError)) throw error ?? new Error("it came back alive");
  return error.dump;
}

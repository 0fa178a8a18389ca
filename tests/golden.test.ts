// SPDX-License-Identifier: MIT
/**
 * What programs print and write, read by Go's own tools and by libraries that Go's users have.
 *
 * Go is needed. Without it the tests are skipped, unless CI is set: then they fail.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { packageRoot } from "../host/cli/compile.ts";
import { load, ProgramError } from "../host/index.ts";
import { build } from "./run/prog.ts";

process.chdir(packageRoot());

const missing = spawnSync("go", ["version"]).status !== 0;
const skip = missing && !process.env.CI && "there is no Go here";
const TESTS = ["TestPanicparse", "TestGostackparse", "TestNames", "TestProfile", "TestDebug1"];

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
    const quiet = { name: "waits.wasm", stderr: () => {} };
    const app = await load(module, quiet);
    await app.exports.start();
    write("stack.txt", app.runtime.stack());
    write("goroutine.pb.gz", await app.pprof.profile("goroutine"));
    write("goroutine.txt", await app.pprof.text("goroutine", 1));
    write("panic.txt", await dumpOf(app.exports.panics()));
    write("trap.txt", await dumpOf((await load(module, quiet)).exports.traps(-16)));
    write("deadlock.txt", await dumpOf((await load(module, quiet)).run()));
    write("deep.txt", await dumpOf((await load(module, quiet)).exports.sinks(300)));
  });

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

  it("its files and lines with -raw and -list", () => {
    const raw = go("tool", "pprof", "-raw", join(dir, "goroutine.pb.gz")).stdout;
    assert.match(raw, /waits\.worker tests\/golden\/waits\.ts:16/);
    assert.match(raw, /queue\.Queue<.*>#take tests\/golden\/queue\.ts:9/);
    assert.match(raw, /waits\.wasm .*\[FN\]/);
  });
});

/** What a call's program died with. */
async function dumpOf(call: Promise<unknown>): Promise<string> {
  const error = await call.catch((e: unknown) => e);
  if (!(error instanceof ProgramError)) throw error ?? new Error("it came back alive");
  return error.dump;
}

// SPDX-License-Identifier: MIT
/**
 * What is wrong with a file, in the same words on each host and under each WASI engine.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { compile, packageRoot } from "../../../host/cli/compile.ts";
import { findWasmtime, nodeWasi } from "../../run/engines.ts";
import { missing, RUNTIMES } from "../../run/platforms.ts";

process.chdir(packageRoot());

const root = mkdtempSync(join(tmpdir(), "gopark-errno-"));
const dir = join(root, "files");
after(() => rmSync(root, { recursive: true }));

const long = "x".repeat(300);
const tests = [
  { call: "readFile", path: "none", want: "open none: no such file or directory" },
  { call: "readFile", path: "", want: "open : no such file or directory" },
  { call: "readFile", path: "sub", want: "read sub: is a directory" },
  { call: "readFile", path: "sub/", want: "read sub/: is a directory" },
  { call: "readFile", path: "file/x", want: "open file/x: not a directory" },
  { call: "readFile", path: "loop", want: "open loop: too many levels of symbolic links" },
  { call: "readFile", path: long, want: `open ${long}: file name too long` },
  { call: "writeFile", path: "sub", want: "open sub: is a directory" },
  { call: "writeFile", path: "none/x", want: "open none/x: no such file or directory" },
  { call: "readDir", path: "none", want: "open none: no such file or directory" },
  { call: "readDir", path: "file", want: "open file: not a directory" },
  { call: "walkDir", path: "none", want: "open none: no such file or directory" },
  { call: "walkDir", path: "file", want: "open file: not a directory" },
];

before(() => {
  mkdirSync(join(dir, "sub"), { recursive: true });
  writeFileSync(join(dir, "file"), "");
  symlinkSync("loop", join(dir, "loop"));
});

for (const runtime of RUNTIMES) {
  it(`hostCalls on ${runtime.name}`, { skip: missing(runtime) }, () => {
    const script = join(root, `${runtime.entry}.mjs`);
    writeFileSync(script, `import { hostCalls } from ${JSON.stringify(resolve(`build/host/${runtime.entry}.js`))};
for (const { call, path } of ${JSON.stringify(tests)}) console.log(await hostCalls[call](path, call === "writeFile" ? "x" : undefined).then(() => "worked", (e) => e.message));\n`);
    const [command, ...args] = runtime.command;
    const { stdout, stderr } = spawnSync(command!.includes("/") ? resolve(command!) : command!, [...args, script], { cwd: dir, encoding: "utf8" });
    assert.deepEqual([stdout.trimEnd().split("\n"), stderr], [tests.map(({ want }) => want), ""]);
  });
}

describe("a WASI command", () => {
  const wasm = join(root, "errno.wasm");
  before(async () => {
    const outputs = await compile("tests/runtime/wasi/guest/errno.ts", wasm, "wasi", ["-O1"]);
    writeFileSync(wasm, outputs!.get(wasm)!);
  });
  for (const [title, engine] of [["wasmtime", findWasmtime()], ["node:wasi", nodeWasi]] as const) {
    it(`under ${title}`, { skip: !engine && !process.env.CI && "there is no wasmtime here" }, () => {
      const results = engine!.run(wasm, tests.map(({ call, path }) => ({ args: [call, path], dir })));
      assert.deepEqual(results.map(({ output }) => output.split("\n")[0]), tests.map(({ want }) => `panic: ${want}`));
    });
  }
});

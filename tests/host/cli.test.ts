// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../host/cli/main.js", import.meta.url));

/** Runs the command as a user does, by its built file. */
function gopark(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

const mistakes = [
  { args: ["frob"], want: 'no command "frob": there are build, run, pprof' },
  { args: ["build"], want: "missing FILE.ts" },
  { args: ["build", "x.txt"], want: "x.txt is not a .ts file" },
  { args: ["build", "nope.ts"], want: "cannot read nope.ts: no such file" },
  { args: ["build", "x.ts", "--target", "wasi"], want: 'no target "wasi": there are release and debug' },
  { args: ["run", "a.ts", "b"], want: 'unexpected argument "b" (a program\'s own go behind --)' },
  { args: ["run", "nope.wasm"], want: "cannot read nope.wasm: ENOENT: no such file or directory" },
  { args: ["run", "--frob", "x.ts"], want: "Unknown option '--frob'" },
  { args: ["run", "x.ts", "--profile", "goroutine"], want: "--profile goroutine: want KIND=OUT" },
  { args: ["run", "x.ts", "--profile", "heap=o"], want: 'no profile "heap": there are goroutine and threadcreate' },
  { args: ["pprof", "x.wasm"], want: "missing KIND" },
  { args: ["pprof", "x.wasm", "goroutine", "--after", "soon"], want: "--after soon: want milliseconds" },
];

for (const { args, want } of mistakes) {
  test(`gopark ${args.join(" ")}: one line and status 1`, () => {
    assert.deepEqual(gopark(...args), { status: 1, stdout: "", stderr: `gopark: ${want}\n` });
  });
}

test("gopark --help, --version and COMMAND --help print to standard output", () => {
  for (const args of [["--help"], ["--version"], ["build", "--help"], ["run", "--help"], ["pprof", "-h"]]) {
    const { status, stdout, stderr } = gopark(...args);
    assert.equal(status, 0, args.join(" "));
    assert.match(stdout, /^(usage: gopark |gopark \d+\.\d+\.\d+\n$)/);
    assert.equal(stderr, "");
  }
  assert.equal(gopark().status, 1);
});

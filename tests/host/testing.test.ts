// SPDX-License-Identifier: MIT
/** gopark test: the words, what it prints, and its exit status. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../../host/cli/compile.ts";
import { settled } from "../run/specs.ts";

const MAIN = fileURLToPath(new URL("../../host/cli/main.js", import.meta.url));
const SPECS = "tests/host/guest/specs";

/** Runs the command; asc's colours are off. */
function gopark(args: readonly string[], cwd = packageRoot()) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, "test", ...args], { cwd, encoding: "utf8", env: { ...process.env, CI: undefined } });
  return { status, stdout, stderr };
}

for (const target of ["debug", "release"]) {
  test(`gopark test: every word does what it says, ${target}`, () => {
    const { status, stdout, stderr } = gopark([`${SPECS}/words.spec.ts`, "--target", target]);
    assert.deepEqual([status, stderr], [0, ""], stdout);
    assert.doesNotMatch(stdout, /nobody sees\n.*to standard|seed/);
    assert.match(stdout, /^tests\/host\/guest\/specs\/words\.spec\.ts\n {2}ok {6}a test finds module level as it is written\n/);
    assert.match(stdout, /\n {2}todo {4}an idea\n {2}todo {4}another\n {2}todo {4}a third\n\n3 todo\n18 passed, 0 failed\n$/);
  });
}

test("gopark test: each way to fail is told with Go's dump, and the others run on", () => {
  const { status, stdout } = gopark([`${SPECS}/fails.spec.ts`, "--timeout", "2", "--seed", "5"]);
  assert.deepEqual([settled(stdout), status], [readFileSync(join(packageRoot(), SPECS, "fails.txt"), "utf8"), 1]);
});

test("gopark test: a spec that cannot be run is one failure, and the others run on", () => {
  const { status, stdout, stderr } = gopark([`${SPECS}/deep`, "--seed", "5"]);
  assert.equal(status, 1);
  const told = (name: string, text: string) => assert.ok(stdout.includes(`${SPECS}/deep/${name}.spec.ts\n  FAILED  ${text}\n`), stdout);
  told("level", "its module level\n          panic: at module level\n\n          runtime stack:\n          level.spec.init(...)");
  told("missing", 'its module level\n          missing import app.shout(): void: pass it as options.imports.app.shout of load(); gopark test has module "host" only');
  told("none", "it has no tests");
  told("wrong", "it does not compile");
  assert.match(stdout, /\nseed 5\n0 passed, 4 failed\n$/);
  assert.match(stderr, /ERROR TS2322: .*\n(.*\n)*.*wrong\.spec\.ts\(5,\d+\)/);
});

test("gopark test: --verbose shows what passes prints, --filter chooses by the names of groups too", () => {
  const { status, stdout } = gopark([`${SPECS}/words.spec.ts`, "-v", "-t", "a test prints"]);
  assert.deepEqual([stdout, status], [
    `${SPECS}/words.spec.ts\n  ok      a test prints what nobody sees\n          to standard error\n          to standard output\n\n1 passed, 0 failed\n`, 0,
  ]);
});

describe("gopark test finds specs", () => {
  const root = mkdtempSync(join(tmpdir(), "gopark-specs-"));
  after(() => rmSync(root, { recursive: true }));
  const spec = 'import { it } from "gopark/test";\nit("is", () => {});\n';
  for (const file of ["a.spec.ts", "a.ts", "src/b.spec.ts", "src/deep/c.spec.ts", "src/b+.check.ts", "node_modules/p/d.spec.ts", ".git/e.spec.ts", "build/f.spec.ts"]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), spec);
  }
  const all = ["a.spec.ts", "src/b.spec.ts", "src/deep/c.spec.ts"];
  const cases = [
    { name: "here and below, without being asked", args: [], want: all },
    { name: "in a folder", args: ["src"], want: all.slice(1) },
    { name: "by a pattern", args: ["src/**/*.spec.ts"], want: all.slice(1) },
    { name: "by one of several parts, in this folder only", args: ["{a,src/*}.spec.ts"], want: all.slice(0, 2) },
    { name: "by their own names, each once", args: ["src/b+.check.ts", "./a.spec.ts", "a.spec.ts"], want: ["a.spec.ts", "src/b+.check.ts"] },
  ];
  for (const { name, args, want } of cases) {
    test(name, () => {
      const { status, stdout } = gopark(args, root);
      assert.deepEqual([stdout.match(/^\S+\.ts$/gm), status], [want, 0]);
    });
  }
});

const mistakes = [
  { args: ["nope"], want: 'no spec matches "nope"' },
  { args: ["nope/**/*.spec.ts"], want: 'no spec matches "nope/**/*.spec.ts"' },
  { args: ["--frob"], want: "Unknown option '--frob'" },
  { args: ["--target", "wasi"], want: 'no target "wasi": there are debug, release' },
  { args: ["--timeout", "soon"], want: "--timeout soon: want a number" },
];
for (const { args, want } of mistakes) {
  test(`gopark test ${args.join(" ")}: one line and status 1`, () => {
    assert.deepEqual(gopark(args), { status: 1, stdout: "", stderr: `gopark: ${want}\n` });
  });
}

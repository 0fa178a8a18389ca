// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../host/cli/main.js", import.meta.url));

const dir = mkdtempSync(join(tmpdir(), "gopark-go-"));
after(() => rmSync(dir, { recursive: true }));

/** What asc says of a program with that statement. */
function complaint(statement: string): string {
  const file = join(dir, "wrong.ts");
  writeFileSync(file, `import { go, time, WaitGroup } from "gopark/assembly";
    function none(): void {}
    function two(a: i32, b: i32): void {}
    function optional(a: i32, b: i32 = 7): void {}
    export function main(): void { ${statement} }`);
  const env = { ...process.env, CI: undefined }; // with CI set asc prints in colours
  const { status, stderr } = spawnSync(process.execPath, [MAIN, "build", file], { encoding: "utf8", env });
  assert.equal(status, 1, stderr);
  return /^ERROR .*/m.exec(stderr)?.[0] ?? stderr;
}

const tests = [
  { statement: "go(two, 1);", want: "ERROR TS2554: Expected 2 arguments, but got 1." },
  { statement: "go(optional);", want: "ERROR TS2555: Expected at least 1 arguments, but got 0." },
  { statement: "new WaitGroup().go(two);", want: "ERROR TS2554: Expected 2 arguments, but got 0." },
  { statement: "time.afterFunc(1, two, 1);", want: "ERROR TS2554: Expected 2 arguments, but got 1." },
  { statement: "go(none, 1);", want: 'ERROR AS102: User-defined: "go: more arguments than the function takes"' },
  { statement: "new WaitGroup().go(none, 1);", want: 'ERROR AS102: User-defined: "go: more arguments than the function takes"' },
  { statement: "time.afterFunc(1, optional, 1, 2, 3);", want: 'ERROR AS102: User-defined: "go: more arguments than the function takes"' },
];

for (const { statement, want } of tests) {
  test(`${statement} does not compile`, () => assert.equal(complaint(statement), want));
}

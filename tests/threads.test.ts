// SPDX-License-Identifier: MIT
/** Programs of tests/prog print the same when they are built with --target threads. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../host/cli/compile.ts";
import { build, readProg, runCases, SHARED } from "./run/prog.ts";

process.chdir(packageRoot()); // file names in stacks are paths from here

const names = process.env.PROG?.split(",") ?? ["chanfifo", "select", "gcparked", "fatals", "hostcalls", "customprofile", "blockprofile"];

for (const name of names) {
  test(`${name} prints ${name}.txt in shared memory`, async () => {
    const prog = await readProg(join("tests/prog", `${name}.ts`));
    assert.equal(await runCases(await build(prog.file, "-O3", [...prog.flags, ...SHARED]), prog.cases), prog.want);
  });
}

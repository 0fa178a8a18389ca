// SPDX-License-Identifier: MIT
/**
 * Whole programs and what they print: tests/prog/X.ts prints X.txt, optimized or not.
 *
 * PROG=name,name runs only those; UPDATE=1 writes down what the -O0 build prints.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { packageRoot } from "../host/cli/compile.ts";
import { node } from "../host/adapter/node.ts";
import { ProgramError } from "../host/index.ts";
import { loader } from "../host/instance/loader.ts";
import { runner } from "./run/cases.ts";
import { build, LEVELS, readProg, runCases, TRAPS } from "./run/prog.ts";

process.chdir(packageRoot()); // file names in stacks are paths from here

const DIR = "tests/prog";
const wanted = process.env.PROG?.split(",");
const names = readdirSync(DIR).filter((name) => name.endsWith(".ts")).map((name) => name.slice(0, -3));
const driven = ["exports"]; // by tests of their own

/** This engine, but for offsets in the module. */
const platform = { ...node, stackOf: (error: Error) => error.stack?.replace(/:0x[0-9a-f]+/g, "") };
const runWithoutOffsets = runner({ load: loader(platform), ProgramError });

for (const name of names.filter((n) => wanted?.includes(n) ?? !driven.includes(n))) {
  const prog = await readProg(join(DIR, `${name}.ts`));
  describe(`${name}: ${prog.fact}`, () => {
    for (const level of LEVELS) {
      it(`prints ${name}.txt when built with ${level}`, async () => {
        const got = await runCases(await build(prog.file, level, prog.flags), prog.cases);
        if (process.env.UPDATE && level === "-O0") await writeFile(`${DIR}/${name}.txt`, got);
        assert.equal(got, process.env.UPDATE ? (await readProg(prog.file)).want : prog.want);
      });
      if (name === "traps") it(`prints it where the engine names no offsets, when built with ${level} and for that`, async () => {
        assert.equal(await runWithoutOffsets(await build(prog.file, level, [...prog.flags, ...TRAPS]), prog.cases), prog.want);
      });
    }
  });
}

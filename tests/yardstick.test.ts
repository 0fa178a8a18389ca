// SPDX-License-Identifier: MIT
/**
 * AssemblyScript's own compiler tests pass with this runtime: programs that know nothing of it.
 *
 * FIXTURE=name,name chooses some.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../host/cli/compile.ts";
import { spread } from "./run/pool.ts";
import { EXCLUDED } from "./yardstick/excluded.ts";
import { BUILDS, type Job } from "./yardstick/fixture.ts";

process.chdir(packageRoot());

const WORKER = fileURLToPath(new URL("./yardstick/worker.js", import.meta.url));
const entries = JSON.parse(readFileSync("tests/yardstick/entries.json", "utf8")) as string[];
const wanted = process.env.FIXTURE?.split(",");
const names = entries.filter((name) => wanted?.includes(name) ?? !(name in EXCLUDED));
const builds = Object.keys(BUILDS) as Job["build"][];

describe("AssemblyScript's own tests", () => {
  for (const build of builds) {
    const results = spread<Job, true>(WORKER, names.map((name) => ({ name, build })));
    names.forEach((name, i) => it(`${name} passes with ${build}`, async () => assert.ok(await results[i])));
  }

  it("leaves out nothing that is not there", () => {
    assert.deepEqual(Object.keys(EXCLUDED).filter((name) => !entries.includes(name)), []);
  });
});

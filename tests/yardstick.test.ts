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
import { ALONE, EXCLUDED } from "./yardstick/excluded.ts";
import { BUILDS, isPlain, type Job } from "./yardstick/fixture.ts";

process.chdir(packageRoot());

const WORKER = fileURLToPath(new URL("./yardstick/worker.js", import.meta.url));
const A_MODULE = 12; // fixtures, where they do not come alone
const entries = JSON.parse(readFileSync("tests/yardstick/entries.json", "utf8")) as string[];
const wanted = process.env.FIXTURE?.split(",");
const names = entries.filter((name) => wanted?.includes(name) ?? !(name in EXCLUDED));

/** Each alone without optimisation; what allows it, together with others where a build takes long. */
function jobsOf(build: Job["build"]): Job[] {
  const together = build === "-O0" ? [] : names.filter(isPlain);
  const groups = Array.from({ length: Math.ceil(together.length / A_MODULE) }, (_, i) => together.slice(i * A_MODULE, (i + 1) * A_MODULE));
  for (const name of names) if (!together.includes(name)) groups.push([name]);
  return groups.map((group) => ({ names: group, build }));
}

describe("AssemblyScript's own tests", () => {
  const jobs = (Object.keys(BUILDS) as Job["build"][]).flatMap(jobsOf);
  const results = spread<Job, (string | null)[]>(WORKER, jobs);
  jobs.forEach((job, at) => job.names.forEach((name, i) => {
    it(`${name} passes with ${job.build}`, async () => assert.equal((await results[at]!)[i], null));
  }));

  it("lists nothing that is not there", () => {
    assert.deepEqual(Object.keys({ ...EXCLUDED, ...ALONE }).filter((name) => !entries.includes(name)), []);
  });
});

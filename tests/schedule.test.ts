// SPDX-License-Identifier: MIT
/**
 * Random programs do what a plain model of Go's runtime does, however they are built.
 *
 * SEED=n runs the program that n stands for alone; COUNT=n runs n of them. The sources are in
 * build/tests/schedule/programs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../host/cli/compile.ts";
import { spread } from "./run/pool.ts";
import { generate } from "./schedule/generate.ts";
import { BUILDS, type Job, write } from "./schedule/job.ts";
import { type Outcome, runModel } from "./schedule/model.ts";

process.chdir(packageRoot());

const A_MODULE = 6; // programs: most of a build's time is the runtime's
const SCHEDULES = 3; // of the model, to know that the result is no matter of luck
const WORKER = fileURLToPath(new URL("./schedule/worker.js", import.meta.url));

const first = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const count = Number(process.env.COUNT ?? (process.env.SEED ? 1 : 12));
const seeds = Array.from({ length: count }, (_, i) => first + i);
console.log(`SEED=${first}`);

/** What the model says. Throws when it depends on the schedule: that is a fault of the generator. */
function expected(seed: number): Outcome {
  const { javascript } = generate(seed);
  const outcomes = Array.from({ length: SCHEDULES }, (_, i) => runModel(javascript, seed + i));
  for (const other of outcomes) assert.deepEqual(other, outcomes[0], `SEED=${seed}: the model's schedules differ`);
  return outcomes[0]!;
}

const groups = Array.from({ length: Math.ceil(count / A_MODULE) }, (_, i) => seeds.slice(i * A_MODULE, (i + 1) * A_MODULE));
const builds = Object.keys(BUILDS) as Job["build"][];
const jobs = groups.flatMap((group) => {
  const file = write(group);
  return builds.map((build): Job => ({ file, seeds: group, build }));
});
const results = spread<Job, Outcome[]>(WORKER, jobs);

describe("random programs", () => {
  jobs.forEach((job, at) => {
    for (const [i, seed] of job.seeds.entries()) {
      it(`SEED=${seed}, built with ${job.build}, does what the model does`, async () => {
        const want = expected(seed);
        assert.deepEqual((await results[at]!)[i], want, `SEED=${seed}, ${job.build}`);
      });
    }
  });
});

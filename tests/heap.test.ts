// SPDX-License-Identifier: MIT
/**
 * Random work on the heap comes to the same on this runtime, by goroutines that park with what they
 * hold, as on asc's own runtime without any.
 *
 * SEED=n replays a run; COUNT=n has n drivers work, STEPS=n has each do n operations.
 *
 * @module
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../host/cli/compile.ts";
import { BUILDS, type Job, STOCK } from "./heap/job.ts";
import { spread } from "./run/pool.ts";

process.chdir(packageRoot());

const WORKER = fileURLToPath(new URL("./heap/worker.js", import.meta.url));
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const drivers = Number(process.env.COUNT ?? 4);
const steps = Number(process.env.STEPS ?? 600);
console.log(`SEED=${seed}`);

const builds = Object.keys(BUILDS) as (keyof typeof BUILDS)[];
const jobs = [STOCK, ...builds].map((build) => ({ build, seed, drivers, steps }) as Job);
const [stock, ...results] = spread<Job, string[][]>(WORKER, jobs);

describe("random work on the heap", () => {
  builds.forEach((build, i) => {
    it(`comes to the same with ${build} as with ${STOCK}`, async () => {
      const want = [...(await stock!)[0]!, "goroutines: 1"].sort();
      const runs = await results[i]!;
      runs.forEach((lines, run) => assert.deepEqual(lines, want, `SEED=${seed}, ${build}${run ? ", above 2 GiB" : ""}`));
    });
  });
});

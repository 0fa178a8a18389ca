// SPDX-License-Identifier: MIT
/**
 * Random programs come to the same, waiting in goroutines, however they are built, as on asc's own
 * runtime without any.
 *
 * SEED=n builds the program that n stands for in every way; COUNT=n has n programs, from SEED on, in
 * some ways each; BUILD=-Oz,shared only in those with such a word in their name. The sources are in
 * build/tests/fuzz/programs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../host/cli/compile.ts";
import { type Build, BUILDS, difference, type Job, type Outcome, sourceOf, STOCK, write } from "./fuzz/job.ts";
import { FAILED_ONCE } from "./fuzz/seeds.ts";
import { spread } from "./run/pool.ts";

process.chdir(packageRoot());

const WAYS = 4; // of building a program, of many
const WORKER = fileURLToPath(new URL("./fuzz/worker.js", import.meta.url));

interface Case {
  readonly seed: number;
  readonly builds: readonly Build[];
}

const first = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const count = Number(process.env.COUNT ?? (process.env.SEED ? 1 : 6));
const words = process.env.BUILD?.split(",");
const builds = (Object.keys(BUILDS) as Build[]).filter((build) => words?.some((word) => build.includes(word)) ?? true);
console.log(`SEED=${first}`);

/** All builds of one program; of many programs each has the next ones, so that all come up. */
function buildsOf(i: number): Build[] {
  if (count === 1 || builds.length <= WAYS) return builds;
  return Array.from({ length: WAYS }, (_, k) => builds[(i * WAYS + k) % builds.length]!);
}

const cases: Case[] = Array.from({ length: count }, (_, i) => ({ seed: first + i, builds: buildsOf(i) }));
if (process.env.SEED === undefined) cases.unshift(...FAILED_ONCE);
for (const { seed } of cases) write(seed);
const jobs = cases.flatMap(({ seed, builds }) => [STOCK, ...builds].map((build) => ({ seed, build }) as Job));
const results = spread<Job, Outcome>(WORKER, jobs);

describe("random programs", () => {
  let want: Promise<Outcome>;
  jobs.forEach(({ seed, build }, at) => {
    if (build === STOCK) return void (want = results[at]!);
    const stock = want;
    it(`SEED=${seed}, built with ${build}, comes to the same as with ${STOCK}`, async () => {
      const fault = difference(await stock, await results[at]!);
      if (fault) assert.fail(`SEED=${seed} BUILD="${build}", ${sourceOf(seed, "parked")}: ${fault}`);
    });
  });
});

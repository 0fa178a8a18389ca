// SPDX-License-Identifier: MIT
/**
 * The specs of tests/assembly, optimized or not. They see the runtime from inside.
 *
 * SPEC=chan,select runs only those files; SEED=n replays a run.
 *
 * @module
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { packageRoot } from "../host/cli/compile.ts";
import { buildSpecs } from "./run/spec.ts";

process.chdir(packageRoot());

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`SEED=${seed}`);

for (const target of ["debug", "release"] as const) {
  const specs = await buildSpecs(target, seed, process.env.SPEC?.split(","));
  const tests = await specs.list();
  describe(`specs, ${target}`, () => {
    for (const test of tests) {
      it(test.path.join(" "), async () => {
        const { failure } = await specs.run(test);
        if (failure !== null) assert.fail(failure);
      });
    }
  });
}

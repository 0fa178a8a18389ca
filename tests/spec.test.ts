// SPDX-License-Identifier: MIT
/**
 * The specs of tests/assembly, optimized or not. They see the runtime from inside.
 *
 * SPEC=chan,select runs only those files; SEED=n replays a run.
 *
 * @module
 */
import { describe, it } from "node:test";
import type { TestNode } from "@as-pect/core";
import { packageRoot } from "../host/cli/compile.ts";
import { buildSpecs, Specs } from "./run/spec.ts";

process.chdir(packageRoot());

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`SEED=${seed}`);

for (const target of ["debug", "release"] as const) {
  const specs = new Specs(await buildSpecs(target, process.env.SPEC?.split(",")), seed);
  const show = (node: TestNode): void => {
    for (const child of node.children) {
      if (child.children.length) describe(child.name, () => show(child));
      else it(child.name, () => specs.runTest(child));
    }
  };
  describe(`specs, ${target}`, () => show(specs.collect()));
}

// SPDX-License-Identifier: MIT
/**
 * Compiles the specs of tests/assembly, as `gopark test` does, with what they have beside its words: functions
 * that move the clock, and tell what was printed and what was freed.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import type { Target } from "../../host/cli/compile.ts";
import { buildSpec, Spec } from "../../host/cli/spec.ts";
import type { Stage } from "../../host/cli/stage.ts";
import type { Imports } from "../../host/index.ts";

const DIR = "tests/assembly";
const TIMEOUT = 60_000;

/** Compiles the specs of those names, or all, into one module. */
export async function buildSpecs(target: Target, seed: number, wanted?: readonly string[]): Promise<Spec> {
  const specs = readdirSync(DIR).filter((name) => name.endsWith(".spec.ts"));
  const chosen = specs.filter((name) => wanted?.includes(name.slice(0, -".spec.ts".length)) ?? true);
  const module = await buildSpec(chosen.map((name) => `${DIR}/${name}`), target);
  if (!module) throw new Error("the specs do not compile");
  return new Spec(module, "spec.wasm", { seed, timeout: TIMEOUT, imports: harness });
}

/** The host's side of tests/assembly/harness.ts, for one test. */
function harness(stage: Stage): Imports {
  const freed = new Map<number, number>();
  const count = (id: number) => freed.get(id) ?? 0;
  const spec = {
    finalize: (id: number) => void freed.set(id, count(id) + 1),
    finalized(id: number) {
      const n = count(id);
      freed.delete(id);
      return n;
    },
    elapse: (ns: number) => void (stage.now += ns),
    printed: () => stage.takeOutput(),
  };
  return { spec };
}

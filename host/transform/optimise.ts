// SPDX-License-Identifier: MIT
/**
 * Runs asc's own optimisation, as the user's -O flags ask for it, between marking and resolving.
 *
 * The passes are asc's, in asc's order, but for those that would join marked code, and those that
 * find nothing more: a hundred walks over the program are most of a build's time. What to leave out
 * was found by leaving out one at a time, then many: code does not grow, nor does it run longer.
 *
 * @module
 */

import type { Context } from "./binaryen.ts";

/** What this needs of asc's module. */
interface Optimizing {
  optimize(level: number, shrink: number, debugInfo: boolean, zeroFilledMemory: boolean): void;
  runPasses(passes: string[], func?: number): void;
}

export interface Levels {
  readonly optimizeLevelHint: number;
  readonly shrinkLevelHint: number;
  readonly debugInfo: boolean;
}

/** They would join functions that differ only in name, place and constants, and tails that differ only in their markers: panics at several places of a function. */
const JOINING = ["duplicate-function-elimination", "merge-similar-functions", "code-folding"];
/** What -optimizing adds is done by the passes behind them anyway. */
const PLAIN = new Map([["dae-optimizing", "dae"], ["simplify-globals-optimizing", "simplify-globals"]]);
/** Which rounds are run, counted from 1, of passes that find next to nothing in the others. */
const ROUNDS: Readonly<Record<string, readonly number[]>> = {
  "avoid-reinterprets": [],
  "coalesce-locals": [1, 3, 4],
  "code-pushing": [],
  "dae": [1],
  "dce": [],
  "directize": [1],
  "duplicate-import-elimination": [],
  "gufa-optimizing": [],
  "inlining": [1, 2],
  "inlining-optimizing": [1],
  "local-cse": [1, 2],
  "merge-locals": [],
  "once-reduction": [],
  "pick-load-signs": [],
  "precompute-propagate": [1, 2],
  "rse": [1, 2],
  "simplify-globals": [1],
  "simplify-locals": [1, 2],
  "simplify-locals-notee-nostructure": [1],
  "ssa-nomerge": [1, 2],
  "vacuum": [1, 2, 3],
};

/** Optimises the whole program. */
export function optimise({ m, raw, cstr }: Context, module: Optimizing, { optimizeLevelHint, shrinkLevelHint, debugInfo }: Levels): void {
  // Skipped, as other passes run them too.
  for (const pass of JOINING) raw._BinaryenAddPassToSkip!(cstr(pass));
  module.runPasses = passes => m.runPasses(shrinkLevelHint > 0 ? passes.map(plain) : chosen(passes));
  if (optimizeLevelHint > 0 || shrinkLevelHint > 0) module.optimize(optimizeLevelHint, shrinkLevelHint, debugInfo, false);
  delete (module as Partial<Optimizing>).runPasses; // asc's own is on the prototype
  raw._BinaryenClearPassesToSkip!();
  m.runPasses(["dce", "remove-unused-module-elements"]);
}

/** The passes that are run of those that asc would run. */
function chosen(passes: readonly string[]): string[] {
  const rounds = new Map<string, number>();
  return passes.map(plain).filter(pass => {
    const round = (rounds.get(pass) ?? 0) + 1;
    rounds.set(pass, round);
    return ROUNDS[pass]?.includes(round) ?? true;
  });
}

function plain(pass: string): string {
  return PLAIN.get(pass) ?? pass;
}

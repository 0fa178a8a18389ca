// SPDX-License-Identifier: MIT
/**
 * Runs asc's own optimisation, as the user's -O flags ask for it, between marking and resolving.
 *
 * The passes are asc's, in asc's order, but for those that would join marked code, and those that
 * take long and find nothing more: a hundred walks over the program are most of a build's time. What
 * to leave out was found by leaving out one at a time: the code of 20,000 lines does not grow.
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

/** They would join functions that differ only in name and place, and tails that differ only in their markers: panics at several places of a function. */
const JOINING = ["duplicate-function-elimination", "code-folding"];
/** What -optimizing adds is done by the passes behind them anyway. */
const PLAIN = new Map([["dae-optimizing", "dae"], ["simplify-globals-optimizing", "simplify-globals"]]);
/** asc repeats them up to ten times. */
const TWICE = new Set(["simplify-globals-optimizing", "precompute-propagate"]);

/** Optimises the whole program. */
export function optimise({ m, raw, cstr }: Context, module: Optimizing, { optimizeLevelHint, shrinkLevelHint, debugInfo }: Levels): void {
  // Skipped, as other passes run them too.
  for (const pass of JOINING) raw._BinaryenAddPassToSkip!(cstr(pass));
  module.runPasses = passes => m.runPasses(chosen(passes));
  if (optimizeLevelHint > 0 || shrinkLevelHint > 0) module.optimize(optimizeLevelHint, shrinkLevelHint, debugInfo, false);
  delete (module as Partial<Optimizing>).runPasses; // asc's own is on the prototype
  raw._BinaryenClearPassesToSkip!();
  m.runPasses(["dce", "remove-unused-module-elements"]);
}

/** The passes that are run of those that asc would run. */
export function chosen(passes: readonly string[]): string[] {
  const needless = (pass: string, i: number) =>
    pass == "gufa-optimizing" || (TWICE.has(pass) && passes.indexOf(pass) < i && passes.lastIndexOf(pass) > i);
  return passes.filter((pass, i) => !needless(pass, i)).map(pass => PLAIN.get(pass) ?? pass);
}

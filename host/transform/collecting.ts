// SPDX-License-Identifier: MIT
/**
 * Finds the functions in whose calls a collection may happen: what holds references there has to
 * show them to the collector.
 *
 * A collection happens where the collector scans the running stack, and while a goroutine is
 * parked or the host runs. So whatever can reach the scan, a bottom-most function, or an import
 * of the program's.
 *
 * @module
 */

import type { Context } from "./binaryen.ts";
import { callersIn, callGraph, NORETURN, reaching, tableFunctions } from "./graph.ts";

/** Where the collector reads the running stack. Must stay a function. */
export const SCAN = "~lib/gopark/assembly/memory/mgc/scanstack";
/** Imports through which no other code of the module runs. */
const QUIET = /^(~lib\/gopark\/assembly\/sys\/(env|wasi|intrinsics)\/|~lib\/builtins\/|asyncify)/;

/** What calls may collect: functions by name, indirect calls by signature. */
export interface Collecting {
  readonly functions: ReadonlySet<string>;
  readonly signatures: ReadonlySet<string>;
}

/** Computes the set, to a fixed point. `bottom` park. */
export function mayCollect(c: Context, bottom: ReadonlySet<string>): Collecting {
  const graph = callGraph(c);
  const dies = (name: string) => NORETURN.test(name); // and allocates nothing
  const targets = new Set<string>([SCAN, ...bottom]);
  for (const [name, { calls }] of graph) {
    if (dies(name)) continue;
    for (const callee of calls) if (!graph.has(callee) && !QUIET.test(callee)) targets.add(callee);
  }
  const functions = new Set([...targets, ...reaching(targets, callersIn(graph, c, dies))]);
  const table = tableFunctions(c);
  const signatures = new Set([...table].filter(([, names]) => names.some(name => functions.has(name))).map(([s]) => s));
  return { functions, signatures };
}

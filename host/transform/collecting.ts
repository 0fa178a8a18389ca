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
import { callGraph, tableFunctions } from "./graph.ts";

/** Where the collector reads the running stack. Must stay a function. */
export const SCAN = "~lib/gopark/assembly/memory/mgc/scanstack";
/** Nothing runs behind these, and they allocate nothing. */
const DIES = /^~lib\/gopark\/assembly\/(sys\/fatal|api\/transform\/gopark_(panic|outofmemory))/;
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
  const table = tableFunctions(c);
  const callers = new Map<string, string[]>();
  const edge = (callee: string, caller: string) => {
    const list = callers.get(callee);
    if (list) list.push(caller);
    else callers.set(callee, [caller]);
  };
  const functions = new Set<string>([SCAN, ...bottom]);
  for (const [name, { calls, signatures }] of graph) {
    if (DIES.test(name)) continue;
    for (const callee of calls) {
      if (!graph.has(callee) && !QUIET.test(callee)) functions.add(callee);
      edge(callee, name);
    }
    for (const signature of signatures) table.get(signature)?.forEach(callee => edge(callee, name));
  }
  for (const name of functions) callers.get(name)?.forEach(caller => functions.add(caller));
  const signatures = new Set([...table].filter(([, names]) => names.some(name => functions.has(name))).map(([s]) => s));
  return { functions, signatures };
}

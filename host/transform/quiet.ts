// SPDX-License-Identifier: MIT
/**
 * Finds the functions whose frames nothing can ever read, so that they need no trace: no call
 * into the runtime, no import, no panic can be reached from them. Pure computation costs nothing.
 *
 * Only an engine's trap can end inside one, such as a stack overflow. For that the host reads the
 * engine's own stack (host/instance/enginestack.ts), with the section that functab.ts writes.
 *
 * @module
 */

import type { Context } from "./binaryen.ts";
import { callGraph, tableFunctions } from "./graph.ts";

const RUNTIME = /^~lib\/gopark\/assembly\//;

/** The functions of the program that reach nothing which reads the trace. Runs on what asc compiled, before optimisation. */
export function quietFunctions(c: Context): Set<string> {
  const graph = callGraph(c);
  const table = tableFunctions(c);
  const callers = new Map<string, string[]>();
  const quiet = new Set(graph.keys());
  const work: string[] = [];
  const reads = (name: string) => {
    if (quiet.delete(name)) work.push(name);
  };
  for (const [name, { calls, signatures }] of graph) {
    const callees = [...calls, ...[...signatures].flatMap(s => table.get(s) ?? [])];
    if (RUNTIME.test(name) || signatures.size || callees.some(callee => !graph.has(callee))) reads(name);
    for (const callee of callees) {
      const list = callers.get(callee);
      if (list) list.push(name);
      else callers.set(callee, [name]);
    }
  }
  for (let name = work.pop(); name !== undefined; name = work.pop()) callers.get(name)?.forEach(reads);
  return quiet;
}

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
import { callersIn, callGraph, reaching } from "./graph.ts";

const RUNTIME = /^~lib\/gopark\/assembly\//;

/** The functions of the program that reach nothing which reads the trace; `throwers` call what cannot be seen. Runs on what asc compiled, before optimisation. */
export function quietFunctions(c: Context, throwers: ReadonlySet<string>): Set<string> {
  const graph = callGraph(c);
  const loud = [...graph].filter(([name, { calls, signatures }]) =>
    RUNTIME.test(name) || throwers.has(name) || signatures.size || [...calls].some(callee => !graph.has(callee))).map(([name]) => name);
  const readers = new Set([...loud, ...reaching(loud, callersIn(graph, c, () => false))]);
  return new Set([...graph.keys()].filter(name => !readers.has(name)));
}

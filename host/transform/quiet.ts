// SPDX-License-Identifier: MIT
/**
 * Finds the functions whose frames nothing can ever read, so that they need no trace: no call
 * into the runtime, no import, no panic can be reached from them. Pure computation costs nothing.
 *
 * Only an engine's trap ends inside one, and there one trap: its stack overflows. For that the recursive
 * ones are exported under names that carry their pc, and the host, which sees functions by their
 * index in the engine's error, puts them on the trace (host/instance/overflow.ts).
 *
 * @module
 */

import { QUIET_EXPORT } from "../abi/layout.ts";
import { hasFunction, type Context } from "./binaryen.ts";
import type { Facts } from "./facts.ts";
import { callGraph, recursive, tableFunctions } from "./graph.ts";
import type { Marker } from "./mark.ts";
import type { PcTable } from "./pctab.ts";

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

/** Exports what could overflow the stack unseen. */
export function exportQuiet(c: Context, facts: Facts, markers: readonly Marker[], table: PcTable): void {
  const left = new Set([...facts.quiet].filter(name => hasFunction(c, name) && facts.functions.get(name)?.traced));
  for (const name of recursive(c, left)) {
    const recursion = markers.find(marker => marker.func == name && left.has(marker.callee));
    const pc = table.add(recursion ?? { func: name, callee: "", place: facts.functions.get(name)!.place }, 0);
    c.m.addFunctionExport(name, `${QUIET_EXPORT}${pc}`);
  }
}

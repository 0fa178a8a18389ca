// SPDX-License-Identifier: MIT
/**
 * Lets recursion go deeper than the engine's stack, where it may park anyway.
 *
 *     f: …   ->   f: if (m.tsp < guard) morestack(); …
 *
 * morestack unwinds the goroutine and resumes it at once. Only its innermost frame comes back
 * to the engine's stack, the others wait on the goroutine's own, so the recursion has the whole
 * engine's stack again: segmented stacks, with asyncify's frames as the segments. A
 * goroutine's depth is then limited by setMaxStack alone.
 *
 * Only functions that may park and may call themselves get the check.
 *
 * @module
 */

import { M0, M_TSP, TRACE_TOP } from "../abi/layout.ts";
import { callGraph, recursive } from "./graph.ts";
import type { Context } from "./binaryen.ts";
import { STUB, type Facts } from "./facts.ts";
import type { PcTable } from "./pctab.ts";
import type { CallSites } from "./sites.ts";

/** Frames on the engine's stack before it is emptied: frames of some hundred bytes fit a megabyte so often. */
const DEPTH = 1000;

/** Functions that would lose the check if they were inlined into one of asc's stubs, which are on no stack and have none. */
export function behindStubs(c: Context, frames: ReadonlySet<string>): string[] {
  const called = new Set<string>();
  for (const [name, { calls }] of callGraph(c)) if (STUB.test(name)) calls.forEach(callee => called.add(callee));
  return recursive(c, frames).filter(name => called.has(name));
}

/** Adds the check to the recursive ones among `frames`. Runs before asyncify. */
export function addMorestack(c: Context, frames: ReadonlySet<string>, morestack: string, facts: Facts, sites: CallSites, table: PcTable): void {
  const { m, b, raw } = c;
  for (const name of recursive(c, frames)) {
    const fact = facts.functions.get(name);
    if (!fact?.traced) continue;
    const f = raw._BinaryenGetFunction!(m.ptr, c.cstr(name));
    const deep = m.i32.lt_u(m.i32.load(M0 + M_TSP, 4, m.i32.const(0)), m.i32.const(TRACE_TOP - 4 * DEPTH));
    const check = m.if(deep, m.call(morestack, [], b.none!));
    const body = raw._BinaryenFunctionGetBody!(f);
    raw._BinaryenFunctionSetBody!(f, m.block(null, [check, body], raw._BinaryenExpressionGetType!(body)));
    const pc = table.add({ func: name, callee: morestack, place: fact.place }, 0);
    sites.get(name)!.unshift({ pc, target: morestack });
  }
}

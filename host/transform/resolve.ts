// SPDX-License-Identifier: MIT
/**
 * Reads the markers back after optimisation: which call is which, through which inlining.
 *
 * In evaluation order, the marker nearest before a call is the innermost: where the call is
 * written. While that marker's function is not the function we are in, it was inlined, and its
 * caller is the last marker seen that calls it. That is the exact chain, as no pass moves a
 * store to an exported global over a call.
 *
 * @module
 */

import { definedFunctions, kindOf, rewrite, type Context, type Func } from "./binaryen.ts";
import type { Facts } from "./facts.ts";
import { INDIRECT, PC, type Marker } from "./mark.ts";
import type { PcTable } from "./pctab.ts";

/** In a constructor this makes the object itself, or what is the object's to begin with: `new` has allocated it. */
const NEW = "~lib/gopark/assembly/memory/malloc/__new";
const CONSTRUCTOR = /#constructor$/;

/** What one call in a function is. */
export interface CallSite {
  /** 0: not traced. */
  readonly pc: number;
  /** Name of the function called; empty if through the table. */
  readonly target: string;
}

/** The calls of each function, in evaluation order, by the function's name. */
export type CallSites = Map<string, CallSite[]>;

/** Resolves and removes all markers, filling the table. */
export function resolve(c: Context, facts: Facts, markers: readonly Marker[], table: PcTable): CallSites {
  const sites: CallSites = new Map();
  for (const f of definedFunctions(c)) {
    const name = c.name(c.raw._BinaryenFunctionGetName!(f));
    sites.set(name, resolveFunction({ c, facts, markers, table }, f, original(name)));
  }
  return sites;
}

/** The name a function had before partial inlining split it. */
export function original(name: string): string {
  return name.replace(/^(byn-split-(inlineable|outlined)-[A-Z]\d*\$)+/, "");
}

interface Resolving {
  readonly c: Context;
  readonly facts: Facts;
  readonly markers: readonly Marker[];
  readonly table: PcTable;
}

function resolveFunction({ c, facts, markers, table }: Resolving, f: Func, name: string): CallSite[] {
  const { raw, m } = c;
  const traced = facts.onStacks(name);
  const sites: CallSite[] = [];
  const byCallee = new Map<string, number[]>();
  let leaf = 0;
  const body = raw._BinaryenFunctionGetBody!(f);
  const rewritten = rewrite(raw, body, (e, kind) => {
    if (kind == "GlobalSet" && c.name(raw._BinaryenGlobalSetGetName!(e)) == PC) {
      const value = raw._BinaryenGlobalSetGetValue!(e);
      // Arms with nothing left in them but markers become one marker with a condition: no call is theirs.
      if (kindOf(raw, value) != "Const") return m.drop(value);
      leaf = raw._BinaryenConstGetValueI32!(value);
      const { callee } = markers[leaf]!;
      byCallee.set(callee, [...(byCallee.get(callee) ?? []), leaf]);
      return m.nop();
    }
    if (kind == "Call") sites.push({ pc: chain(leaf), target: c.name(raw._BinaryenCallGetTarget!(e)) });
    else if (kind == "CallIndirect") sites.push({ pc: chain(leaf), target: INDIRECT });
    return e;
  });
  if (rewritten != body) raw._BinaryenFunctionSetBody!(f, rewritten);
  return sites;

  // A recursive function's own calls of itself are inside what was inlined, not where it was.
  function callerOf(func: string): number | undefined {
    const outside = byCallee.get(func)?.findLast(marker => markers[marker]!.func != func);
    return outside ?? byCallee.get(func)?.at(-1) ?? byCallee.get(INDIRECT)?.at(-1);
  }

  function isShown({ func, callee }: Marker): boolean {
    return facts.onStacks(func) && !(callee == NEW && CONSTRUCTOR.test(func));
  }

  function chain(n: number): number {
    const inlined: number[] = [];
    while (n && !inlined.includes(n)) {
      inlined.push(n);
      const { func } = markers[n]!;
      if (func == name) break;
      n = callerOf(func) ?? 0;
    }
    const shown = inlined.filter(marker => isShown(markers[marker]!));
    // The runtime's own uses of the standard library are not worth a frame.
    if (!traced && !shown.some(marker => facts.functions.get(markers[marker]!.func)!.user)) return 0;
    return shown.reduceRight((parent, marker) => table.add(markers[marker]!, parent), 0);
  }
}

// SPDX-License-Identifier: MIT
/**
 * Reads the markers back after optimisation: which call is which, through which inlining.
 *
 * In evaluation order, the marker nearest before a call is the innermost: where the call is
 * written. inlining.ts has the rest.
 *
 * @module
 */

import { definedFunctions, kindOf, mapChildren, type Context, type Expr, type Func } from "./binaryen.ts";
import type { Facts } from "./facts.ts";
import { Inlining } from "./inlining.ts";
import { INDIRECT, PC, type Marker } from "./mark.ts";
import { mayTrap } from "./origins.ts";
import { NEW, NEWSLOW } from "./newobject.ts";
import type { PcTable } from "./pctab.ts";
import type { CallSite, CallSites } from "./sites.ts";

/** In a constructor this makes the object itself, or what is the object's to begin with: `new` has allocated it. */
const ALLOCATES = new Set([NEW, NEWSLOW]);
const CONSTRUCTOR = /#constructor$/;

/** An instruction that the engine's stack can name. */
export interface Spot {
  readonly f: Func;
  readonly e: Expr;
  /** The spot that it is an operand of, if any. */
  readonly up: Spot | undefined;
  readonly inlining: Inlining;
  readonly call: boolean;
  /** The nearest marker before it. */
  leaf: number;
  position: number;
  /** Once it is located. */
  pc: number;
}

export interface Resolved {
  readonly sites: CallSites;
  readonly spots: readonly Spot[];
}

/** Resolves and removes all markers, filling the table. */
export function resolve(c: Context, facts: Facts, markers: readonly Marker[], table: PcTable): Resolved {
  const sites: CallSites = new Map();
  const spots: Spot[] = [];
  for (const f of definedFunctions(c)) {
    const name = c.name(c.raw._BinaryenFunctionGetName!(f));
    sites.set(name, resolveFunction({ c, facts, markers, table, spots }, f, original(name)));
  }
  return { sites, spots };
}

/** The pc of a chain of calls in the function `name`, innermost first, of those functions that are `shown`. */
export function chainPc(calls: readonly Marker[], name: string, facts: Facts, table: PcTable, shown: (name: string) => boolean): number {
  const list = calls.filter(({ func, callee }) => shown(func) && !(ALLOCATES.has(callee) && CONSTRUCTOR.test(func)));
  // The runtime's own uses of the standard library are not worth a frame.
  if (!shown(name) && !list.some(({ func }) => facts.functions.get(func)!.user)) return 0;
  return list.reduceRight((parent, marker) => table.add(marker, parent), 0);
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
  readonly spots: Spot[];
}

function resolveFunction({ c, facts, markers, table, spots }: Resolving, f: Func, name: string): CallSite[] {
  const { raw, m } = c;
  const sites: CallSite[] = [];
  const inlining = new Inlining(name, markers);
  let leaf = 0;
  const body = raw._BinaryenFunctionGetBody!(f);
  const rewritten = visit(body, undefined);
  if (rewritten != body) raw._BinaryenFunctionSetBody!(f, rewritten);
  return sites;

  function visit(e: Expr, up: Spot | undefined): Expr {
    const kind = kindOf(raw, e);
    const call = kind == "Call" || kind == "CallIndirect";
    const spot = call || mayTrap(c, e, kind) ? { f, e, up, inlining, call, leaf: 0, position: 0, pc: 0 } : undefined;
    mapChildren(raw, e, child => visit(child, spot ?? up));
    if (spot) {
      spot.leaf = leaf;
      spot.position = inlining.position;
      spots.push(spot);
    }
    if (call) sites.push({ pc: pc(), target: kind == "Call" ? c.name(raw._BinaryenCallGetTarget!(e)) : INDIRECT });
    return kind == "GlobalSet" && c.name(raw._BinaryenGlobalSetGetName!(e)) == PC ? takeMarker(e) : e;
  }

  function takeMarker(e: Expr): Expr {
    const value = raw._BinaryenGlobalSetGetValue!(e);
    // Arms with nothing left in them but markers become one marker with a condition: no call is theirs.
    if (kindOf(raw, value) != "Const") return m.drop(value);
    leaf = raw._BinaryenConstGetValueI32!(value);
    inlining.pass(leaf);
    return m.nop();
  }

  function pc(): number {
    return chainPc(inlining.chain(leaf, inlining.position), name, facts, table, func => facts.onStacks(func));
  }
}

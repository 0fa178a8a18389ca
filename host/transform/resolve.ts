// SPDX-License-Identifier: MIT
/**
 * Reads the markers back after optimisation: which call is which, through which inlining.
 *
 * In evaluation order, the marker nearest before a call is the innermost: where the call is
 * written. inlining.ts has the rest.
 *
 * @module
 */

import { constantOf, definedFunctions, kindOf, mapChildren, type Context, type Expr, type Func } from "./binaryen.ts";
import type { Facts } from "./facts.ts";
import { Inlining } from "./inlining.ts";
import { ABORT, INDIRECT, PC, type Marker } from "./mark.ts";
import { mayTrap, type Origins } from "./origins.ts";
import { NEW, NEWSLOW } from "./newobject.ts";
import type { PcTable } from "./pctab.ts";
import type { CallSite, CallSites } from "./sites.ts";
import type { Throws } from "./throws.ts";

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

/** What resolving needs. */
interface Resolving {
  readonly c: Context;
  readonly facts: Facts;
  readonly markers: readonly Marker[];
  readonly table: PcTable;
  readonly origins: Origins;
  readonly throws: Throws;
}

/** Resolves and removes all markers, filling the table. */
export function resolve(resolving: Resolving): Resolved {
  const { c } = resolving;
  const sites: CallSites = new Map();
  const spots: Spot[] = [];
  for (const f of definedFunctions(c)) {
    const name = c.name(c.raw._BinaryenFunctionGetName!(f));
    sites.set(name, resolveFunction(resolving, spots, f, original(name)));
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

function resolveFunction({ c, facts, markers, table, origins, throws }: Resolving, spots: Spot[], f: Func, name: string): CallSite[] {
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
    return kind == "GlobalSet" && c.name(raw._BinaryenGlobalSetGetName!(e)) == PC ? takeMarker(e, up) : e;
  }

  function takeMarker(e: Expr, up: Spot | undefined): Expr {
    const value = raw._BinaryenGlobalSetGetValue!(e);
    // Arms with nothing left in them but markers become one marker with a condition: no call is theirs.
    if (kindOf(raw, value) != "Const") return m.drop(withoutThrows(value));
    leaf = raw._BinaryenConstGetValueI32!(value);
    inlining.pass(leaf);
    if (!throws.has(leaf)) return m.nop();
    const call = m.call(ABORT, throws.operands(c, leaf), c.b.none!);
    const { func, place } = markers[leaf]!;
    origins.note(f, func, call, place);
    return visit(call, up);
  }

  /** The value of a marker with a condition, from whose arms no pass can have taken the panic. */
  function withoutThrows(value: Expr): Expr {
    const arms = kindOf(raw, value) == "Select" ? [raw._BinaryenSelectGetIfTrue!(value), raw._BinaryenSelectGetIfFalse!(value)] : [];
    for (const arm of arms) {
      if (throws.has(constantOf(raw, arm) ?? 0)) throw new Error(`gopark: the optimiser made a panic of ${name} conditional`);
      withoutThrows(arm);
    }
    return value;
  }

  function pc(): number {
    return chainPc(inlining.chain(leaf, inlining.position), name, facts, table, func => facts.onStacks(func));
  }
}

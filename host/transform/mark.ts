// SPDX-License-Identifier: MIT
/**
 * Puts a marker in front of every call, before optimisation.
 *
 *     (call $f (a) (b))   ->   (call $f (a) (block (global.set $gopark:pc N) (b)))
 *
 * N names the function and the call's place. The marker stands behind the last operand that
 * contains a call, so between it and its call nothing else is marked. `$gopark:pc` is
 * exported, so the optimiser keeps every store to it in order; resolve.ts reads them back and
 * removes them. Integer divisions and unreachables of the program, which would trap without a
 * call, become calls that panic; the allocator's unreachable, one that reports memory used up.
 *
 * The runtime's own functions are marked too, or what is inlined into them could not be told;
 * they stay off the stacks.
 *
 * What may trap in the engine gets no marker, which would hold the optimiser back: origins.ts notes
 * where it is written.
 *
 * @module
 */

import { addLocal, definedFunctions, kindOf, mapChildren, type Context, type Expr, type Func } from "./binaryen.ts";
import type { Fact, Facts, Place } from "./facts.ts";
import { mayTrap, type Origins } from "./origins.ts";
import { Placer } from "./place.ts";
import type { Throws } from "./throws.ts";

export const PC = "gopark:pc";
export const ABORT = "~lib/gopark/assembly/sys/fatal/abort";
/** Where asc's allocator gives up. */
const GROW = "~lib/rt/tlsf/growMemory";
/** Callee of a call through the table. */
export const INDIRECT = "";

export interface Marker {
  readonly func: string;
  readonly callee: string;
  readonly place: Place;
}

const NOWHERE: Place = { file: "", line: 0, column: 0 };
/** What asc or the transform generates: never on a stack, but code may be inlined into it. */
const GENERATED: Fact = { title: "", place: NOWHERE, traced: false, user: false, placeOf: () => undefined, setPlace() {} };

interface Site {
  readonly c: Context;
  readonly f: Func;
  readonly name: string;
  readonly fact: Fact;
  readonly placer: Placer;
  readonly markers: Marker[];
  readonly origins: Origins;
  readonly throws: Throws;
}

/** Marks the module; marker N is element N of the result, 0 is unused. */
export function mark(c: Context, facts: Facts, origins: Origins, throws: Throws): Marker[] {
  const markers: Marker[] = [{ func: "", callee: "", place: NOWHERE }];
  c.m.addGlobal(PC, c.b.i32!, true, c.m.i32.const(0));
  c.m.addGlobalExport(PC, PC);
  for (const f of definedFunctions(c)) {
    const name = c.name(c.raw._BinaryenFunctionGetName!(f));
    const fact = facts.functions.get(name) ?? GENERATED;
    const site = { c, f, name, fact, placer: new Placer(c, f), markers, origins, throws };
    const body = c.raw._BinaryenFunctionGetBody!(f);
    const marked = markTree(site, body, fact.place);
    if (marked != body) c.raw._BinaryenFunctionSetBody!(f, marked);
  }
  return markers;
}

/** Marks a tree, bottom-up; `outer` is the place of what surrounds it. */
function markTree(site: Site, e: Expr, outer: Place): Expr {
  const { c, placer } = site;
  const own = site.fact.placeOf(e);
  const place = own ?? outer;
  if (place.line && (own || mayTrap(c, e))) site.origins.note(site.f, site.name, e, place);
  let calls = false;
  mapChildren(c.raw, e, child => {
    const marked = markTree(site, child, place);
    calls ||= placer.has(marked);
    return marked;
  });
  if (calls) placer.note(e);
  switch (kindOf(c.raw, e)) {
    case "Call":
      return markCall(site, e, place);
    case "CallIndirect":
      return placer.before(newMarker(site, INDIRECT, place), e);
    case "Binary":
      return site.fact.traced ? guardDivision(site, e, place) : e;
    case "Unreachable":
      if (site.name == GROW) return panicCall(site, "gopark_outofmemory", place);
      return site.fact.traced && site.fact.placeOf(e) ? panicCall(site, "gopark_panicunreachable", place) : e;
    default:
      return e;
  }
}

function markCall(site: Site, e: Expr, place: Place): Expr {
  const { name, raw } = site.c;
  const callee = name(raw._BinaryenCallGetTarget!(e));
  // asc keeps no place for a throw, but writes it into the call: abort(message, file, line, column).
  const line = callee == ABORT ? raw._BinaryenCallGetOperandAt!(e, 2) : 0;
  if (line && kindOf(raw, line) == "Const") place = { ...place, line: raw._BinaryenConstGetValueI32!(line) || place.line };
  const marker = newMarker(site, callee, place);
  return callee == ABORT && site.throws.hide(site.c, site.name, e, site.markers.length - 1) ? marker : site.placer.before(marker, e);
}

function newMarker(site: Site, callee: string, place: Place): Expr {
  const { m } = site.c;
  site.markers.push({ func: site.name, callee, place });
  return m.global.set(PC, m.i32.const(site.markers.length - 1));
}

function panicCall(site: Site, callee: string, place: Place): Expr {
  const { m, b } = site.c;
  const name = `~lib/gopark/assembly/api/transform/${callee}`;
  return site.placer.note(
    m.block(null, [newMarker(site, name, place), m.call(name, [], b.none!), m.unreachable()], b.unreachable));
}

/** x / y  ->  x / (t = y, t == 0 ? panic : 0, t), unless y is a constant: by a 0 that is written there, the engine traps. */
function guardDivision(site: Site, e: Expr, place: Place): Expr {
  const { raw, m, b } = site.c;
  const op = raw._BinaryenBinaryGetOp!(e);
  const wide = [b.DivSInt64, b.DivUInt64, b.RemSInt64, b.RemUInt64].includes(op);
  if (!wide && ![b.DivSInt32, b.DivUInt32, b.RemSInt32, b.RemUInt32].includes(op)) return e;
  const right = raw._BinaryenBinaryGetRight!(e);
  if (kindOf(raw, right) == "Const" || raw._BinaryenExpressionGetType!(right) == b.unreachable) return e;
  const type = wide ? b.i64! : b.i32!;
  const t = addLocal(site.c, site.f, type);
  const zero = (wide ? m.i64 : m.i32).eqz(m.local.get(t, type));
  const guarded = m.block(null, [
    m.local.set(t, right),
    m.if(zero, panicCall(site, "gopark_panicdivide", place)),
    m.local.get(t, type),
  ], type);
  raw._BinaryenBinarySetRight!(e, guarded);
  return site.placer.note(e);
}

/** Removes the marker global once every store to it is gone. */
export function unmark(c: Context): void {
  c.m.removeExport(PC);
  c.m.removeGlobal(PC);
}

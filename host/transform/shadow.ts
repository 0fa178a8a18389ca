// SPDX-License-Identifier: MIT
/**
 * Reads asc's shadow stack off the module, and leaves markers in its place.
 *
 *     sp -= 8; check; *sp = 0; *(sp + 4) = v; … sp += 8   ->   slot 17 := v; … leave 3
 *
 * asc stores every managed value that is alive to a stack of its own, in every function, whatever
 * follows. Its stores say exactly which values the collector must know of, and for how long: a
 * slot holds its value until it is written again or the function is left. The markers keep that
 * through optimisation and inlining, as stores to exported globals, which no pass moves over a
 * call; slots.ts turns those that matter into words of the trace's frames. Runs on asc's code as
 * it comes. Where nothing can collect, no marker is left.
 *
 * @module
 */

import { callGraph, isTrampoline, nameOf, recursive } from "./graph.ts";
import { definedFunctions, kindOf, rewrite, walk, type Context, type Expr, type Func } from "./binaryen.ts";
import type { Collecting } from "./collecting.ts";
import { LEAVE, slotFlow, SLOT } from "./slotflow.ts";

export const SP = "~lib/memory/__stack_pointer";
const CHECK = "~stack_check";
/** Holds nothing but what its callers hold, who pass it: a frame would be the larger part of what a go statement costs. */
const GO = /^~lib\/gopark\/assembly\/api\/(go\/go|sync\/WaitGroup#go)</;

/** The slots of a module by their numbers: which function, by its number, each was written in. */
export type SlotOwners = number[];

/**
 * Replaces the shadow stack by markers. `bottom` park, but hold nothing when they do; what a
 * trampoline passes on is held by its goroutine.
 */
export function markSlots(c: Context, bottom: ReadonlySet<string>, collecting: Collecting): SlotOwners {
  const owners: SlotOwners = [];
  c.m.addGlobal(LEAVE, c.b.i32!, true, c.m.i32.const(0));
  c.m.addGlobalExport(LEAVE, LEAVE);
  let number = 0;
  for (const f of definedFunctions(c)) {
    const name = nameOf(c, f);
    if (name == CHECK) continue;
    const holds = collecting.functions.has(name) && !bottom.has(name) && !isTrampoline(name) && !GO.test(name);
    readFunction(c, f, holds ? number++ : -1, owners, collecting);
  }
  return owners;
}

/** Takes the globals away again. */
export function unmarkSlots({ m }: Context, owners: SlotOwners): void {
  for (const name of [LEAVE, ...owners.map((_, i) => `${SLOT}${i}`)]) {
    m.removeExport(name);
    m.removeGlobal(name);
  }
}

/** Functions that hold slots and can reach themselves through others: inlined into each other, two activations would share slots. */
export function keptApart(c: Context): string[] {
  const graph = callGraph(c);
  const holding = new Set<string>();
  for (const f of definedFunctions(c)) if (slotsIn(c, c.raw._BinaryenFunctionGetBody!(f)).length) holding.add(nameOf(c, f));
  return recursive(c, new Set(graph.keys())).filter(name => holding.has(name));
}

/** The slots that a body has markers for, in order. */
export function slotsIn(c: Context, body: Expr): number[] {
  const found = new Set<number>();
  walk(c.raw, body, (e, kind) => {
    if (kind != "GlobalSet") return;
    const name = c.name(c.raw._BinaryenGlobalSetGetName!(e));
    if (name.startsWith(SLOT)) found.add(Number(name.slice(SLOT.length)));
  });
  return [...found];
}

/** `number` −1: the function holds nothing. */
function readFunction(c: Context, f: Func, number: number, owners: SlotOwners, collecting: Collecting): void {
  const { raw } = c;
  const byOffset = new Map<number, number>();
  const slotAt = (offset: number): number => {
    let slot = byOffset.get(offset);
    if (slot === undefined) byOffset.set(offset, (slot = newSlot(c, owners, number)));
    return slot;
  };
  const body = raw._BinaryenFunctionGetBody!(f);
  let made = rewrite(raw, body, (e, kind) => readNode(c, e, kind, number, slotAt));
  const slots = [...byOffset.values()];
  if (slots.length) {
    const { needed } = slotFlow({ c, owners, collecting }, made, slots);
    made = rewrite(raw, made, (e, kind) => (kind == "GlobalSet" && !needed.has(e) ? dropMarker(c, e, needed.size > 0) : e));
  }
  if (made != body) raw._BinaryenFunctionSetBody!(f, made);
}

function newSlot({ m, b }: Context, owners: SlotOwners, number: number): number {
  const name = `${SLOT}${owners.length}`;
  m.addGlobal(name, b.i32!, true, m.i32.const(0));
  m.addGlobalExport(name, name);
  return owners.push(number) - 1;
}

function dropMarker({ raw, m, name }: Context, e: Expr, leaves: boolean): Expr {
  const global = name(raw._BinaryenGlobalSetGetName!(e));
  if (global.startsWith(SLOT)) return m.drop(raw._BinaryenGlobalSetGetValue!(e));
  return global == LEAVE && !leaves ? m.nop() : e;
}

function readNode(c: Context, e: Expr, kind: string, number: number, slotAt: (offset: number) => number): Expr {
  const { raw, m, name } = c;
  switch (kind) {
    case "GlobalSet":
      if (name(raw._BinaryenGlobalSetGetName!(e)) != SP) return e;
      return number >= 0 && isAdd(c, raw._BinaryenGlobalSetGetValue!(e)) ? m.global.set(LEAVE, m.i32.const(number)) : m.nop();
    case "Call":
      return name(raw._BinaryenCallGetTarget!(e)) == CHECK ? m.nop() : e;
    case "MemoryFill":
      return isSp(c, raw._BinaryenMemoryFillGetDest!(e)) ? m.nop() : e;
    case "Store": {
      if (!isSp(c, raw._BinaryenStoreGetPtr!(e))) return e;
      const value = raw._BinaryenStoreGetValue!(e);
      if (kindOf(raw, value) == "Const") return m.nop(); // the frame is zeroed
      return number < 0 ? m.drop(value) : m.global.set(`${SLOT}${slotAt(raw._BinaryenStoreGetOffset!(e))}`, value);
    }
    default:
      return e;
  }
}

function isAdd({ raw, b }: Context, e: Expr): boolean {
  return kindOf(raw, e) == "Binary" && raw._BinaryenBinaryGetOp!(e) == b.AddInt32;
}

function isSp({ raw, name }: Context, e: Expr): boolean {
  return kindOf(raw, e) == "GlobalGet" && name(raw._BinaryenGlobalGetGetName!(e)) == SP;
}

// SPDX-License-Identifier: MIT
/**
 * Keeps the trace: a stack of frames in linear memory beside the engine's own, each a pc and the
 * references that the collector has to see.
 *
 *     f: … root 0 := x; call g …   ->   t = m.tsp - 8; m.tsp = t; … t[1] = x; t[0] = pc; call g … ; m.tsp = t + 8
 *
 * It runs after asyncify, so unwinding takes frames off the trace and resuming puts them back:
 * frame.ts saves and restores their references. A function whose only traced calls never return
 * takes no frame: the call pushes one; so does a cold call (slots.ts) where there is none.
 * Functions without traced calls or references are left alone, and so are those that quiet.ts
 * finds. Cost: a load and three stores a call of f, a store a call in f whose pc is not there
 * already.
 *
 * @module
 */

import { FRAME_PC_SHIFT, M0, M_TSP } from "../abi/layout.ts";
import { START_UNWIND, STARTS_UNWIND, type Frame } from "./asyncify.ts";
import { addLocal, definedFunctions, kindOf, mapChildren, walk, type Context, type Expr, type Func } from "./binaryen.ts";
import { NORETURN } from "./graph.ts";
import { Placer } from "./place.ts";
import type { Facts } from "./facts.ts";
import { ROOT } from "./placing.ts";
import { original } from "./resolve.ts";
import type { CallSite, CallSites } from "./sites.ts";
import { isCold, placeRoots, type Roots } from "./slots.ts";
import type { Rooting } from "./slotflow.ts";

/** No pc. */
export const UNKNOWN = -1;

interface Tracing {
  readonly c: Context;
  readonly f: Func;
  readonly name: string;
  readonly traced: boolean;
  readonly sites: readonly CallSite[];
  readonly roots: Roots;
  /** Local with the frame's address; −1: calls push frames themselves. */
  readonly t: number;
}

/** What trace() is told of the module. */
export interface Traceable {
  readonly sites: CallSites;
  readonly frames: readonly Frame[];
  /** Of the functions that may park, by name. */
  readonly parked: ReadonlyMap<string, Roots>;
  readonly rooting: Rooting;
  readonly facts: Facts;
  /** Off: stacks are empty, and frames only hold references. */
  readonly on: boolean;
}

/** Adds the trace to every function that makes traced calls or holds references, and finishes all frames. */
export function trace(c: Context, { sites, frames, parked, rooting, facts, on }: Traceable): void {
  const { raw } = c;
  const framed = new Map(frames.map(frame => [frame.name, frame]));
  for (const f of definedFunctions(c)) {
    const name = c.name(raw._BinaryenFunctionGetName!(f));
    const frame = framed.get(name);
    const own = (sites.get(name) ?? []).map(site => (on ? site : { ...site, pc: 0 }));
    const roots = parked.get(name) ?? placeRoots(rooting, f, smallestRegion(c, raw._BinaryenFunctionGetBody!(f), e => isWarm(c, e)));
    const any = own.some(site => site.pc) || roots.words > 0;
    const returns = roots.words > 0 || own.some(site => site.pc && !NORETURN.test(site.target));
    const t = returns ? addLocal(c, f, c.b.i32!) : -1;
    // What is inlined into a generated function does not stand for it.
    const traced = facts.onStacks(original(name));
    const tracing = { c, f, name, traced, sites: own, roots, t };
    if (any) rewriteFunction(tracing, frame !== undefined);
    if (frame) finishFrame(tracing, frame);
  }
}

/** The pc of the first traced call from number `i` on: until it is made, it stands for the function. */
function firstPc(sites: readonly CallSite[], i: number): number {
  return sites.find((site, at) => at >= i && site.pc)?.pc ?? 0;
}

function finishFrame(tracing: Tracing, frame: Frame): void {
  const { t, traced, sites, roots } = tracing;
  const pc = traced ? firstPc(sites, 0) : 0;
  const words = roots.words;
  if (t < 0) frame.finish({ t, words, push: () => [], zero: [], pop: [] });
  else frame.finish({ t, words, push: () => push(tracing, pc), zero: zero(tracing), pop: [pop(tracing)] });
}

function wrap(tracing: Tracing, pc: number, e: Expr): Expr {
  const { c, f } = tracing;
  const { raw, m, b } = c;
  const type = raw._BinaryenExpressionGetType!(e);
  const before = [...push(tracing, pc), ...zero(tracing)];
  if (type == b.unreachable) return m.block(null, [...before, e], type);
  if (type == b.none) return m.block(null, [...before, e, pop(tracing)]);
  const result = addLocal(c, f, type);
  return m.block(null, [...before, m.local.set(result, e), pop(tracing), m.local.get(result, type)], type);
}

function push({ c, t, roots }: Tracing, pc: number): Expr[] {
  const { m, b } = c;
  const tsp = m.i32.load(M0 + M_TSP, 4, m.i32.const(0));
  return [
    m.local.set(t, m.i32.sub(tsp, m.i32.const(4 + 4 * roots.words))),
    m.i32.store(M0 + M_TSP, 4, m.i32.const(0), m.local.get(t, b.i32!)),
    m.i32.store(0, 4, m.local.get(t, b.i32!), m.i32.const(frameWord(pc, roots))),
  ];
}

/** Empties the words that a collection could see before they are written, two at a time. */
function zero({ c, t, roots }: Tracing): Expr[] {
  const { m, b } = c;
  const stores: Expr[] = [];
  const words = new Set(roots.zeroed);
  for (const word of roots.zeroed) {
    if (!words.delete(word)) continue;
    const at = m.local.get(t, b.i32!);
    const two = words.delete(word + 1);
    stores.push(two ? m.i64.store(4 + 4 * word, 4, at, m.i64.const(0n)) : m.i32.store(4 + 4 * word, 4, at, m.i32.const(0)));
  }
  return stores;
}

function pop({ c, t, roots }: Tracing): Expr {
  const { m, b } = c;
  return m.i32.store(M0 + M_TSP, 4, m.i32.const(0), m.i32.add(m.local.get(t, b.i32!), m.i32.const(4 + 4 * roots.words)));
}

/** A frame's first word: which call, and how many references follow. */
function frameWord(pc: number, { words }: { words: number }): number {
  return (pc << FRAME_PC_SHIFT) | words;
}

/** Gives each traced call its pc; where the function is no frame, pushes one around the calls. */
function rewriteFunction(tracing: Tracing, framed: boolean): void {
  const { c, f, name, sites, roots, t } = tracing;
  const { raw } = c;
  const regions = t < 0 || framed ? new Set<Expr>() : roots.regions;
  const placer = new Placer(c, f);
  let i = 0;
  const known = { pc: UNKNOWN }; // in the frame's word, where control has come to
  const made = rewriteTree(raw._BinaryenFunctionGetBody!(f), framed);
  raw._BinaryenFunctionSetBody!(f, made);
  if (i != sites.length) throw new Error(`gopark: ${name} has ${i} calls, not ${sites.length}`);

  /** `pushed`: a return here has to give the frame back. */
  function rewriteTree(e: Expr, pushed: boolean): Expr {
    if (!regions.has(e)) return rewriteNode(e, pushed);
    const pc = (known.pc = tracing.traced ? firstPc(sites, i) : 0);
    return placer.note(wrap(tracing, pc, rewriteNode(e, true)));
  }

  function rewriteNode(e: Expr, pushed: boolean): Expr {
    const kind = kindOf(raw, e);
    let calls = false;
    alongPaths(c, e, known, child => {
      const next = rewriteTree(child, pushed);
      calls ||= placer.has(next);
      return next;
    });
    if (calls) placer.note(e);
    if (kind == "Return" && pushed && t >= 0) return beforeReturn(tracing, e);
    if (kind == "GlobalSet") return writeRoot(tracing, e);
    if (kind != "Call" && kind != "CallIndirect") return e;
    const target = kind == "Call" ? c.name(raw._BinaryenCallGetTarget!(e)) : "";
    const site = sites[i++];
    if (site?.target != (target == STARTS_UNWIND ? START_UNWIND : target)) throw new Error(`gopark: call ${i} of ${name} is of ${target}, not ${site?.target}`);
    // Without a pc of its own, a call still takes away that of whoever had the word before.
    const inFrame = pushed && t >= 0;
    if (inFrame ? site.pc == known.pc : !site.pc) return placer.note(e);
    if (!inFrame && isCold(target)) return placer.note(callCold(c, site.pc, e));
    // A resumed frame comes to a call without having passed those before it.
    if (inFrame && !framed) known.pc = site.pc;
    return placer.before(tracePc(tracing, site.pc, pushed), e);
  }
}

/** Replaces each child by what `visit` makes of it, as mapChildren does; `known` is what is known on all paths that have come there. */
export function alongPaths({ raw, b }: Context, e: Expr, known: { pc: number }, visit: (child: Expr) => Expr): void {
  const kind = kindOf(raw, e);
  if (kind == "Loop") known.pc = UNKNOWN;
  const ends: (number | undefined)[] = []; // of an if: behind its condition and each arm
  mapChildren(raw, e, child => {
    const next = visit(child);
    if (kind == "If") {
      ends.push(raw._BinaryenExpressionGetType!(next) == b.unreachable ? undefined : known.pc);
      known.pc = ends[0] ?? UNKNOWN;
    }
    return next;
  });
  if (kind == "If") known.pc = either(ends[1], ends.length > 2 ? ends[2] : ends[0]);
  if (kind == "Block" && raw._BinaryenBlockGetName!(e)) known.pc = UNKNOWN;
}

/** What is known where two paths meet, of which one may not get there. */
function either(a: number | undefined, b: number | undefined): number {
  if (a === undefined || b === undefined) return a ?? b ?? UNKNOWN;
  return a == b ? a : UNKNOWN;
}

/** Whether e is a call for which the function itself needs a frame. */
function isWarm({ raw, name }: Context, e: Expr): boolean {
  const kind = kindOf(raw, e);
  if (kind == "CallIndirect") return true;
  if (kind != "Call") return false;
  const target = name(raw._BinaryenCallGetTarget!(e));
  return !NORETURN.test(target) && !isCold(target);
}

/** root N := v   ->   t[N + 1] = v */
function writeRoot({ c, t }: Tracing, e: Expr): Expr {
  const { raw, m, b, name } = c;
  const global = name(raw._BinaryenGlobalSetGetName!(e));
  if (!global.startsWith(ROOT)) return e;
  const word = Number(global.slice(ROOT.length));
  return m.i32.store(4 + 4 * word, 4, m.local.get(t, b.i32!), raw._BinaryenGlobalSetGetValue!(e));
}

/**
 * The smallest part of a body that contains all such calls and that no branch leaves: an arm of
 * an if, mostly. Paths beside it, such as the end of a recursion, pay for no frame. 0 if there are none.
 */
function smallestRegion(c: Context, body: Expr, isCall: (e: Expr) => boolean): Expr {
  const { raw } = c;
  if (!has(c, body, isCall)) return 0;
  for (let e = body; ; ) {
    const kind = kindOf(raw, e);
    if (kind != "Block" && kind != "If" && kind != "LocalSet" && kind != "Return" && kind != "Drop") return e;
    const children: Expr[] = [];
    mapChildren(raw, e, child => (children.push(child), child));
    const calling = children.filter(child => has(c, child, isCall));
    const condition = kind == "If" ? raw._BinaryenIfGetCondition!(e) : 0;
    if (calling.length != 1 || calling[0] == condition || leaves(c, calling[0]!)) return e;
    if (isCall(calling[0]!)) return e;
    e = calling[0]!;
  }
}

function has(c: Context, e: Expr, what: (e: Expr) => boolean): boolean {
  let found = false;
  walk(c.raw, e, x => {
    found ||= what(x);
  });
  return found;
}

/** Whether a branch inside goes to a label outside. */
function leaves({ raw }: Context, e: Expr): boolean {
  const inside = new Set<number>();
  const targets: number[] = [];
  walk(raw, e, (x, kind) => {
    if (kind == "Block") inside.add(raw._BinaryenBlockGetName!(x));
    else if (kind == "Loop") inside.add(raw._BinaryenLoopGetName!(x));
    else if (kind == "Break") targets.push(raw._BinaryenBreakGetName!(x));
    else if (kind == "Switch") {
      targets.push(raw._BinaryenSwitchGetDefaultName!(x));
      for (let i = 0, n = raw._BinaryenSwitchGetNumNames!(x); i < n; ++i) targets.push(raw._BinaryenSwitchGetNameAt!(x, i));
    }
  });
  return targets.some(target => !inside.has(target));
}

function tracePc({ c, t, roots }: Tracing, pc: number, pushed: boolean): Expr {
  const { m, b } = c;
  if (t < 0 || !pushed) return m.block(null, pushPc(c, pc));
  return m.i32.store(0, 4, m.local.get(t, b.i32!), m.i32.const(frameWord(pc, roots)));
}

/** A call that collects nothing, outside of the region: its frame holds no references. */
function callCold(c: Context, pc: number, call: Expr): Expr {
  const { m } = c;
  const tsp = m.i32.load(M0 + M_TSP, 4, m.i32.const(0));
  const pop = m.i32.store(M0 + M_TSP, 4, m.i32.const(0), m.i32.add(tsp, m.i32.const(4)));
  return m.block(null, [...pushPc(c, pc), call, pop]);
}

function pushPc({ m }: Context, pc: number): Expr[] {
  const tsp = () => m.i32.load(M0 + M_TSP, 4, m.i32.const(0));
  return [
    m.i32.store(M0 + M_TSP, 4, m.i32.const(0), m.i32.sub(tsp(), m.i32.const(4))),
    m.i32.store(0, 4, tsp(), m.i32.const(frameWord(pc, { words: 0 }))),
  ];
}

function beforeReturn(tracing: Tracing, e: Expr): Expr {
  const { c, f } = tracing;
  const { raw, m, b } = c;
  const value = raw._BinaryenReturnGetValue!(e);
  if (!value) return m.block(null, [pop(tracing), e], b.unreachable);
  const type = raw._BinaryenExpressionGetType!(value);
  if (type == b.unreachable) return e;
  const result = addLocal(c, f, type);
  raw._BinaryenReturnSetValue!(e, m.block(null, [m.local.set(result, value), pop(tracing), m.local.get(result, type)], type));
  return e;
}

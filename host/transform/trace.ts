// SPDX-License-Identifier: MIT
/**
 * Keeps the trace: a stack of pcs in linear memory, one word a frame, beside the engine's own.
 *
 *     f: … call g …   ->   t = m.tsp - 4; m.tsp = t; … *t = pc; call g … ; m.tsp = t + 4
 *
 * It runs after asyncify, so unwinding takes frames off the trace and resuming puts them back
 * with no code of their own. A function whose only traced calls never return takes no frame:
 * the call pushes one. Functions without traced calls, and the runtime's own, are left alone.
 * So are those that quiet.ts finds.
 * Cost: a load and three stores a call of f, a store a call in f whose pc is not there already.
 *
 * @module
 */

import { M0, M_TSP } from "../abi/layout.ts";
import type { Frame } from "./asyncify.ts";
import { addLocal, definedFunctions, kindOf, mapChildren, walk, type Context, type Expr, type Func } from "./binaryen.ts";
import { Placer } from "./place.ts";
import type { Facts } from "./facts.ts";
import { original, type CallSite, type CallSites } from "./resolve.ts";

const NORETURN = /^~lib\/gopark\/assembly\/(sys\/fatal\/|api\/transform\/gopark_(panic|outofmemory))/;

const UNKNOWN = -1;

interface Tracing {
  readonly c: Context;
  readonly f: Func;
  readonly name: string;
  readonly traced: boolean;
  readonly sites: readonly CallSite[];
  /** Local with the frame's address; −1: calls push frames themselves. */
  readonly t: number;
}

/** Adds the trace to every function that makes traced calls, and finishes all frames. */
export function trace(c: Context, sites: CallSites, frames: readonly Frame[], facts: Facts, on: boolean): void {
  const { raw } = c;
  const framed = new Map(frames.map(frame => [frame.name, frame]));
  for (const f of definedFunctions(c)) {
    const name = c.name(raw._BinaryenFunctionGetName!(f));
    const frame = framed.get(name);
    const own = on ? (sites.get(name) ?? []) : [];
    const t = own.some(site => site.pc && !NORETURN.test(site.target)) ? addLocal(c, f, c.b.i32!) : -1;
    // What is inlined into a generated function does not stand for it.
    const traced = facts.onStacks(original(name));
    if (own.some(site => site.pc)) rewriteFunction({ c, f, name, traced, sites: own, t }, frame !== undefined);
    if (frame) finishFrame(c, frame, t, traced ? firstPc(own, 0) : 0);
  }
}

/** The pc of the first traced call from number `i` on: until it is made, it stands for the function. */
function firstPc(sites: readonly CallSite[], i: number): number {
  return sites.find((site, at) => at >= i && site.pc)?.pc ?? 0;
}

function finishFrame(c: Context, frame: Frame, t: number, pc: number): void {
  const { m, b } = c;
  if (t < 0) frame.finish(m.i32.const(0), [], []);
  else frame.finish(m.i32.load(0, 4, m.local.get(t, b.i32!)), push(c, t, pc), [pop(c, t)]);
}

function wrap(c: Context, f: Func, t: number, pc: number, e: Expr): Expr {
  const { raw, m, b } = c;
  const type = raw._BinaryenExpressionGetType!(e);
  if (type == b.unreachable) return m.block(null, [...push(c, t, pc), e], type);
  if (type == b.none) return m.block(null, [...push(c, t, pc), e, pop(c, t)]);
  const result = addLocal(c, f, type);
  return m.block(null, [...push(c, t, pc), m.local.set(result, e), pop(c, t), m.local.get(result, type)], type);
}

function push({ m, b }: Context, t: number, pc: number): Expr[] {
  const tsp = m.i32.load(M0 + M_TSP, 4, m.i32.const(0));
  return [
    m.local.set(t, m.i32.sub(tsp, m.i32.const(4))),
    m.i32.store(M0 + M_TSP, 4, m.i32.const(0), m.local.get(t, b.i32!)),
    m.i32.store(0, 4, m.local.get(t, b.i32!), m.i32.const(pc)),
  ];
}

function pop({ m, b }: Context, t: number): Expr {
  return m.i32.store(M0 + M_TSP, 4, m.i32.const(0), m.i32.add(m.local.get(t, b.i32!), m.i32.const(4)));
}

/** Gives each traced call its pc; where the function is no frame, pushes one around the calls. */
function rewriteFunction(tracing: Tracing, framed: boolean): void {
  const { c, f, name, sites, t } = tracing;
  const { raw } = c;
  const region = t < 0 || framed ? 0 : smallestRegion(c, raw._BinaryenFunctionGetBody!(f), e => needsFrame(c, e));
  const placer = new Placer(c, f);
  let i = 0;
  let current = UNKNOWN; // the pc in the frame's word, where control has come to
  const made = rewriteTree(raw._BinaryenFunctionGetBody!(f), framed);
  raw._BinaryenFunctionSetBody!(f, made);
  if (i != sites.length) throw new Error(`gopark: ${name} has ${i} calls, not ${sites.length}`);

  /** `pushed`: a return here has to give the frame back. */
  function rewriteTree(e: Expr, pushed: boolean): Expr {
    if (e != region) return rewriteNode(e, pushed);
    const pc = (current = tracing.traced ? firstPc(sites, i) : 0);
    return placer.note(wrap(c, f, t, pc, rewriteNode(e, true)));
  }

  function rewriteNode(e: Expr, pushed: boolean): Expr {
    const kind = kindOf(raw, e);
    if (kind == "Loop") current = UNKNOWN;
    const ends: (number | undefined)[] = []; // of an if: behind its condition and each arm
    let calls = false;
    mapChildren(raw, e, child => {
      const next = rewriteTree(child, pushed);
      calls ||= placer.has(next);
      if (kind == "If") {
        ends.push(raw._BinaryenExpressionGetType!(next) == c.b.unreachable ? undefined : current);
        current = ends[0] ?? UNKNOWN;
      }
      return next;
    });
    if (kind == "If") current = either(ends[1], ends.length > 2 ? ends[2] : ends[0]);
    if (kind == "Block" && raw._BinaryenBlockGetName!(e)) current = UNKNOWN;
    if (calls) placer.note(e);
    if (kind == "Return" && pushed && t >= 0) return beforeReturn(tracing, e);
    if (kind != "Call" && kind != "CallIndirect") return e;
    const target = kind == "Call" ? c.name(raw._BinaryenCallGetTarget!(e)) : "";
    const site = sites[i++];
    if (site?.target != target) throw new Error(`gopark: call ${i} of ${name} is of ${target}, not ${site?.target}`);
    // Without a pc of its own, a call still takes away that of whoever had the word before.
    const inFrame = pushed && t >= 0;
    if (inFrame ? site.pc == current : !site.pc) return placer.note(e);
    // A resumed frame comes to a call without having passed those before it.
    if (inFrame && !framed) current = site.pc;
    return placer.before(tracePc(tracing, site.pc, pushed), e);
  }
}

/** What is known where two paths meet, of which one may not get there. */
function either(a: number | undefined, b: number | undefined): number {
  if (a === undefined || b === undefined) return a ?? b ?? UNKNOWN;
  return a == b ? a : UNKNOWN;
}

/** Whether e is a call that can return: others push a frame themselves, outside of the region. */
function needsFrame({ raw, name }: Context, e: Expr): boolean {
  const kind = kindOf(raw, e);
  return kind == "CallIndirect" || kind == "Call" && !NORETURN.test(name(raw._BinaryenCallGetTarget!(e)));
}

/**
 * The smallest part of a body that contains all calls that return and that no branch leaves: an arm of
 * an if, mostly. Paths beside it, such as the end of a recursion, pay for no frame.
 */
function smallestRegion(c: Context, body: Expr, isCall: (e: Expr) => boolean): Expr {
  const { raw } = c;
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

function tracePc({ c, t }: Tracing, pc: number, pushed: boolean): Expr {
  const { m, b } = c;
  if (t < 0 || !pushed) return m.block(null, pushPc(c, pc));
  return m.i32.store(0, 4, m.local.get(t, b.i32!), m.i32.const(pc));
}

function pushPc({ m }: Context, pc: number): Expr[] {
  const tsp = () => m.i32.load(M0 + M_TSP, 4, m.i32.const(0));
  return [
    m.i32.store(M0 + M_TSP, 4, m.i32.const(0), m.i32.sub(tsp(), m.i32.const(4))),
    m.i32.store(0, 4, tsp(), m.i32.const(pc)),
  ];
}

function beforeReturn({ c, f, t }: Tracing, e: Expr): Expr {
  const { raw, m, b } = c;
  const value = raw._BinaryenReturnGetValue!(e);
  if (!value) return m.block(null, [pop(c, t), e], b.unreachable);
  const type = raw._BinaryenExpressionGetType!(value);
  if (type == b.unreachable) return e;
  const result = addLocal(c, f, type);
  raw._BinaryenReturnSetValue!(e, m.block(null, [m.local.set(result, value), pop(c, t), m.local.get(result, type)], type));
  return e;
}

// SPDX-License-Identifier: MIT
/**
 * Keeps the trace: a stack of pcs in linear memory, one word a frame, beside the engine's own.
 *
 *     f: … call g …   ->   t = m.tsp - 4; m.tsp = t; … *t = pc; call g … ; m.tsp = t + 4
 *
 * It runs after asyncify, so unwinding takes frames off the trace and resuming puts them back
 * with no code of their own. A function whose only traced calls never return takes no frame:
 * the call pushes one. Functions without traced calls, and the runtime's own, are left alone.
 * Cost: a load and two stores a call of f, a store a call in f.
 *
 * @module
 */

import { M0, M_TSP } from "../abi/layout.ts";
import type { Frame } from "./asyncify.ts";
import { addLocal, definedFunctions, kindOf, mapChildren, type Context, type Expr, type Func } from "./binaryen.ts";
import { Placer } from "./place.ts";
import type { CallSite, CallSites } from "./resolve.ts";

const NORETURN = /^~lib\/gopark\/assembly\/(sys\/fatal\/|api\/transform\/gopark_panic)/;

interface Tracing {
  readonly c: Context;
  readonly f: Func;
  readonly name: string;
  readonly sites: readonly CallSite[];
  /** Local with the frame's address; −1: calls push frames themselves. */
  readonly t: number;
}

/** Adds the trace to every function that makes traced calls, and finishes all frames. */
export function trace(c: Context, sites: CallSites, frames: readonly Frame[], on: boolean): void {
  const { raw } = c;
  const framed = new Map(frames.map(frame => [frame.name, frame]));
  for (const f of definedFunctions(c)) {
    const name = c.name(raw._BinaryenFunctionGetName!(f));
    const frame = framed.get(name);
    const own = on ? (sites.get(name) ?? []) : [];
    const t = own.some(site => site.pc && !NORETURN.test(site.target)) ? addLocal(c, f, c.b.i32!) : -1;
    if (own.some(site => site.pc)) rewriteCalls({ c, f, name, sites: own, t });
    if (frame) finishFrame(c, frame, t);
    else if (t >= 0) wrapBody(c, f, t);
  }
}

function finishFrame(c: Context, frame: Frame, t: number): void {
  const { m, b } = c;
  if (t < 0) frame.finish(m.i32.const(0), [], []);
  else frame.finish(m.i32.load(0, 4, m.local.get(t, b.i32!)), push(c, t), [pop(c, t)]);
}

function wrapBody(c: Context, f: Func, t: number): void {
  const { raw, m, b } = c;
  const body = raw._BinaryenFunctionGetBody!(f);
  const type = raw._BinaryenExpressionGetType!(body);
  let list: Expr[];
  if (type == b.unreachable) list = [...push(c, t), body];
  else if (type == b.none) list = [...push(c, t), body, pop(c, t)];
  else {
    const result = addLocal(c, f, type);
    list = [...push(c, t), m.local.set(result, body), pop(c, t), m.local.get(result, type)];
  }
  raw._BinaryenFunctionSetBody!(f, m.block(null, list, raw._BinaryenFunctionGetResults!(f)));
}

function push({ m, b }: Context, t: number): Expr[] {
  const tsp = m.i32.load(M0 + M_TSP, 4, m.i32.const(0));
  return [
    m.local.set(t, m.i32.sub(tsp, m.i32.const(4))),
    m.i32.store(M0 + M_TSP, 4, m.i32.const(0), m.local.get(t, b.i32!)),
  ];
}

function pop({ m, b }: Context, t: number): Expr {
  return m.i32.store(M0 + M_TSP, 4, m.i32.const(0), m.i32.add(m.local.get(t, b.i32!), m.i32.const(4)));
}

/** Gives each traced call its pc, and each return its frame back. */
function rewriteCalls(tracing: Tracing): void {
  const { c, f, name, sites } = tracing;
  const placer = new Placer(c, f);
  let i = 0;
  const body = c.raw._BinaryenFunctionGetBody!(f);
  c.raw._BinaryenFunctionSetBody!(f, rewriteTree(body));
  if (i != sites.length) throw new Error(`gopark: ${name} has ${i} calls, not ${sites.length}`);

  function rewriteTree(e: Expr): Expr {
    let calls = false;
    mapChildren(c.raw, e, child => {
      const made = rewriteTree(child);
      calls ||= placer.has(made);
      return made;
    });
    if (calls) placer.note(e);
    const kind = kindOf(c.raw, e);
    if (kind == "Return" && tracing.t >= 0) return beforeReturn(tracing, e);
    if (kind != "Call" && kind != "CallIndirect") return e;
    const target = kind == "Call" ? c.name(c.raw._BinaryenCallGetTarget!(e)) : "";
    const site = sites[i++];
    if (site?.target != target) throw new Error(`gopark: call ${i} of ${name} is of ${target}, not ${site?.target}`);
    return site.pc ? placer.before(tracePc(tracing, site.pc), e) : placer.note(e);
  }
}

function tracePc({ c, t }: Tracing, pc: number): Expr {
  const { m, b } = c;
  if (t < 0) return m.block(null, pushPc(c, pc));
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

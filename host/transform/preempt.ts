// SPDX-License-Identifier: MIT
/**
 * Lets code that never parks give way, in builds with `--preempt` (for asc: `--use GO_PREEMPT=1`).
 *
 *     loop: …   ->   loop: if ((t = m.budget - 1) < 0) preempt(); else m.budget = t; …
 *
 * preempt() fills the budget again, reads the clock, and parks the goroutine as runnable when the
 * scheduler's slice is over. Recursive functions get the check at their beginning.
 *
 * Only the program's own functions get it, packages included. The standard library's stay whole,
 * as the runtime works with them; so do functions that the collector calls. It makes functions with loops may-park,
 * so they cost what asyncify costs: a few bytes a check, a frame's code a function.
 *
 * @module
 */

import { M0, M_BUDGET } from "../abi/layout.ts";
import { addLocal, definedFunctions, hasFunction, rewrite, walk, type Context, type Expr, type Func } from "./binaryen.ts";
import { keepCount } from "./defaults.ts";
import type { Fact, Facts } from "./facts.ts";
import { callGraph, isTrampoline, nameOf, recursive } from "./graph.ts";
import { SCHEDULER } from "./maypark.ts";

/** The name that `--use` gives a value. */
export const PREEMPT = "GO_PREEMPT";

/** Adds the checks. Runs on what asc compiled, before calls are marked. */
export function addPreempt(c: Context, facts: Facts, preempt: string): void {
  if (!hasFunction(c, preempt)) return; // a module without goroutines
  const whole = calledByRuntime(c);
  const names = new Set<string>();
  for (const f of definedFunctions(c)) {
    const name = nameOf(c, f);
    if (facts.functions.get(name)?.user && !whole.has(name)) names.add(name);
  }
  const recurring = new Set(recursive(c, names));
  for (const name of names) {
    const f = c.raw._BinaryenGetFunction!(c.m.ptr, c.cstr(name));
    const site = { c, f, preempt, fact: facts.functions.get(name)!, temp: -1 };
    checkLoops(site);
    if (recurring.has(name)) checkEntry(site);
  }
}

interface Site {
  readonly c: Context;
  readonly f: Func;
  readonly preempt: string;
  readonly fact: Fact;
  /** The function's local for the check, once it has one. */
  temp: number;
}

/** What the collector and the scheduler call directly: they are no place to park in. */
function calledByRuntime(c: Context): Set<string> {
  const graph = callGraph(c);
  const roots = [...graph.keys()].filter(name => SCHEDULER.test(name) && name != "~start" && !isTrampoline(name));
  const found = new Set(roots);
  const work = [...roots];
  while (work.length) {
    for (const callee of graph.get(work.pop()!)?.calls ?? []) {
      if (found.has(callee)) continue;
      found.add(callee);
      work.push(callee);
    }
  }
  return found;
}

function checkLoops(site: Site): void {
  const { raw } = site.c;
  const body = raw._BinaryenFunctionGetBody!(site.f);
  rewrite(raw, body, (e, kind) => {
    if (kind == "Loop") raw._BinaryenLoopSetBody!(e, checked(site, raw._BinaryenLoopGetBody!(e)));
    return e;
  });
}

function checkEntry(site: Site): void {
  const { raw } = site.c;
  raw._BinaryenFunctionSetBody!(site.f, checked(site, raw._BinaryenFunctionGetBody!(site.f)));
}

/** Puts a check before `body`; on stacks it is where the body's first expression is written. */
function checked(site: Site, body: Expr): Expr {
  const { c: { m, b, raw }, f, preempt, fact } = site;
  if (site.temp < 0) site.temp = addLocal(site.c, f, b.i32!);
  const base = () => m.i32.const(0);
  const less = m.i32.sub(m.i32.load(M0 + M_BUDGET, 4, base()), m.i32.const(1));
  const spent = m.i32.lt_s(m.local.tee(site.temp, less, b.i32!), m.i32.const(0));
  const call = m.call(preempt, [], b.none!);
  let first = 0;
  walk(raw, body, e => {
    if (!first && fact.placeOf(e)) first = e;
  });
  if (first) fact.setPlace(call, first);
  const keep = m.i32.store(M0 + M_BUDGET, 4, base(), m.local.get(site.temp, b.i32!));
  return m.block(null, [m.if(spent, keepCount(site.c, f, nameOf(site.c, f), call), keep), body], raw._BinaryenExpressionGetType!(body));
}

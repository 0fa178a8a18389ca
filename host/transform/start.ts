// SPDX-License-Identifier: MIT
/**
 * Starts goroutines by direct calls where `go` is given a function by name.
 *
 * A trampoline reads a goroutine's arguments off its stack and calls its function through the table, and is
 * called through the table itself. For each function that a trampoline is known to be for, there is a copy of
 * it that calls that function, and startgoroutine is a switch with the copies as its arms:
 *
 *     call_indirect(entry)   ->   switch (entry >>> START_SHIFT) { 0: call_indirect(entry); 1: …; 2: … }
 *
 * newproc finds the number of the arm in a word in front of the function's object, a part of asc's header
 * that nothing else reads; the word also says for which trampoline the number is good. Runs on what the
 * optimiser has left: a call of newproc, or of what hands its parameter on to newproc, with a constant.
 * Cost: some 40 bytes a function that is started; two indirect calls less for each start.
 *
 * @module
 */

import { START_MASK, START_SHIFT, START_WORD } from "../abi/layout.ts";
import { childrenOf, constantOf, definedFunctions, expandType, kindOf, rewrite, switchOf, walk, type Context, type Expr, type Func } from "./binaryen.ts";
import type { Facts } from "./facts.ts";
import { nameOf, tableEntries } from "./graph.ts";

/** Its calls must have all their operands: an optimiser drops one that is the same in all of them. */
export const NEWPROC = "~lib/gopark/assembly/sched/proc/newproc";
/** asc's global for functions with optional parameters; those are not called directly here. */
const ARGUMENTS_LENGTH = "~argumentsLength";
const TABLE = "0";

/** A function, and the trampoline that starts it. */
export interface Start {
  readonly trampoline: string;
  readonly fn: string;
  /** Of the function's object. */
  readonly address: number;
  /** What newproc makes the goroutine's entry. */
  readonly entry: number;
}

/** The word in front of the function's object. */
export function startWord({ address, entry }: Start): { at: number; word: number } {
  return { at: address - START_WORD, word: entry };
}

interface Call { readonly caller: Func; readonly e: Expr }

/** Finds what the program starts by name. */
export function findStarts(c: Context, facts: Facts): Start[] {
  const calls = directCalls(c);
  const table = new Map(tableEntries(c).map(({ index, name }) => [name, index]));
  const nameAt = facts.functionObjects();
  const starts = new Map<string, Start>();
  const add = (trampoline: number, address: number): void => {
    const [by, fn] = [nameAt.get(trampoline), nameAt.get(address)];
    const [index, known] = [table.get(by ?? ""), table.get(fn ?? "")];
    if (!by || !fn || index === undefined || known === undefined || starts.has(fn) || !suits(c, by, fn)) return;
    const arm = starts.size + 1;
    if (arm >= 1 << (32 - START_SHIFT) || index > START_MASK) return;
    starts.set(fn, { trampoline: by, fn, address, entry: arm << START_SHIFT | index });
  };
  for (const { caller, e } of calls.get(NEWPROC) ?? []) {
    const trampoline = constantOf(c.raw, operand(c, e, 0));
    if (trampoline !== undefined) follow({ c, calls, seen: new Set() }, { caller, e }, 1, address => add(trampoline, address));
  }
  return [...starts.values()];
}

interface Following {
  readonly c: Context;
  readonly calls: ReadonlyMap<string, readonly Call[]>;
  /** Functions and numbers of parameters that have been looked at. */
  readonly seen: Set<string>;
}

/** Tells each constant that operand `i` of a call may be, here or in the callers of a function that hands a parameter on. */
function follow(by: Following, { caller, e }: Call, i: number, found: (value: number) => void): void {
  const { c, calls, seen } = by;
  const value = operand(c, e, i);
  const known = constantOf(c.raw, value);
  if (known !== undefined) return found(known);
  const param = paramOf(c, caller, value);
  const name = nameOf(c, caller);
  const key = `${param} ${name}`;
  if (param < 0 || seen.has(key)) return;
  seen.add(key);
  for (const call of calls.get(name) ?? []) follow(by, call, param, found);
}

/** Whether what a trampoline calls through the table has the type of a function. */
function suits(c: Context, trampoline: string, fn: string): boolean {
  const { m, raw } = c;
  const [by, f] = [trampoline, fn].map(name => raw._BinaryenGetFunction!(m.ptr, c.cstr(name)));
  let found = false;
  walk(raw, raw._BinaryenFunctionGetBody!(by!), (e, kind) => {
    found ||= kind == "CallIndirect" && raw._BinaryenCallIndirectGetParams!(e) == raw._BinaryenFunctionGetParams!(f!)
      && raw._BinaryenCallIndirectGetResults!(e) == raw._BinaryenFunctionGetResults!(f!);
  });
  return found;
}

function operand({ raw }: Context, e: Expr, i: number): Expr {
  return raw._BinaryenCallGetOperandAt!(e, i);
}

/** The number of the parameter that an expression is, −1 if it is none, or one that is written. */
function paramOf(c: Context, f: Func, e: Expr): number {
  const { raw } = c;
  if (kindOf(raw, e) != "LocalGet") return -1;
  const index = raw._BinaryenLocalGetGetIndex!(e);
  if (index >= [...expandType(c, raw._BinaryenFunctionGetParams!(f))].length) return -1;
  let written = false;
  walk(raw, raw._BinaryenFunctionGetBody!(f), (x, kind) => {
    written ||= kind == "LocalSet" && raw._BinaryenLocalSetGetIndex!(x) == index;
  });
  return written ? -1 : index;
}

function directCalls(c: Context): Map<string, Call[]> {
  const { raw } = c;
  const calls = new Map<string, Call[]>();
  for (const caller of definedFunctions(c)) {
    walk(raw, raw._BinaryenFunctionGetBody!(caller), (e, kind) => {
      if (kind != "Call") return;
      const target = c.name(raw._BinaryenCallGetTarget!(e));
      const list = calls.get(target);
      if (list) list.push({ caller, e });
      else calls.set(target, [{ caller, e }]);
    });
  }
  return calls;
}

/** What startgoroutine(entry) becomes: its locals but for the parameter, and its body. */
export interface StartSwitch { readonly vars: number[]; readonly body: Expr }

/** Makes it of trampolines as they will be in the module. */
export function startSwitch(c: Context, starts: readonly Start[]): StartSwitch {
  const { m, b } = c;
  const vars: number[] = [];
  const entry = () => m.local.get(0, b.i32!);
  const any = (index: Expr) => m.call_indirect(TABLE, index, [], b.none!, b.none!);
  if (!starts.length) return { vars, body: any(entry()) };
  const rest = any(m.i32.and(entry(), m.i32.const(START_MASK)));
  const body = switchOf(c, m.i32.shr_u(entry(), m.i32.const(START_SHIFT)), [rest, ...starts.map(start => copy(c, start, vars))]);
  return { vars, body };
}

/** Copies a trampoline's body, its locals behind `vars`; the copy calls the function directly. */
function copy(c: Context, { trampoline, fn }: Start, vars: number[]): Expr {
  const { m, raw } = c;
  const from = raw._BinaryenGetFunction!(m.ptr, c.cstr(trampoline));
  const first = 1 + vars.length;
  for (let i = 0, n = raw._BinaryenFunctionGetNumVars!(from); i < n; ++i) vars.push(raw._BinaryenFunctionGetVar!(from, i));
  const direct = rewrite(raw, raw._BinaryenExpressionCopy!(raw._BinaryenFunctionGetBody!(from), m.ptr), (e, kind) => {
    if (kind == "GlobalSet" && c.name(raw._BinaryenGlobalSetGetName!(e)) == ARGUMENTS_LENGTH) return m.nop();
    if (kind == "LocalGet") raw._BinaryenLocalGetSetIndex!(e, first + raw._BinaryenLocalGetGetIndex!(e));
    if (kind == "LocalSet") raw._BinaryenLocalSetSetIndex!(e, first + raw._BinaryenLocalSetGetIndex!(e));
    if (kind != "CallIndirect") return e;
    return m.call(fn, childrenOf(c, e).slice(0, -1), raw._BinaryenCallIndirectGetResults!(e));
  });
  return withoutReads(c, direct);
}

/** Leaves out what was read only to find the function: no optimiser may drop a load. */
function withoutReads({ m, raw }: Context, body: Expr): Expr {
  const used = new Set<number>();
  walk(raw, body, (e, kind) => kind == "LocalGet" && used.add(raw._BinaryenLocalGetGetIndex!(e)));
  return rewrite(raw, body, (e, kind) => {
    if (kind != "LocalSet" || raw._BinaryenLocalSetIsTee!(e) || used.has(raw._BinaryenLocalSetGetIndex!(e))) return e;
    let value = raw._BinaryenLocalSetGetValue!(e);
    while (kindOf(raw, value) == "Load") value = raw._BinaryenLoadGetPtr!(value);
    return m.drop(value);
  });
}

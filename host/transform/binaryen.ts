// SPDX-License-Identifier: MIT
/**
 * Reads and rewrites Binaryen expressions through its C API.
 *
 * The JavaScript wrappers make an object per node; whole modules are walked here several
 * times, so the walk works on bare references. SHAPES lists, for each kind of expression,
 * its children in the order in which they are evaluated.
 *
 * @module
 */

import type binaryen from "assemblyscript/binaryen";

export type Expr = number;
export type Func = number;
export type Module = binaryen.Module;

/** Binaryen's C API as asc's copy exports it: numbers in, numbers out. */
export type Raw = Record<string, (...args: number[]) => number>;

/** Runs `f`. What Binaryen throws is a C++ exception, no error that asc can print. */
export function withErrors(f: () => void): void {
  try {
    f();
  } catch (thrown) {
    throw thrown instanceof Error ? thrown : new Error("gopark: Binaryen gave up on this program", { cause: thrown });
  }
}

/** What every pass needs. */
export interface Context {
  readonly m: Module;
  readonly raw: Raw;
  /** Numbers of types, kinds and operators. */
  readonly b: Record<string, number>;
  /** Reads an interned C string. */
  name(ptr: number): string;
  /** Interns a string. */
  cstr(name: string): number;
}

const SHAPES: Record<string, string> = {
  Block: "*Child",
  If: "Condition IfTrue IfFalse",
  Loop: "Body",
  Break: "Value Condition",
  Switch: "Value Condition",
  Call: "*Operand",
  CallIndirect: "*Operand Target",
  LocalGet: "",
  LocalSet: "Value",
  GlobalGet: "",
  GlobalSet: "Value",
  Load: "Ptr",
  Store: "Ptr Value",
  Const: "",
  Unary: "Value",
  Binary: "Left Right",
  Select: "IfTrue IfFalse Condition",
  Drop: "Value",
  Return: "Value",
  MemorySize: "",
  MemoryGrow: "Delta",
  Nop: "",
  Unreachable: "",
  AtomicRMW: "Ptr Value",
  AtomicCmpxchg: "Ptr Expected Replacement",
  AtomicWait: "Ptr Expected Timeout",
  AtomicNotify: "Ptr NotifyCount",
  AtomicFence: "",
  SIMDExtract: "Vec",
  SIMDReplace: "Vec Value",
  SIMDShuffle: "Left Right",
  SIMDTernary: "A B C",
  SIMDShift: "Vec Shift",
  SIMDLoad: "Ptr",
  SIMDLoadStoreLane: "Ptr Vec",
  MemoryInit: "Dest Offset Size",
  DataDrop: "",
  MemoryCopy: "Dest Source Size",
  MemoryFill: "Dest Value Size",
  RefNull: "",
  RefIsNull: "Value",
  RefFunc: "",
  RefEq: "Left Right",
  TableGet: "Index",
  TableSet: "Index Value",
  TableSize: "",
  TableGrow: "Value Delta",
  TupleMake: "*Operand",
  TupleExtract: "Tuple",
};

interface Shape {
  readonly kind: string;
  readonly list?: { count(e: Expr): number; get(e: Expr, i: number): Expr; set(e: Expr, i: number, c: Expr): void };
  readonly fields: readonly { get(e: Expr): Expr; set(e: Expr, c: Expr): void }[];
}

let shapes: Map<number, Shape> | undefined;

function api(raw: Raw, name: string): (...args: number[]) => number {
  const f = raw[name];
  if (!f) throw new Error(`Binaryen has no ${name}`);
  return f;
}

function makeShape(raw: Raw, kind: string, spec: string): Shape {
  const words = spec.split(" ").filter(Boolean);
  const of = (verb: string, what: string) => api(raw, `_Binaryen${kind}${verb}${what}`);
  const fields = words.filter(w => w[0] != "*").map(w => ({ get: of("Get", w), set: of("Set", w) }));
  const star = words.find(w => w[0] == "*")?.slice(1);
  if (!star) return { kind, fields };
  const plural = star == "Child" ? "Children" : `${star}s`;
  return { kind, fields, list: { count: of("GetNum", plural), get: of("Get", `${star}At`), set: of("Set", `${star}At`) } };
}

function shapeOf(raw: Raw, e: Expr): Shape {
  shapes ??= new Map(
    Object.entries(SHAPES).map(([kind, spec]) => [api(raw, `_Binaryen${kind}Id`)(), makeShape(raw, kind, spec)]),
  );
  const id = raw._BinaryenExpressionGetId(e);
  const shape = shapes.get(id);
  if (!shape) throw new Error(`gopark: expression kind ${id} is not supported`);
  return shape;
}

/** The kind of an expression, as SHAPES spells it. */
export function kindOf(raw: Raw, e: Expr): string {
  return shapeOf(raw, e).kind;
}

/** Replaces each child, in evaluation order, by what `fn` makes of it. */
export function mapChildren(raw: Raw, e: Expr, fn: (child: Expr) => Expr): void {
  const { list, fields } = shapeOf(raw, e);
  if (list) {
    for (let i = 0, n = list.count(e); i < n; ++i) {
      const child = list.get(e, i);
      const next = fn(child);
      if (next != child) list.set(e, i, next);
    }
  }
  for (const field of fields) {
    const child = field.get(e);
    if (!child) continue;
    const next = fn(child);
    if (next != child) field.set(e, next);
  }
}

/** The children of an expression, in evaluation order. */
export function childrenOf({ raw }: Context, e: Expr): Expr[] {
  const list: Expr[] = [];
  mapChildren(raw, e, child => (list.push(child), child));
  return list;
}

/** Rewrites a tree bottom-up, children in evaluation order before their parent. */
export function rewrite(raw: Raw, e: Expr, fn: (e: Expr, kind: string) => Expr): Expr {
  mapChildren(raw, e, child => rewrite(raw, child, fn));
  return fn(e, kindOf(raw, e));
}

/** Visits a tree bottom-up, children in evaluation order before their parent. */
export function walk(raw: Raw, e: Expr, fn: (e: Expr, kind: string) => void): void {
  rewrite(raw, e, (expr, kind) => {
    fn(expr, kind);
    return expr;
  });
}

/** The value of a 32-bit constant, also of one in front of which markers were; undefined for anything else. */
export function constantOf(raw: Raw, e: Expr): number | undefined {
  let value = e;
  while (kindOf(raw, value) == "Block") {
    const last = raw._BinaryenBlockGetNumChildren!(value) - 1;
    for (let i = 0; i < last; ++i) if (kindOf(raw, raw._BinaryenBlockGetChildAt!(value, i)) != "Nop") return undefined;
    value = raw._BinaryenBlockGetChildAt!(value, last);
  }
  const known = kindOf(raw, value) == "Const" && raw._BinaryenExpressionGetType!(value) == raw._BinaryenTypeInt32!();
  return known ? raw._BinaryenConstGetValueI32!(value) : undefined;
}

/** Whether an expression is `local == constant`; of any constant if `value` is not given. */
export function isComparison({ raw, b }: Context, e: Expr, local: number, value?: number): boolean {
  if (kindOf(raw, e) != "Binary" || raw._BinaryenBinaryGetOp!(e) != b.EqInt32) return false;
  const left = raw._BinaryenBinaryGetLeft!(e);
  if (kindOf(raw, left) != "LocalGet" || raw._BinaryenLocalGetGetIndex!(left) != local) return false;
  const known = constantOf(raw, raw._BinaryenBinaryGetRight!(e));
  return known !== undefined && (value === undefined || known === value);
}

/** Runs the arm whose number `value` is, the first for what is no arm's, and returns. */
export function switchOf({ m }: Context, value: Expr, arms: readonly Expr[]): Expr {
  const labels = arms.map((_, i) => `arm${i}`);
  const jump = m.switch(labels, labels[0]!, value);
  return arms.reduce((code, arm, i) => m.block(null, [m.block(labels[i]!, [code]), arm, m.return()]), jump);
}

/** The module's functions that have a body, in order. */
export function definedFunctions({ m, raw }: Context): Func[] {
  const list: Func[] = [];
  for (let i = 0, n = m.getNumFunctions(); i < n; ++i) {
    const f = m.getFunctionByIndex(i) as Func;
    if (raw._BinaryenFunctionGetBody(f)) list.push(f);
  }
  return list;
}

/** Adds a local and returns its index. */
export function addLocal({ raw }: Context, f: Func, type: number): number {
  return raw._BinaryenFunctionAddVar(f, type);
}

/** Replaces function `name`, an import or not, by one of the same type with the given body. */
export function redefine(c: Context, name: string, vars: number[], body: (params: number[], results: number) => Expr): void {
  const f = c.raw._BinaryenGetFunction(c.m.ptr, c.cstr(name));
  const params = c.raw._BinaryenFunctionGetParams(f);
  const results = c.raw._BinaryenFunctionGetResults(f);
  const made = body(expandType(c, params), results);
  c.m.removeFunction(name);
  c.m.addFunction(name, params, results, vars, made);
}

/** Whether the module has a function of that name. */
export function hasFunction(c: Context, name: string): boolean {
  return c.raw._BinaryenGetFunction(c.m.ptr, c.cstr(name)) != 0;
}

/** The module and the name that a function is imported by; two empty ones if it is no import. */
export function importOf(c: Context, name: string): [string, string] {
  if (!hasFunction(c, name)) return ["", ""];
  const f = c.raw._BinaryenGetFunction!(c.m.ptr, c.cstr(name));
  return [c.name(c.raw._BinaryenFunctionImportGetModule!(f)), c.name(c.raw._BinaryenFunctionImportGetBase!(f))];
}

/** The single types of a parameter list. */
export function expandType({ b }: Context, type: number): number[] {
  return (b as unknown as { expandType(t: number): Uint32Array }).expandType(type) as unknown as number[];
}

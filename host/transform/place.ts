// SPDX-License-Identifier: MIT
/**
 * Puts statements right before a call, behind the operands that themselves make calls; or right
 * before what any instruction does, behind all of its operands.
 *
 *     (call $f (call $g) (x))   ->   (call $f (call $g) (block (statement) (x)))
 *     (call $f (x) (call $g))   ->   (call $f (x) (block (t = call $g) (statement) (t)))
 *
 * @module
 */

import { addLocal, childrenOf, kindOf, mapChildren, type Context, type Expr, type Func } from "./binaryen.ts";

/** The statements between an expression's operands and what it does. */
export function behindOperands(c: Context, f: Func, e: Expr, statements: readonly Expr[]): Expr {
  const { raw, m } = c;
  const operands = childrenOf(c, e);
  if (operands.every(operand => isPlain(c, operand))) {
    return m.block(null, [...statements, e], raw._BinaryenExpressionGetType!(e));
  }
  let i = 0;
  mapChildren(raw, e, child => (++i == operands.length ? behind(c, f, child, statements) : child));
  return e;
}

/** An expression, then the statements, then its value. */
export function behind(c: Context, f: Func, e: Expr, statements: readonly Expr[]): Expr {
  const { raw, m, b } = c;
  const type = raw._BinaryenExpressionGetType!(e);
  if (type == b.unreachable) return e;
  if (type == b.none) return m.block(null, [e, ...statements]);
  if (isPlain(c, e)) return m.block(null, [...statements, e], type);
  const temp = addLocal(c, f, type);
  return m.block(null, [m.local.set(temp, e), ...statements, m.local.get(temp, type)], type);
}

function isPlain({ raw }: Context, e: Expr): boolean {
  return ["LocalGet", "Const"].includes(kindOf(raw, e));
}

/** Places statements in one function; remembers which expressions contain calls. */
export class Placer {
  private readonly withCalls = new Set<Expr>();
  private readonly temps = new Map<number, number>();
  private readonly c: Context;
  private readonly f: Func;

  constructor(c: Context, f: Func) {
    this.c = c;
    this.f = f;
  }

  /** Notes that an expression is or contains a call. Bottom-up walks tell of every one. */
  note(e: Expr): Expr {
    this.withCalls.add(e);
    return e;
  }

  /** Whether it was noted. */
  has(e: Expr): boolean {
    return this.withCalls.has(e);
  }

  /** The call with the statement before it. */
  before(statement: Expr, call: Expr): Expr {
    const { raw, m } = this.c;
    const children: Expr[] = [];
    mapChildren(raw, call, child => (children.push(child), child));
    const last = children.findLastIndex(child => this.withCalls.has(child));
    if (last < 0) return this.note(m.block(null, [statement, call], raw._BinaryenExpressionGetType!(call)));
    let i = 0;
    mapChildren(raw, call, child => {
      const at = i++;
      if (at == last + 1) return this.note(m.block(null, [statement, child], raw._BinaryenExpressionGetType!(child)));
      return at == last && at == children.length - 1 ? this.behind(statement, child) : child;
    });
    return this.note(call);
  }

  private behind(statement: Expr, e: Expr): Expr {
    const { raw, m, b } = this.c;
    const type = raw._BinaryenExpressionGetType!(e);
    if (type == b.unreachable) return e;
    const temp = this.tempOf(type);
    return this.note(m.block(null, [m.local.set(temp, e), statement, m.local.get(temp, type)], type));
  }

  private tempOf(type: number): number {
    let temp = this.temps.get(type);
    if (temp === undefined) this.temps.set(type, (temp = addLocal(this.c, this.f, type)));
    return temp;
  }
}

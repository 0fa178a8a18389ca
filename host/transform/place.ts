// SPDX-License-Identifier: MIT
/**
 * Puts a statement right before a call, behind the operands that themselves make calls.
 *
 *     (call $f (call $g) (x))   ->   (call $f (call $g) (block (statement) (x)))
 *     (call $f (x) (call $g))   ->   (call $f (x) (block (t = call $g) (statement) (t)))
 *
 * @module
 */

import { addLocal, mapChildren, type Context, type Expr, type Func } from "./binaryen.ts";

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

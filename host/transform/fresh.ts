// SPDX-License-Identifier: MIT
/**
 * Finds which words of a new object are written at once, so that they need not be zeroed, and
 * takes away stores of zero to what is zero.
 *
 *     p = __new(16, 7); p.a = 0; p.b = x; p.c = y; p.d = z   ->   word 1 of the call is written; p.a = 0 is gone
 *
 * asc's constructors begin with a zero for each field. As long as the statements behind the
 * allocation only store plain values to p, nothing else can see the object: no call is made but that
 * of the write barrier, which does not look into it, and p is not copied.
 *
 * @module
 */

import { LINK } from "./barrier.ts";
import { kindOf, mapChildren, walk, type Context, type Expr } from "./binaryen.ts";

const WORD = 8;

/** The size that a call allocates; undefined if it is another call. */
type SizeOf = (c: Context, call: Expr) => number | undefined;

/** By allocating call, the numbers of the words that are written before anything can read them. */
export function writtenWords(c: Context, body: Expr, sizeOf: SizeOf): Map<Expr, Set<number>> {
  const found = new Map<Expr, Set<number>>();
  walk(c.raw, body, (e, kind) => {
    if (kind != "Block") return;
    for (let i = 0; i < c.raw._BinaryenBlockGetNumChildren!(e); ++i) {
      const fresh = takeOut(c, e, i, sizeOf);
      if (fresh) found.set(fresh.call, new Fresh(c, fresh.local, fresh.size).follow(e, i + 1));
    }
  });
  return found;
}

interface Allocation {
  readonly call: Expr;
  readonly size: number;
  readonly local: number;
}

/** The allocation that a block's statement begins with; one in front of a store becomes a statement of its own. */
function takeOut(c: Context, block: Expr, at: number, sizeOf: SizeOf): Allocation | undefined {
  const { raw, m, b } = c;
  const statement = raw._BinaryenBlockGetChildAt!(block, at);
  const stores = kindOf(raw, statement) == "Store";
  const set = stores ? raw._BinaryenStoreGetPtr!(statement) : statement;
  if (kindOf(raw, set) != "LocalSet") return undefined;
  const call = raw._BinaryenLocalSetGetValue!(set);
  const size = kindOf(raw, call) == "Call" ? sizeOf(c, call) : undefined;
  if (size === undefined) return undefined;
  const local = raw._BinaryenLocalSetGetIndex!(set);
  if (stores) {
    raw._BinaryenStoreSetPtr!(statement, m.local.get(local, b.i32!));
    raw._BinaryenBlockInsertChildAt!(block, at, m.local.set(local, call));
  }
  return { call, size, local };
}

/** A new object in a local. */
class Fresh {
  private readonly c: Context;
  private readonly local: number;
  private readonly written: boolean[]; // by byte

  constructor(c: Context, local: number, size: number) {
    this.c = c;
    this.local = local;
    this.written = Array.from({ length: (size + WORD - 1 & -WORD) }, (_, i) => i >= size);
  }

  /** Follows the statements of a block as far as they only initialise the object. */
  follow(block: Expr, from: number): Set<number> {
    const { raw, m } = this.c;
    for (let i = from, n = raw._BinaryenBlockGetNumChildren!(block); i < n; ++i) {
      const statement = raw._BinaryenBlockGetChildAt!(block, i);
      if (!this.initialises(statement)) break;
      if (this.note(statement)) raw._BinaryenBlockSetChildAt!(block, i, m.nop());
    }
    const words = Array.from({ length: this.written.length / WORD }, (_, i) => i);
    return new Set(words.filter(word => this.written.slice(word * WORD, (word + 1) * WORD).every(Boolean)));
  }

  private initialises(statement: Expr): boolean {
    const { raw, name } = this.c;
    switch (kindOf(raw, statement)) {
      case "Nop": return true;
      case "Store": return this.isObject(raw._BinaryenStoreGetPtr!(statement)) && this.isPlain(raw._BinaryenStoreGetValue!(statement));
      case "LocalSet": return this.isPlain(statement);
      case "Call":
        return name(raw._BinaryenCallGetTarget!(statement)) == LINK &&
          this.isObject(raw._BinaryenCallGetOperandAt!(statement, 0)) && this.isPlain(raw._BinaryenCallGetOperandAt!(statement, 1));
      default: return false;
    }
  }

  private isObject(e: Expr): boolean {
    return kindOf(this.c.raw, e) == "LocalGet" && this.c.raw._BinaryenLocalGetGetIndex!(e) == this.local;
  }

  /** Whether an expression goes its way without the object. */
  private isPlain(e: Expr): boolean {
    const { raw } = this.c;
    switch (kindOf(raw, e)) {
      case "Const": case "GlobalGet": return true;
      case "LocalGet": return raw._BinaryenLocalGetGetIndex!(e) != this.local;
      case "LocalSet": if (raw._BinaryenLocalSetGetIndex!(e) == this.local) return false; break;
      case "Load": case "Unary": case "Binary": case "Select": break;
      default: return false;
    }
    let plain = true;
    mapChildren(raw, e, child => (plain &&= this.isPlain(child), child));
    return plain;
  }

  /** Whether the statement stores a zero where there is one; notes what any other store writes. */
  private note(statement: Expr): boolean {
    const { raw } = this.c;
    if (kindOf(raw, statement) != "Store") return false;
    const from = raw._BinaryenStoreGetOffset!(statement);
    const to = from + raw._BinaryenStoreGetBytes!(statement);
    if (from < 0 || to > this.written.length) return false;
    if (this.isZero(raw._BinaryenStoreGetValue!(statement)) && !this.written.slice(from, to).some(Boolean)) return true;
    this.written.fill(true, from, to);
    return false;
  }

  private isZero(e: Expr): boolean {
    const { raw, b } = this.c;
    if (kindOf(raw, e) != "Const") return false;
    switch (raw._BinaryenExpressionGetType!(e)) {
      case b.i32: return raw._BinaryenConstGetValueI32!(e) == 0;
      case b.i64: return Number(raw._BinaryenConstGetValueI64!(e)) == 0;
      case b.f32: return Object.is(raw._BinaryenConstGetValueF32!(e), 0);
      case b.f64: return Object.is(raw._BinaryenConstGetValueF64!(e), 0);
      default: return false;
    }
  }
}

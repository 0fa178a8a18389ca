// SPDX-License-Identifier: MIT
/**
 * Keeps the two ways through a function that asyncify has rewritten apart: how it runs, and how it gets to
 * the call at which its frame was left.
 *
 * The pass asks for the state in front of every piece of code and every call. Here the running way is one
 * piece that falls through, and the way back jumps from call to call beside it:
 *
 *     if (!s) A                                   block back: { if (s) br back; A; br call }
 *     if (!s | k == 0) { call f; … }      ->      if (k != 0) br skip
 *     if (!s) B                                   call: call f; …; B
 *                                                 skip: (the way back goes on)
 *
 * Both meet only where a loop begins, so the state is asked for once a turn. `s` is frame.ts's local: 0, or
 * REWINDING until the call is reached; behind a call it is set to 0. Code that has another form stays as it is.
 *
 * @module
 */

import { childrenOf, isComparison, kindOf, type Context, type Expr } from "./binaryen.ts";
import { NORMAL, REWINDING } from "./frame.ts";

/** After so many calls both ways come together once, so that blocks do not nest without end. */
const TOGETHER = 32;

interface Locals {
  /** asyncify's state. */
  readonly state: number;
  /** The number of the call that is looked for. */
  readonly index: number;
}

/** Code so far: the running way is at its end, the way back jumps to `label`, which is behind it. */
interface Ways {
  readonly label: string;
  readonly code: Expr[];
  /** How long `code` is while there is nothing in it. */
  readonly bare: number;
}

/** Rewrites a list of statements. Names of labels begin with `prefix`. */
export function threadWays(c: Context, list: readonly Expr[], locals: Locals, prefix: string): Expr[] {
  return new Threading(c, locals, prefix).lower(list);
}

class Threading {
  private readonly c: Context;
  private readonly locals: Locals;
  private readonly prefix: string;
  private labels = 0;
  private calls = 0;

  constructor(c: Context, locals: Locals, prefix: string) {
    this.c = c;
    this.locals = locals;
    this.prefix = prefix;
  }

  /** Statements that both ways enter at their beginning and leave at their end. */
  lower(list: readonly Expr[]): Expr[] {
    const out: Expr[] = [];
    const ways = this.follow(list, this.open(), out);
    this.close(ways, out);
    return out;
  }

  private label(what: string): string {
    return `${this.prefix}${what}${this.labels++}`;
  }

  /** Where both ways come together. */
  private open(): Ways {
    const { m } = this.c;
    const label = this.label("back");
    return { label, code: [m.br(label, this.get(this.locals.state))], bare: 1 };
  }

  private close({ label, code, bare }: Ways, out: Expr[]): void {
    if (code.length > bare) out.push(this.c.m.block(label, code));
  }

  /** Goes on from `ways` through a list; what had to be finished in between goes to `out`. */
  private follow(list: readonly Expr[], ways: Ways, out: Expr[]): Ways {
    for (const e of this.flat(list)) {
      const next = this.step(e, ways);
      if (next) {
        ways = next;
        continue;
      }
      this.close(ways, out);
      out.push(this.apart(e));
      ways = this.open();
    }
    return ways;
  }

  /** Adds a statement to the ways; null if they have to come together first. */
  private step(e: Expr, ways: Ways): Ways | null {
    const { raw, m } = this.c;
    const kind = kindOf(raw, e);
    if (kind == "Nop") return ways;
    if (kind == "Block") return this.stepBlock(e, ways);
    if (kind != "If" || raw._BinaryenIfGetIfFalse!(e)) return null;
    const [condition, body] = [raw._BinaryenIfGetCondition!(e), raw._BinaryenIfGetIfTrue!(e)];
    if (this.isState(condition, NORMAL)) {
      ways.code.push(body);
      return ways;
    }
    const sides = this.sidesOf(condition);
    if (!sides) return null;
    const [left, right] = sides;
    if (this.isState(left, NORMAL) && isComparison(this.c, right, this.locals.index)) {
      return ++this.calls % TOGETHER ? this.call(body, right, ways) : null;
    }
    if (!this.isState(right, REWINDING)) return null;
    const after = this.label("after");
    ways.code.push(m.br(after, m.i32.eqz(left)));
    return this.within(after, [body], ways);
  }

  /** A statement of its own: of a loop both ways enter each turn. */
  private apart(e: Expr): Expr {
    const { raw, m } = this.c;
    if (kindOf(raw, e) == "Loop") {
      raw._BinaryenLoopSetBody!(e, m.block(null, this.lower([raw._BinaryenLoopGetBody!(e)])));
      raw._BinaryenExpressionFinalize!(e);
    }
    return e;
  }

  private stepBlock(e: Expr, ways: Ways): Ways | null {
    const { c, c: { raw, b } } = this;
    if (raw._BinaryenExpressionGetType!(e) != b.none) return null;
    return this.within(c.name(raw._BinaryenBlockGetName!(e)), childrenOf(this.c, e), ways);
  }

  /** A list without blocks that nothing can leave. */
  private flat(list: readonly Expr[]): Expr[] {
    const { raw } = this.c;
    return list.flatMap(e => (kindOf(raw, e) == "Block" && !raw._BinaryenBlockGetName!(e) ? this.flat(childrenOf(this.c, e)) : [e]));
  }

  /** Goes through a list inside a block that the running way may leave by its name. */
  private within(after: string, list: readonly Expr[], ways: Ways): Ways {
    const { m } = this.c;
    const inner: Expr[] = [];
    const { label, code } = this.follow(list, ways, inner);
    const back = this.label("back");
    inner.push(m.block(label, [...code, m.br(after)]), m.br(back));
    return { label: back, code: [m.block(after, inner)], bare: 0 };
  }

  /** A call: the running way comes to it, the way back if it is the one. */
  private call(body: Expr, isIt: Expr, { label, code }: Ways): Ways {
    const { m } = this.c;
    const [here, skip] = [this.label("call"), this.label("back")];
    const arrive = m.block(here, [m.block(label, [...code, m.br(here)]), m.br(skip, m.i32.eqz(isIt))]);
    return { label: skip, code: [arrive, body], bare: 0 };
  }

  private get(local: number): Expr {
    return this.c.m.local.get(local, this.c.b.i32!);
  }

  /** Whether an expression asks for that state. */
  private isState(e: Expr, state: number): boolean {
    return isComparison(this.c, e, this.locals.state, state);
  }

  private sidesOf(e: Expr): [Expr, Expr] | null {
    const { raw, b } = this.c;
    if (kindOf(raw, e) != "Binary" || raw._BinaryenBinaryGetOp!(e) != b.OrInt32) return null;
    return [raw._BinaryenBinaryGetLeft!(e), raw._BinaryenBinaryGetRight!(e)];
  }
}

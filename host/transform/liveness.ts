// SPDX-License-Identifier: MIT
/**
 * Finds the locals that a frame has to keep: those alive behind a call that may park.
 *
 * It reads asyncify's output under one assumption, that the state is normal. A resumed frame
 * is in that state from the moment its call returns, so the skips that asyncify put around
 * code for rewinding count as taken, and a local that is set before it is read is dead. The pass itself
 * cannot assume that, and also keeps the call's operands; here the finished callee does not read them.
 * Only what an indirect call finds its callee with is read once more.
 *
 * @module
 */

import { Backward, BitSet } from "./backward.ts";
import { kindOf, type Context, type Expr } from "./binaryen.ts";

/** Locals alive behind any call in `body` that `parks` says may park, in order. */
export function liveAcrossCalls(c: Context, body: Expr, numLocals: number, state: string, parks: (call: Expr) => boolean): number[] {
  const walker = new Liveness(c, numLocals, state, parks);
  walker.back(body, new BitSet(numLocals));
  return walker.kept.list();
}

class Liveness extends Backward {
  readonly kept: BitSet;
  private readonly state: string;
  private readonly parks: (call: Expr) => boolean;

  constructor(c: Context, numLocals: number, state: string, parks: (call: Expr) => boolean) {
    super(c, numLocals);
    this.state = state;
    this.parks = parks;
    this.kept = new BitSet(numLocals);
  }

  protected override effect(e: Expr, kind: string, live: BitSet): void {
    const { raw } = this.c;
    if (kind == "LocalGet") live.add(raw._BinaryenLocalGetGetIndex!(e));
    else if (kind == "LocalSet") live.remove(raw._BinaryenLocalSetGetIndex!(e));
    else if ((kind == "Call" || kind == "CallIndirect") && this.parks(e)) {
      if (kind == "CallIndirect") this.keepOperand(raw._BinaryenCallIndirectGetTarget!(e));
      this.kept.merge(live);
    }
  }

  private keepOperand(e: Expr): void {
    const read = new BitSet(this.size);
    this.back(e, read);
    this.kept.merge(read);
  }

  /** What a condition is while the state is normal; undefined if it depends on more. */
  protected override truth(e: Expr): boolean | undefined {
    const { raw, b } = this.c;
    if (kindOf(raw, e) == "Unary" && raw._BinaryenUnaryGetOp!(e) == b.EqZInt32) {
      return this.isState(raw._BinaryenUnaryGetValue!(e)) ? true : undefined;
    }
    if (kindOf(raw, e) != "Binary") return undefined;
    const left = raw._BinaryenBinaryGetLeft!(e);
    const right = raw._BinaryenBinaryGetRight!(e);
    const op = raw._BinaryenBinaryGetOp!(e);
    if (op == b.EqInt32 && this.isState(left) && kindOf(raw, right) == "Const") {
      return raw._BinaryenConstGetValueI32!(right) == 0;
    }
    if (op != b.OrInt32) return undefined;
    const either = [this.truth(left), this.truth(right)];
    if (either.includes(true)) return true;
    return either.every(t => t === false) ? false : undefined;
  }

  private isState(e: Expr): boolean {
    const { raw } = this.c;
    return kindOf(raw, e) == "GlobalGet" && this.c.name(raw._BinaryenGlobalGetGetName!(e)) == this.state;
  }
}

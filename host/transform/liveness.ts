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

import { kindOf, mapChildren, type Context, type Expr } from "./binaryen.ts";

/** A set of locals. */
class Locals {
  private readonly words: Uint32Array;

  constructor(size: number, words = new Uint32Array((size + 31) >> 5)) {
    this.words = words;
  }

  copy(): Locals {
    return new Locals(0, this.words.slice());
  }

  assign(other: Locals | undefined): void {
    if (other) this.words.set(other.words);
    else this.words.fill(0);
  }

  /** Adds all of another set; tells whether that changed anything. */
  merge(other: Locals | undefined): boolean {
    let changed = false;
    other?.words.forEach((word, i) => {
      const before = this.words[i]!;
      this.words[i] = before | word;
      changed ||= this.words[i] != before;
    });
    return changed;
  }

  add(i: number): void {
    this.words[i >> 5]! |= 1 << (i & 31);
  }

  remove(i: number): void {
    this.words[i >> 5]! &= ~(1 << (i & 31));
  }

  list(): number[] {
    const all: number[] = [];
    this.words.forEach((word, w) => {
      for (let bit = 0; bit < 32; ++bit) if ((word >>> bit) & 1) all.push(w * 32 + bit);
    });
    return all;
  }
}

/** Locals alive behind any call in `body` that `parks` says may park, in order. */
export function liveAcrossCalls(c: Context, body: Expr, numLocals: number, state: string, parks: (call: Expr) => boolean): number[] {
  const walker = new Walker(c, numLocals, state, parks);
  walker.back(body, new Locals(numLocals));
  return walker.kept.list();
}

/** Walks backwards: each method turns what is alive behind an expression into what is alive before it. */
class Walker {
  readonly kept: Locals;
  private readonly labels = new Map<number, Locals>();
  private readonly c: Context;
  private readonly numLocals: number;
  private readonly state: string;
  private readonly parks: (call: Expr) => boolean;

  constructor(c: Context, numLocals: number, state: string, parks: (call: Expr) => boolean) {
    this.c = c;
    this.numLocals = numLocals;
    this.state = state;
    this.parks = parks;
    this.kept = new Locals(numLocals);
  }

  back(e: Expr, live: Locals): void {
    const { raw } = this.c;
    switch (kindOf(raw, e)) {
      case "LocalGet":
        live.add(raw._BinaryenLocalGetGetIndex!(e));
        return;
      case "LocalSet":
        live.remove(raw._BinaryenLocalSetGetIndex!(e));
        return this.back(raw._BinaryenLocalSetGetValue!(e), live);
      case "Block":
        this.labels.set(raw._BinaryenBlockGetName!(e), live.copy());
        return this.children(e, live);
      case "Loop":
        return this.loop(e, live);
      case "If":
        return this.branch(e, live);
      case "Break":
        return this.jump(e, [raw._BinaryenBreakGetName!(e)], raw._BinaryenBreakGetCondition!(e) != 0, live);
      case "Switch":
        return this.jump(e, this.switchLabels(e), false, live);
      case "Return":
      case "Unreachable":
        live.assign(undefined);
        return this.children(e, live);
      case "CallIndirect":
        if (this.parks(e)) this.keepOperand(raw._BinaryenCallIndirectGetTarget!(e));
        return this.call(e, live);
      case "Call":
        return this.call(e, live);
      default:
        return this.children(e, live);
    }
  }

  private call(e: Expr, live: Locals): void {
    if (this.parks(e)) this.kept.merge(live);
    this.children(e, live);
  }

  private keepOperand(e: Expr): void {
    const read = new Locals(this.numLocals);
    this.back(e, read);
    this.kept.merge(read);
  }

  private children(e: Expr, live: Locals): void {
    const list: Expr[] = [];
    mapChildren(this.c.raw, e, child => (list.push(child), child));
    for (let i = list.length - 1; i >= 0; --i) this.back(list[i]!, live);
  }

  private loop(e: Expr, live: Locals): void {
    const name = this.c.raw._BinaryenLoopGetName!(e);
    const head = new Locals(this.numLocals);
    const behind = live.copy();
    do {
      this.labels.set(name, head.copy());
      live.assign(behind);
      this.back(this.c.raw._BinaryenLoopGetBody!(e), live);
    } while (head.merge(live));
  }

  private branch(e: Expr, live: Locals): void {
    const { raw } = this.c;
    const condition = raw._BinaryenIfGetCondition!(e);
    const ifFalse = raw._BinaryenIfGetIfFalse!(e);
    const truth = this.truth(condition);
    const otherwise = live.copy();
    if (ifFalse && truth !== true) this.back(ifFalse, otherwise);
    if (truth === false) live.assign(otherwise);
    else this.back(raw._BinaryenIfGetIfTrue!(e), live);
    if (truth === undefined) live.merge(otherwise);
    // A condition that is known reads nothing but the state and the pass's own call index.
    if (truth === undefined) this.back(condition, live);
  }

  private jump(e: Expr, targets: number[], conditional: boolean, live: Locals): void {
    if (!conditional) live.assign(undefined);
    for (const target of targets) live.merge(this.labels.get(target));
    this.children(e, live);
  }

  private switchLabels(e: Expr): number[] {
    const { raw } = this.c;
    const labels = [raw._BinaryenSwitchGetDefaultName!(e)];
    for (let i = 0, n = raw._BinaryenSwitchGetNumNames!(e); i < n; ++i) labels.push(raw._BinaryenSwitchGetNameAt!(e, i));
    return labels;
  }

  /** What a condition is while the state is normal; undefined if it depends on more. */
  private truth(e: Expr): boolean | undefined {
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

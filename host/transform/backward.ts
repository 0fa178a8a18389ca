// SPDX-License-Identifier: MIT
/**
 * Walks a function's body backwards, for analyses of what is alive where.
 *
 * A subclass says what one expression does to the set of what is alive behind it; control flow is
 * done here: what is alive at a label comes from behind its block or from a loop's head, until
 * nothing changes any more. A return and what never ends have nothing alive behind them.
 *
 * @module
 */

import { kindOf, mapChildren, type Context, type Expr } from "./binaryen.ts";

/** A set of small numbers. */
export class BitSet {
  private readonly words: Uint32Array;

  constructor(size: number, words = new Uint32Array((size + 31) >> 5)) {
    this.words = words;
  }

  copy(): BitSet {
    return new BitSet(0, this.words.slice());
  }

  assign(other: BitSet | undefined): void {
    if (other) this.words.set(other.words);
    else this.words.fill(0);
  }

  /** Adds all of another set; tells whether that changed anything. */
  merge(other: BitSet | undefined): boolean {
    let changed = false;
    other?.words.forEach((word, i) => {
      const before = this.words[i]!;
      this.words[i] = before | word;
      changed ||= this.words[i] != before;
    });
    return changed;
  }

  /** Keeps only what another set has too. */
  intersect(other: BitSet): void {
    other.words.forEach((word, i) => (this.words[i]! &= word));
  }

  /** Takes out what another set has. */
  subtract(other: BitSet): void {
    other.words.forEach((word, i) => (this.words[i]! &= ~word));
  }

  fill(size: number): void {
    for (let i = 0; i < size; ++i) this.add(i);
  }

  add(i: number): void {
    this.words[i >> 5]! |= 1 << (i & 31);
  }

  remove(i: number): void {
    this.words[i >> 5]! &= ~(1 << (i & 31));
  }

  has(i: number): boolean {
    return ((this.words[i >> 5]! >>> (i & 31)) & 1) == 1;
  }

  list(): number[] {
    const all: number[] = [];
    this.words.forEach((word, w) => {
      for (let bit = 0; bit < 32; ++bit) if ((word >>> bit) & 1) all.push(w * 32 + bit);
    });
    return all;
  }
}

/** Turns what is alive behind an expression into what is alive before it. */
export abstract class Backward {
  /** What is alive at each label: behind a block, at the head of a loop. */
  readonly labels = new Map<number, BitSet>();
  protected readonly c: Context;
  protected readonly size: number;

  constructor(c: Context, size: number) {
    this.c = c;
    this.size = size;
  }

  /** What the expression itself does, its children aside. Called with what is alive behind it. */
  protected abstract effect(e: Expr, kind: string, live: BitSet): void;

  /** Told of each expression, and what is alive behind it: in loops several times, the last time is right. */
  protected note(_e: Expr, _kind: string, _live: BitSet): void {}

  /** What a condition is known to be. */
  protected truth(_condition: Expr): boolean | undefined {
    return undefined;
  }

  back(e: Expr, live: BitSet): void {
    const { raw } = this.c;
    const kind = kindOf(raw, e);
    this.note(e, kind, live);
    switch (kind) {
      case "Block":
        this.labels.set(raw._BinaryenBlockGetName!(e), live.copy());
        break;
      case "Loop":
        return this.loop(e, live);
      case "If":
        return this.branch(e, live);
      case "Break":
        this.jump([raw._BinaryenBreakGetName!(e)], raw._BinaryenBreakGetCondition!(e) != 0, live);
        break;
      case "Switch":
        this.jump(switchLabels(this.c, e), false, live);
        break;
      case "Return":
      case "Unreachable":
        live.assign(undefined);
        break;
      default:
        this.effect(e, kind, live);
    }
    this.children(e, live);
  }

  private children(e: Expr, live: BitSet): void {
    const list: Expr[] = [];
    mapChildren(this.c.raw, e, child => (list.push(child), child));
    for (let i = list.length - 1; i >= 0; --i) this.back(list[i]!, live);
  }

  private loop(e: Expr, live: BitSet): void {
    const name = this.c.raw._BinaryenLoopGetName!(e);
    const head = new BitSet(this.size);
    const behind = live.copy();
    do {
      this.labels.set(name, head.copy());
      live.assign(behind);
      this.back(this.c.raw._BinaryenLoopGetBody!(e), live);
    } while (head.merge(live));
  }

  private branch(e: Expr, live: BitSet): void {
    const { raw } = this.c;
    const condition = raw._BinaryenIfGetCondition!(e);
    const ifFalse = raw._BinaryenIfGetIfFalse!(e);
    const truth = this.truth(condition);
    const otherwise = live.copy();
    if (ifFalse && truth !== true) this.back(ifFalse, otherwise);
    if (truth === false) live.assign(otherwise);
    else this.back(raw._BinaryenIfGetIfTrue!(e), live);
    if (truth !== undefined) return; // and so the condition reads nothing that matters
    live.merge(otherwise);
    this.back(condition, live);
  }

  private jump(targets: readonly number[], conditional: boolean, live: BitSet): void {
    if (!conditional) live.assign(undefined);
    for (const target of targets) live.merge(this.labels.get(target));
  }
}

/** The labels a switch goes to. */
export function switchLabels({ raw }: Context, e: Expr): number[] {
  const labels = [raw._BinaryenSwitchGetDefaultName!(e)];
  for (let i = 0, n = raw._BinaryenSwitchGetNumNames!(e); i < n; ++i) labels.push(raw._BinaryenSwitchGetNameAt!(e, i));
  return labels;
}

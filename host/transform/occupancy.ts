// SPDX-License-Identifier: MIT
/**
 * Finds, going forwards, which slots may hold a value at each label and at each marker: those that
 * a marker has written on some path and whose function has not been left since.
 *
 * @module
 */

import { BitSet, switchLabels } from "./backward.ts";
import { kindOf, mapChildren, type Context, type Expr } from "./binaryen.ts";

/** What a store to a marker's global means, by positions of slots. */
export interface Markers {
  /** The slot that gets a value; −1 if none does. */
  written(e: Expr): number;
  /** The slots whose function is left, or that get null. */
  left(e: Expr): readonly number[];
}

/** Walks a body forwards; loops until nothing changes. */
export class Occupancy {
  readonly labels = new Map<number, BitSet>();
  readonly markers = new Map<Expr, BitSet>();
  private readonly c: Context;
  private readonly means: Markers;

  constructor(c: Context, size: number, means: Markers, body: Expr) {
    this.c = c;
    this.means = means;
    this.walk(body, new BitSet(size));
  }

  /** Turns what is in use before an expression into what is in use behind it. */
  private walk(e: Expr, used: BitSet): void {
    const { raw } = this.c;
    switch (kindOf(raw, e)) {
      case "If": return this.branch(e, used);
      case "Loop": return this.loop(e, used);
      case "Block":
        this.children(e, used);
        return this.meet(raw._BinaryenBlockGetName!(e), used);
      case "Break":
        return this.jump(e, [raw._BinaryenBreakGetName!(e)], raw._BinaryenBreakGetCondition!(e) != 0, used);
      case "Switch":
        return this.jump(e, switchLabels(this.c, e), false, used);
      case "Return":
      case "Unreachable":
        this.children(e, used);
        return used.assign(undefined);
      case "GlobalSet":
        this.children(e, used);
        return this.marker(e, used);
      default:
        this.children(e, used);
    }
  }

  private children(e: Expr, used: BitSet): void {
    mapChildren(this.c.raw, e, child => (this.walk(child, used), child));
  }

  /** The end of a block is reached by falling through to it, too. */
  private meet(label: number, used: BitSet): void {
    const jumped = this.labels.get(label);
    if (!jumped) return;
    jumped.merge(used);
    used.assign(jumped);
  }

  private marker(e: Expr, used: BitSet): void {
    const slot = this.means.written(e);
    if (slot >= 0) {
      this.markers.set(e, used.copy());
      used.add(slot);
    }
    for (const left of this.means.left(e)) used.remove(left);
  }

  private branch(e: Expr, used: BitSet): void {
    const { raw } = this.c;
    this.walk(raw._BinaryenIfGetCondition!(e), used);
    const otherwise = used.copy();
    this.walk(raw._BinaryenIfGetIfTrue!(e), used);
    const ifFalse = raw._BinaryenIfGetIfFalse!(e);
    if (ifFalse) this.walk(ifFalse, otherwise);
    used.merge(otherwise);
  }

  private loop(e: Expr, used: BitSet): void {
    const name = this.c.raw._BinaryenLoopGetName!(e);
    const head = used.copy();
    do {
      this.labels.set(name, head.copy());
      used.assign(head);
      this.walk(this.c.raw._BinaryenLoopGetBody!(e), used);
    } while (head.merge(this.labels.get(name)));
  }

  private jump(e: Expr, targets: readonly number[], conditional: boolean, used: BitSet): void {
    this.children(e, used);
    for (const target of targets) {
      const known = this.labels.get(target);
      if (known) known.merge(used);
      else this.labels.set(target, used.copy());
    }
    if (!conditional) used.assign(undefined);
  }
}

// SPDX-License-Identifier: MIT
/**
 * Walks a body forwards and writes references to the frame where slots.ts has said that they
 * must be there.
 *
 * At each point it knows which slots' values are in which locals, and whether they are in the
 * frame too; and which words of the frame have been written since it was made. Where several
 * paths meet that are not the arms of one if, it forgets the locals, so values are written before.
 * A word whose function has been left, inlined as it may be, is emptied before the next call that
 * could collect: nothing is kept alive that the program has done with.
 *
 * @module
 */

import { BitSet, switchLabels } from "./backward.ts";
import { addLocal, kindOf, mapChildren, type Expr, type Func } from "./binaryen.ts";
import { behind, behindOperands } from "./place.ts";
import { collects, holdsNothing, leftBy, slotOf, type Rooting, type SlotFlow } from "./slotflow.ts";

/** Names of the globals whose stores become stores to a frame's words. */
export const ROOT = "gopark:root:";

/** Thrown when a reference would have to be in a frame where there is none. */
export class NoFrame extends Error {}

export interface Plan {
  readonly rooting: Rooting;
  readonly f: Func;
  readonly flow: SlotFlow;
  /** The word of each slot. */
  readonly words: readonly number[];
  /** The part of the body with a frame; outside of it, each collecting call makes its own. */
  readonly region: Expr;
}

/** Where a slot's value is. */
interface Held { readonly local: number; readonly written: boolean }

interface State {
  readonly held: Map<number, Held>;
  /** Words of the frame that have been written on every path. */
  readonly stored: BitSet;
  /** Slots whose word may have their value. */
  readonly holders: BitSet;
  /** Words that have what no slot means any more. */
  readonly stale: BitSet;
  /** Control does not get here. */
  dead: boolean;
}

/** One pass over a function; `build` false: changes nothing, only finds out whether the region suffices. */
export class Placing {
  readonly regions = new Set<Expr>();
  readonly zeroed: BitSet;
  private state: State;
  private inside = false;
  private readonly written: BitSet; // slots that have been in the region's frame
  private readonly atLabel = new Map<number, BitSet>(); // words stored on every branch to it
  private temps = 0;
  private readonly plan: Plan;
  private readonly build: boolean;
  private readonly numWords: number;
  /** The slots of each word. */
  private readonly sharers: readonly (readonly number[])[];

  constructor(plan: Plan, build: boolean) {
    this.plan = plan;
    this.build = build;
    this.numWords = plan.words.reduce((n, word) => Math.max(n, word + 1), 0);
    this.zeroed = new BitSet(this.numWords);
    this.sharers = Array.from({ length: this.numWords }, (_, word) => plan.words.flatMap((own, slot) => (own == word ? [slot] : [])));
    this.written = new BitSet(plan.words.length);
    this.state = {
      held: new Map(), stored: new BitSet(this.numWords), holders: new BitSet(plan.words.length), stale: new BitSet(this.numWords), dead: false,
    };
  }

  place(e: Expr): Expr {
    if (e == this.plan.region && !this.inside) return this.enterRegion(e);
    const { raw } = this.c;
    const kind = kindOf(raw, e);
    switch (kind) {
      case "GlobalSet": return this.marker(e);
      case "LocalSet": return this.assignment(e);
      case "If": return this.branch(e);
      case "Loop": return this.loop(e);
      case "Block": return this.block(e);
      case "Break": return this.jump(e, [raw._BinaryenBreakGetName!(e)], raw._BinaryenBreakGetCondition!(e) != 0);
      case "Switch": return this.jump(e, switchLabels(this.c, e), false);
      case "Call":
      case "CallIndirect":
        this.children(e);
        return collects(this.c, e, kind, this.plan.rooting.collecting) ? this.call(e) : e;
      case "Return":
      case "Unreachable":
        this.children(e);
        this.die();
        return e;
      default:
        this.children(e);
        return e;
    }
  }

  private get c() {
    return this.plan.rooting.c;
  }

  private children(e: Expr): void {
    mapChildren(this.c.raw, e, child => this.place(child));
  }

  private die(): void {
    this.state.held.clear();
    this.state.stored.fill(this.numWords);
    this.state.dead = true;
  }

  private enterRegion(e: Expr): Expr {
    this.state.stored.assign(undefined);
    this.inside = true;
    this.state.holders.assign(undefined);
    this.state.stale.assign(undefined);
    const made = this.place(e);
    this.inside = false;
    this.regions.add(made);
    const behind = this.plan.flow.behind.get(e);
    // Beyond the region its frame is gone: what was only there is lost.
    for (const slot of this.written.list()) if (behind?.has(slot) && !this.state.held.has(slot)) throw new NoFrame();
    for (const [slot, { local }] of this.state.held) this.state.held.set(slot, { local, written: false });
    return made;
  }

  private marker(e: Expr): Expr {
    const { raw, m } = this.c;
    const { flow, rooting } = this.plan;
    const left = leftBy(this.c, e);
    if (left >= 0) {
      flow.slots.forEach((slot, i) => rooting.owners[slot] == left && this.leave(i));
      return this.build ? m.nop() : e;
    }
    const slot = flow.position.get(slotOf(this.c, e));
    if (slot === undefined) {
      this.children(e);
      return e;
    }
    const value = raw._BinaryenGlobalSetGetValue!(e);
    if (holdsNothing(this.c, e)) {
      this.leave(slot);
      return this.build ? m.nop() : e;
    }
    const [local, code] = flow.needed.has(e) ? this.toLocal(value) : [-1, this.discard(value)];
    if (local == -1) this.state.held.delete(slot);
    else this.hold(slot, local);
    return this.build ? code : e;
  }

  /** A slot has got a value: those that have its word and another one are in use no more. */
  private hold(slot: number, local: number): void {
    const { held } = this.state;
    if (held.get(slot)?.local !== local) held.set(slot, { local, written: false });
    for (const other of this.sharing(slot)) if (held.get(other)?.local !== local) held.delete(other);
  }

  private leave(slot: number): void {
    const { held, holders, stale } = this.state;
    held.delete(slot);
    if (!holders.has(slot)) return;
    holders.remove(slot);
    if (!this.sharing(slot).some(other => holders.has(other))) stale.add(this.plan.words[slot]!);
  }

  /** The other slots that have its word. */
  private sharing(slot: number): number[] {
    return this.sharers[this.plan.words[slot]!]!.filter(other => other != slot);
  }

  private discard(value: Expr): Expr {
    const placed = this.place(value);
    if (!this.build) return placed;
    return kindOf(this.c.raw, placed) == "LocalGet" ? this.c.m.nop() : this.c.m.drop(placed);
  }

  /** The local that a marker's value is in, and the code that puts it there. */
  private toLocal(value: Expr): [number, Expr] {
    const { raw, m, b } = this.c;
    if (kindOf(raw, value) == "LocalGet") return [raw._BinaryenLocalGetGetIndex!(value), this.build ? m.nop() : value];
    const placed = this.place(value);
    if (raw._BinaryenExpressionGetType!(placed) == b.unreachable) return [-1, placed];
    if (kindOf(raw, placed) == "LocalSet") {
      const local = raw._BinaryenLocalSetGetIndex!(placed);
      return [local, this.build ? m.local.set(local, raw._BinaryenLocalSetGetValue!(placed)) : placed];
    }
    const temp = this.newLocal(b.i32!);
    return [temp, this.build ? m.local.set(temp, placed) : placed];
  }

  private newLocal(type: number): number {
    return this.build ? addLocal(this.c, this.plan.f, type) : -2 - this.temps++;
  }

  private assignment(e: Expr): Expr {
    const { raw } = this.c;
    this.children(e);
    const local = raw._BinaryenLocalSetGetIndex!(e);
    const behind = this.plan.flow.behind.get(e)!;
    const stores = this.write((slot, held) => held.local == local && behind.has(slot));
    if (stores.length) raw._BinaryenLocalSetSetValue!(e, this.after(raw._BinaryenLocalSetGetValue!(e), stores));
    for (const [slot, held] of this.state.held) if (held.local == local) this.state.held.delete(slot);
    return e;
  }

  /** Writes the values to the frame that are in locals only and that `which` picks. */
  private write(which: (slot: number, held: Held) => boolean): Expr[] {
    const { m, b } = this.c;
    const stores: Expr[] = [];
    for (const [slot, held] of this.state.held) {
      if (held.written || !which(slot, held)) continue;
      if (!this.inside) throw new NoFrame();
      this.state.held.set(slot, { local: held.local, written: true });
      const word = this.plan.words[slot]!;
      this.state.stored.add(word);
      this.written.add(slot);
      const there = this.takeWord(slot, held.local);
      if (this.build && !there) stores.push(m.global.set(`${ROOT}${word}`, m.local.get(held.local, b.i32!)));
    }
    return stores;
  }

  /** Notes that a slot's word has its value; tells whether another slot has put the same there already. */
  private takeWord(slot: number, local: number): boolean {
    const { held, holders, stale } = this.state;
    const { twins } = this.plan.flow;
    let there = false;
    for (const other of this.sharing(slot)) {
      const twin = held.get(other);
      if (twin?.local === local) there ||= twin.written;
      // A twin of which no local is known any more may be in use all the same.
      else if (!twins[slot]!.has(other) && !twins[other]!.has(slot)) holders.remove(other);
    }
    holders.add(slot);
    stale.remove(this.plan.words[slot]!);
    return there;
  }

  private call(e: Expr): Expr {
    if (this.state.dead) return e;
    if (!this.inside) return this.callWithFrame(e);
    const stores = [...this.write(() => true), ...this.emptyStale()];
    this.noteEmpty(this.state.stored);
    return this.afterOperands(e, stores);
  }

  private emptyStale(): Expr[] {
    const { m } = this.c;
    const words = this.state.stale.list();
    this.state.stale.assign(undefined);
    return this.build ? words.map(word => m.global.set(`${ROOT}${word}`, m.i32.const(0))) : [];
  }

  /** A cold call outside of the region. */
  private callWithFrame(e: Expr): Expr {
    const held = new Map(this.state.held);
    this.state.stored.assign(undefined);
    this.inside = true;
    const stores = this.write(() => true);
    this.inside = false;
    this.noteEmpty(this.state.stored);
    held.forEach((value, slot) => this.state.held.set(slot, value)); // the frame is gone again
    if (!this.build) return e;
    const { raw, m } = this.c;
    const made = stores.length ? m.block(null, [...stores, e], raw._BinaryenExpressionGetType!(e)) : e;
    this.regions.add(made);
    return made;
  }

  private noteEmpty(stored: BitSet): void {
    for (let word = 0; word < this.numWords; ++word) if (!stored.has(word)) this.zeroed.add(word);
  }

  private branch(e: Expr): Expr {
    const { raw, m } = this.c;
    const set = (which: string, arm: Expr) => this.build && raw[`_BinaryenIfSet${which}`]!(e, arm);
    const condition = raw._BinaryenIfGetCondition!(e);
    set("Condition", this.place(condition));
    const before = this.copy();
    let ifTrue = this.place(raw._BinaryenIfGetIfTrue!(e));
    const first = this.state;
    this.state = before;
    let ifFalse = raw._BinaryenIfGetIfFalse!(e);
    if (ifFalse) ifFalse = this.place(ifFalse);
    const second = this.state;
    const behind = this.plan.flow.behind.get(e)!;
    const differs = (other: State) => (slot: number, held: Held) => behind.has(slot) && other.held.get(slot)?.local != held.local;
    if (!first.dead && !second.dead) {
      this.state = first;
      ifTrue = this.after(ifTrue, this.write(differs(second)));
      this.state = second;
      const stores = this.write(differs(first));
      if (stores.length) ifFalse = ifFalse ? this.after(ifFalse, stores) : m.block(null, stores);
    }
    set("IfTrue", ifTrue);
    if (ifFalse) set("IfFalse", ifFalse);
    this.state = this.joined(first, second);
    return e;
  }

  /** What is known where both arms of an if meet. */
  private joined(a: State, b: State): State {
    if (a.dead) return b;
    if (b.dead) return a;
    for (const [slot, held] of a.held) {
      const other = b.held.get(slot);
      if (other?.local != held.local) a.held.delete(slot);
      else a.held.set(slot, { local: held.local, written: held.written && other.written });
    }
    a.stored.intersect(b.stored);
    a.holders.merge(b.holders);
    a.stale.merge(b.stale);
    for (const slot of a.holders.list()) a.stale.remove(this.plan.words[slot]!);
    return a;
  }

  private copy(): State {
    const { held, stored, holders, stale, dead } = this.state;
    return { held: new Map(held), stored: stored.copy(), holders: holders.copy(), stale: stale.copy(), dead };
  }

  private loop(e: Expr): Expr {
    const { raw, m } = this.c;
    const head = this.plan.flow.labels.get(raw._BinaryenLoopGetName!(e));
    const stores = this.write(slot => head?.has(slot) ?? false);
    const changes = this.plan.flow.changes.get(e)!;
    for (const [slot, { local }] of this.state.held) {
      // What the loop leaves alone is where it was in each turn.
      if (!head?.has(slot) || changes.slots.has(slot) || changes.locals.has(local)) this.state.held.delete(slot);
    }
    this.keepUsed(head);
    this.children(e);
    return stores.length ? m.block(null, [...stores, e], raw._BinaryenExpressionGetType!(e)) : e;
  }

  /** What comes to a label on other paths may be in use. */
  private keepUsed(live: BitSet | undefined): void {
    const { holders, stale } = this.state;
    for (const slot of live?.list() ?? []) {
      holders.add(slot);
      stale.remove(this.plan.words[slot]!);
    }
  }

  private block(e: Expr): Expr {
    const { raw } = this.c;
    const name = raw._BinaryenBlockGetName!(e);
    this.children(e);
    const branched = name ? this.atLabel.get(name) : undefined;
    if (!branched) return e;
    const live = this.plan.flow.labels.get(name);
    const stores = this.write(slot => live?.has(slot) ?? false);
    const last = raw._BinaryenBlockGetNumChildren!(e) - 1;
    if (stores.length) raw._BinaryenBlockSetChildAt!(e, last, this.after(raw._BinaryenBlockGetChildAt!(e, last), stores));
    this.state.held.clear();
    this.state.stored.intersect(branched);
    this.keepUsed(live);
    this.state.dead = false;
    return e;
  }

  private jump(e: Expr, targets: readonly number[], conditional: boolean): Expr {
    this.children(e);
    const live = targets.map(target => this.plan.flow.labels.get(target));
    const stores = this.write(slot => live.some(set => set?.has(slot)));
    const made = this.afterOperands(e, stores);
    for (const target of targets) {
      const known = this.atLabel.get(target);
      if (known) known.intersect(this.state.stored);
      else this.atLabel.set(target, this.state.stored.copy());
    }
    if (!conditional) this.die();
    return made;
  }

  /** The statements, which are there only when building, between an expression's operands and what it does. */
  private afterOperands(e: Expr, statements: readonly Expr[]): Expr {
    return statements.length ? behindOperands(this.c, this.plan.f, e, statements) : e;
  }

  /** An expression, then the statements, then its value. */
  private after(e: Expr, statements: readonly Expr[]): Expr {
    return statements.length ? behind(this.c, this.plan.f, e, statements) : e;
  }
}


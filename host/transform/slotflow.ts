// SPDX-License-Identifier: MIT
/**
 * Finds the references that a collection could miss: of all that asc's shadow stack would hold,
 * those that a call which may collect can follow.
 *
 * Works on markers (shadow.ts): `slot N := v` says that asc roots v until slot N is written again
 * or its function is left. A marker from which control cannot come to a collecting call first is
 * needless.
 *
 * @module
 */

import { Backward, BitSet } from "./backward.ts";
import { kindOf, type Context, type Expr } from "./binaryen.ts";
import type { Collecting } from "./collecting.ts";
import { Occupancy, type Changes, type Markers } from "./occupancy.ts";

/** Names of the globals whose stores are markers. */
export const SLOT = "gopark:slot:";
export const LEAVE = "gopark:leave";

/** What one function's markers amount to. */
export interface SlotFlow {
  /** Slots by their numbers in the module; positions in this list are what sets count. */
  readonly slots: readonly number[];
  readonly position: ReadonlyMap<number, number>;
  /** Markers that are needed. */
  readonly needed: ReadonlyMap<Expr, unknown>;
  /** Slots in use at a label: they may hold a value, and a collecting call can follow. */
  readonly labels: ReadonlyMap<number, BitSet>;
  /** Slots that a collecting call can follow, behind an if, an assignment or the region. */
  readonly behind: ReadonlyMap<Expr, BitSet>;
  /** By slot: those in use, with another value, where it is written. */
  readonly neighbours: readonly BitSet[];
  /** By slot: those that have its value already where it is written. */
  readonly twins: readonly BitSet[];
  /** What each loop changes. */
  readonly changes: ReadonlyMap<Expr, Changes>;
  /** Slots that a needed marker writes: no other needs a word. */
  readonly holding: BitSet;
}

/** The number of the slot that a marker writes; −1 if it is none. */
export function slotOf({ raw, name }: Context, e: Expr): number {
  const global = name(raw._BinaryenGlobalSetGetName!(e));
  return global.startsWith(SLOT) ? Number(global.slice(SLOT.length)) : -1;
}

/** The number of the function whose end a marker notes; −1 if it is none. */
export function leftBy({ raw, name }: Context, e: Expr): number {
  if (name(raw._BinaryenGlobalSetGetName!(e)) != LEAVE) return -1;
  return raw._BinaryenConstGetValueI32!(raw._BinaryenGlobalSetGetValue!(e));
}

/** Whether a marker's value is null, or what is never freed. */
export function holdsNothing({ raw }: Context, e: Expr): boolean {
  return kindOf(raw, raw._BinaryenGlobalSetGetValue!(e)) == "Const";
}

/** Whether a call may collect. */
export function collects({ raw, name }: Context, e: Expr, kind: string, { functions, signatures }: Collecting): boolean {
  if (kind == "Call") return functions.has(name(raw._BinaryenCallGetTarget!(e)));
  if (kind != "CallIndirect") return false;
  return signatures.has(`${raw._BinaryenCallIndirectGetParams!(e)}:${raw._BinaryenCallIndirectGetResults!(e)}`);
}

/** What a module's markers mean. */
export interface Rooting {
  readonly c: Context;
  /** Which function, by its number, each slot was written in. */
  readonly owners: readonly number[];
  readonly collecting: Collecting;
}

/** Analyses a body, or a region of it, that has the given slots. */
export function slotFlow(rooting: Rooting, body: Expr, slots: readonly number[], region: Expr = 0): SlotFlow {
  const walker = new Walker(rooting, slots, region);
  walker.back(body, new BitSet(slots.length));
  walker.restrict(new Occupancy(rooting.c, slots.length, walker, body));
  return walker;
}

class Walker extends Backward implements SlotFlow, Markers {
  /** With the slots that a collecting call can follow. */
  readonly needed = new Map<Expr, BitSet>();
  readonly behind = new Map<Expr, BitSet>();
  readonly neighbours: BitSet[];
  readonly twins: BitSet[];
  changes: ReadonlyMap<Expr, Changes> = new Map();
  readonly holding: BitSet;
  readonly position: Map<number, number>;
  readonly slots: readonly number[];
  private readonly owners: readonly number[];
  private readonly collecting: Collecting;
  private readonly region: Expr;

  constructor({ c, owners, collecting }: Rooting, slots: readonly number[], region: Expr) {
    super(c, slots.length);
    this.slots = slots;
    this.owners = owners;
    this.collecting = collecting;
    this.region = region;
    this.position = new Map(slots.map((slot, i) => [slot, i]));
    this.neighbours = slots.map(() => new BitSet(slots.length));
    this.twins = slots.map(() => new BitSet(slots.length));
    this.holding = new BitSet(slots.length);
  }

  protected override note(e: Expr, kind: string, live: BitSet): void {
    if (kind == "If" || kind == "LocalSet" || e == this.region) this.behind.set(e, live.copy());
  }

  protected override effect(e: Expr, kind: string, live: BitSet): void {
    if (kind == "GlobalSet") this.marker(e, live);
    else if (collects(this.c, e, kind, this.collecting)) live.fill(this.size);
  }

  written(e: Expr): number {
    return holdsNothing(this.c, e) ? -1 : this.positionOf(e);
  }

  left(e: Expr): number[] {
    const emptied = this.positionOf(e);
    if (emptied >= 0) return holdsNothing(this.c, e) ? [emptied] : [];
    const left = leftBy(this.c, e);
    return left < 0 ? [] : this.slots.flatMap((slot, i) => (this.owners[slot] == left ? [i] : []));
  }

  private positionOf(e: Expr): number {
    return this.position.get(slotOf(this.c, e)) ?? -1;
  }

  private marker(e: Expr, live: BitSet): void {
    for (const i of this.left(e)) live.remove(i);
    const i = this.written(e);
    if (i < 0 || !live.has(i)) return;
    live.remove(i);
    this.holding.add(i);
    this.needed.set(e, live.copy());
  }

  /** Leaves only slots that may hold a value. */
  restrict(occupancy: Occupancy): void {
    this.changes = occupancy.changes;
    for (const [label, live] of this.labels) live.intersect(occupancy.labels.get(label)?.used ?? new BitSet(this.size));
    for (const [e, live] of this.needed) {
      const use = occupancy.markers.get(e);
      if (!use) continue; // unreachable
      live.intersect(use.used);
      const slot = this.written(e);
      const others = live.copy();
      others.subtract(use.equal);
      this.neighbours[slot]!.merge(others);
      live.intersect(use.equal);
      this.twins[slot]!.merge(live);
    }
  }
}

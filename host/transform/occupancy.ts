// SPDX-License-Identifier: MIT
/**
 * Finds, going forwards, which slots may hold a value at each label and at each marker: those that
 * a marker has written on some path and whose function has not been left since. At a marker, too, which
 * of them hold the very value that it writes: they came from the same local, which has not changed.
 *
 * @module
 */

import { BitSet, switchLabels } from "./backward.ts";
import { kindOf, mapChildren, walk, type Context, type Expr } from "./binaryen.ts";

/** What a store to a marker's global means, by positions of slots. */
export interface Markers {
  /** The slot that gets a value; −1 if none does. */
  written(e: Expr): number;
  /** The slots whose function is left, or that get null. */
  left(e: Expr): readonly number[];
}

/** Slots at a marker. */
export interface Use {
  /** Those that may hold a value. */
  readonly used: BitSet;
  /** Of those, the ones with the value that the marker writes. */
  readonly equal: BitSet;
}

/** Locals and slots that a loop writes: all others are in each turn what they were before it. */
export interface Changes {
  readonly locals: ReadonlySet<number>;
  readonly slots: ReadonlySet<number>;
}

/** What is known at a point. */
interface State {
  /** Slots that may hold a value. */
  readonly used: BitSet;
  /** The local that such a slot's value is in, where that is known: if it holds one, it is this. */
  readonly sources: Map<number, number>;
  /** Control does not get here. */
  dead: boolean;
}

/** The local that a marker's value is in; −1 if it is in none. */
export function sourceOf({ raw }: Context, marker: Expr): number {
  const value = raw._BinaryenGlobalSetGetValue!(marker);
  const kind = kindOf(raw, value);
  if (kind == "LocalGet") return raw._BinaryenLocalGetGetIndex!(value);
  return kind == "LocalSet" ? raw._BinaryenLocalSetGetIndex!(value) : -1;
}

/** Walks a body forwards; loops until nothing changes. */
export class Occupancy {
  readonly labels = new Map<number, State>();
  readonly markers = new Map<Expr, Use>();
  /** What each loop changes. */
  readonly changes = new Map<Expr, Changes>();
  private readonly c: Context;
  private readonly size: number;
  private readonly means: Markers;

  constructor(c: Context, size: number, means: Markers, body: Expr) {
    this.c = c;
    this.size = size;
    this.means = means;
    this.walk(body, { used: new BitSet(size), sources: new Map(), dead: false });
  }

  /** Turns what is known before an expression into what is known behind it. */
  private walk(e: Expr, state: State): void {
    const { raw } = this.c;
    switch (kindOf(raw, e)) {
      case "If": return this.branch(e, state);
      case "Loop": return this.loop(e, state);
      case "Block":
        this.children(e, state);
        return this.meet(raw._BinaryenBlockGetName!(e), state);
      case "Break":
        return this.jump(e, [raw._BinaryenBreakGetName!(e)], raw._BinaryenBreakGetCondition!(e) != 0, state);
      case "Switch":
        return this.jump(e, switchLabels(this.c, e), false, state);
      case "Return":
      case "Unreachable":
        this.children(e, state);
        return die(state);
      case "LocalSet":
        this.children(e, state);
        return forget(state, raw._BinaryenLocalSetGetIndex!(e));
      case "GlobalSet":
        this.children(e, state);
        return this.marker(e, state);
      default:
        this.children(e, state);
    }
  }

  private children(e: Expr, state: State): void {
    mapChildren(this.c.raw, e, child => (this.walk(child, state), child));
  }

  /** The end of a block is reached by falling through to it, too. */
  private meet(label: number, state: State): void {
    const jumped = this.labels.get(label);
    if (!jumped) return;
    merge(state, jumped);
    this.labels.set(label, copy(state));
  }

  private marker(e: Expr, { used, sources }: State): void {
    const slot = this.means.written(e);
    if (slot >= 0) {
      const source = sourceOf(this.c, e);
      const equal = new BitSet(this.size);
      for (const [other, local] of sources) if (local == source) equal.add(other);
      this.markers.set(e, { used: used.copy(), equal });
      used.add(slot);
      if (source < 0) sources.delete(slot);
      else sources.set(slot, source);
    }
    for (const left of this.means.left(e)) {
      used.remove(left);
      sources.delete(left);
    }
  }

  private branch(e: Expr, state: State): void {
    const { raw } = this.c;
    this.walk(raw._BinaryenIfGetCondition!(e), state);
    const otherwise = copy(state);
    this.walk(raw._BinaryenIfGetIfTrue!(e), state);
    const ifFalse = raw._BinaryenIfGetIfFalse!(e);
    if (ifFalse) this.walk(ifFalse, otherwise);
    merge(state, otherwise);
  }

  private loop(e: Expr, state: State): void {
    const { raw } = this.c;
    const name = raw._BinaryenLoopGetName!(e);
    this.noteChanges(e);
    const head = copy(state);
    do {
      this.labels.set(name, copy(head));
      become(state, head);
      this.walk(raw._BinaryenLoopGetBody!(e), state);
    } while (merge(head, this.labels.get(name)!));
  }

  private noteChanges(loop: Expr): void {
    if (this.changes.has(loop)) return;
    const locals = new Set<number>();
    const slots = new Set<number>();
    walk(this.c.raw, loop, (e, kind) => {
      if (kind == "LocalSet") locals.add(this.c.raw._BinaryenLocalSetGetIndex!(e));
      if (kind == "GlobalSet") [this.means.written(e), ...this.means.left(e)].forEach(slot => slots.add(slot));
    });
    this.changes.set(loop, { locals, slots });
  }

  private jump(e: Expr, targets: readonly number[], conditional: boolean, state: State): void {
    this.children(e, state);
    for (const target of targets) {
      const known = this.labels.get(target);
      if (known) merge(known, state);
      else if (!state.dead) this.labels.set(target, copy(state));
    }
    if (!conditional) die(state);
  }
}

function copy({ used, sources, dead }: State): State {
  return { used: used.copy(), sources: new Map(sources), dead };
}

function become(state: State, other: State): void {
  state.used.assign(other.used);
  state.sources.clear();
  other.sources.forEach((local, slot) => state.sources.set(slot, local));
  state.dead = other.dead;
}

/** Adds what is known on another path; tells whether that changed anything. */
function merge(state: State, other: State): boolean {
  if (other.dead) return false;
  if (state.dead) {
    become(state, other);
    return true;
  }
  let changed = false;
  for (const slot of other.used.list()) {
    const source = other.sources.get(slot);
    if (!state.used.has(slot)) {
      state.used.add(slot);
      if (source !== undefined) state.sources.set(slot, source);
      changed = true;
    } else if (state.sources.has(slot) && state.sources.get(slot) != source) {
      state.sources.delete(slot);
      changed = true;
    }
  }
  return changed;
}

function die(state: State): void {
  state.used.assign(undefined);
  state.sources.clear();
  state.dead = true;
}

function forget({ sources }: State, changed: number): void {
  for (const [slot, local] of sources) if (local == changed) sources.delete(slot);
}

// SPDX-License-Identifier: MIT
/**
 * Decides where references are written for the collector: as late as can be, into as few words
 * as can be.
 *
 *     slot 17 := x; … if (!p) { p = newslow() } …   ->   … if (!p) { root 0 := x; p = newslow() } …
 *
 * A reference needs to be in memory only while a call runs that may collect. So a marker's store
 * waits for the next such call, in whatever arm that is, and is not repeated while the local has
 * not changed. Where paths meet or part, what waits and matters there is written first. Slots that
 * are never in use together, or only with the same value, share a word. `root N := x` becomes a store to word N of the frame
 * (trace.ts), which exists in the regions of the function that it is given. placing.ts does the walk.
 *
 * @module
 */

import { SHADE } from "./barrier.ts";
import type { BitSet } from "./backward.ts";
import { type Expr, type Func } from "./binaryen.ts";
import { NEWSLOW } from "./newobject.ts";
import { NoFrame, Placing, type Plan } from "./placing.ts";
import { slotsIn } from "./shadow.ts";
import { slotFlow, type Rooting, type SlotFlow } from "./slotflow.ts";

/** The most words that a frame's first word can count. */
export const MAX_ROOTS = 1023;

/** A function's frame, and the parts of its body in which it exists. */
export interface Roots {
  /** Words for references. */
  readonly words: number;
  /** Those that are empty at some call. */
  readonly zeroed: readonly number[];
  readonly regions: ReadonlySet<Expr>;
}

/** Calls that are seldom made: each brings a frame of its own, so that the paths beside it need none. */
export const isCold = (name: string): boolean => name == NEWSLOW || name == SHADE;

/**
 * Replaces a function's markers. `region` is the part of the body that has a frame, 0 if no call but
 * cold ones needs one; where a reference has to stay in the frame beyond it, the whole body gets one.
 */
export function placeRoots(rooting: Rooting, f: Func, region: Expr): Roots {
  const { c } = rooting;
  const body = c.raw._BinaryenFunctionGetBody!(f);
  const slots = slotsIn(c, body);
  const flow = slotFlow(rooting, body, slots, region);
  const words = colour(flow);
  const count = words.reduce((n, word) => Math.max(n, word + 1), 0);
  if (count > MAX_ROOTS) {
    throw new Error(`gopark: ${c.name(c.raw._BinaryenFunctionGetName!(f))} holds ${count} references at once, more than ${MAX_ROOTS}: split it`);
  }
  const plan = { rooting, f, flow, words };
  const fits = region == body || tryPlace({ ...plan, region });
  const placing = new Placing({ ...plan, region: fits ? region : body }, true);
  const made = placing.place(body);
  if (made != body) c.raw._BinaryenFunctionSetBody!(f, made);
  if (placing.regions.delete(body)) placing.regions.add(made);
  return { words: count, zeroed: placing.zeroed.list(), regions: placing.regions };
}

/** Whether the region suffices. Changes nothing. */
function tryPlace(plan: Plan): boolean {
  try {
    new Placing(plan, false).place(plan.rooting.c.raw._BinaryenFunctionGetBody!(plan.f));
    return true;
  } catch (thrown) {
    if (thrown instanceof NoFrame) return false;
    throw thrown;
  }
}

/** Gives each slot that holds something a word that none of its neighbours has: that of a slot with the same value, if it can. */
function colour({ slots, neighbours, twins, holding }: SlotFlow): number[] {
  const words = slots.map(() => -1);
  const adjacent = bothWays(neighbours);
  const alike = bothWays(twins);
  holding.list().forEach(i => {
    const taken = new Set([...adjacent[i]!].map(k => words[k]));
    let word = [...alike[i]!].map(k => words[k]!).find(twin => twin >= 0 && !taken.has(twin));
    if (word === undefined) for (word = 0; taken.has(word);) ++word;
    words[i] = word;
  });
  return words;
}

function bothWays(relation: readonly BitSet[]): Set<number>[] {
  const related = relation.map(() => new Set<number>());
  relation.forEach((set, i) => set.list().forEach(k => (related[i]!.add(k), related[k]!.add(i))));
  return related;
}

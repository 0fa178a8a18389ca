// SPDX-License-Identifier: MIT
/**
 * Groups goroutines that stand at the same place, for someone who looks at many of them.
 *
 * @module
 */
import type { Goroutine } from "../memory/goroutines.ts";
import type { Frame, PcTab } from "../symbol/pctab.ts";
import { stackOf } from "./dump.ts";

/** So many goroutines of a group are named. */
const NAMED = 20;

/** Where a frame is. */
export type Place = Pick<Frame, "function" | "file" | "line">;

/** Goroutines with one stack, started by one go statement. */
export interface GoroutineGroup {
  readonly count: number;
  /** How many are in which state, in Go's words. */
  readonly states: Readonly<Record<string, number>>;
  /** Innermost first. */
  readonly frames: readonly Place[];
  /** The go statement; null: the host has called. */
  readonly createdBy: Place | null;
  /** The lowest numbers of its goroutines. */
  readonly goids: readonly number[];
}

interface Group {
  readonly first: Goroutine;
  readonly states: Record<string, number>;
  readonly goids: number[];
  count: number;
}

/** Returns the groups, the largest first. */
export function groupGoroutines(list: readonly Goroutine[], pctab: PcTab): GoroutineGroup[] {
  const groups = new Map<string, Group>();
  for (const g of list) {
    const key = `${g.gopc} ${g.pcs.length ? g.pcs.join(" ") : `+${g.start?.kind}${g.start?.index}`}`;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { first: g, states: Object.create(null), goids: [], count: 0 }));
    group.count++;
    group.states[g.state] = (group.states[g.state] ?? 0) + 1;
    group.goids.push(g.goid);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count).map((group) => show(group, pctab));
}

function show({ first, states, goids, count }: Group, pctab: PcTab): GoroutineGroup {
  return {
    count,
    states,
    frames: pctab.frames(stackOf(first, pctab)).map(place),
    createdBy: first.gopc ? place(pctab.frame(first.gopc)) : null,
    goids: goids.sort((a, b) => a - b).slice(0, NAMED),
  };
}

function place({ function: name, file, line }: Frame): Place {
  return { function: name, file, line };
}

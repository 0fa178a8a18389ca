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

/** Goroutines with one stack and the same labels, started by one go statement. */
export interface GoroutineGroup {
  readonly count: number;
  /** How many are in which state, in Go's words. */
  readonly states: Readonly<Record<string, number>>;
  /** Seconds that the longest of its waits has lasted at least: since a collection first saw it. null: none has. */
  readonly waited: number | null;
  /** Key, value, …. */
  readonly labels: readonly string[];
  /** Innermost first. */
  readonly frames: readonly Place[];
  /** The go statement; null: the host has called. */
  readonly createdBy: Place | null;
  /** The lowest numbers of its goroutines. */
  readonly goids: readonly number[];
}

interface Group {
  readonly first: Goroutine;
  readonly labels: readonly string[];
  readonly states: Record<string, number>;
  readonly goids: number[];
  count: number;
  since: number;
}

/** How goroutines are grouped and shown. */
export interface Grouping {
  readonly pctab: PcTab;
  /** Seconds on the program's monotonic clock. */
  readonly now: number;
  readonly labelsOf: (g: Goroutine) => readonly string[];
}

/** Returns the groups, the largest first. */
export function groupGoroutines(list: readonly Goroutine[], { pctab, now, labelsOf }: Grouping): GoroutineGroup[] {
  const groups = new Map<string, Group>();
  for (const g of list) {
    const labels = labelsOf(g);
    const key = `${JSON.stringify(labels)} ${g.gopc} ${g.pcs.length ? g.pcs.join(" ") : `+${g.start?.kind}${g.start?.index}`}`;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { first: g, labels, states: Object.create(null), goids: [], count: 0, since: Infinity }));
    group.count++;
    group.states[g.state] = (group.states[g.state] ?? 0) + 1;
    group.goids.push(g.goid);
    group.since = Math.min(group.since, g.waitsince ?? Infinity);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count).map((group) => show(group, pctab, now));
}

function show({ first, labels, states, goids, count, since }: Group, pctab: PcTab, now: number): GoroutineGroup {
  return {
    count,
    states,
    waited: since === Infinity ? null : Math.max(0, Math.floor(now - since)),
    labels,
    frames: pctab.frames(stackOf(first, pctab)).map(place),
    createdBy: first.gopc ? place(pctab.frame(first.gopc)) : null,
    goids: goids.sort((a, b) => a - b).slice(0, NAMED),
  };
}

function place({ function: name, file, line }: Frame): Place {
  return { function: name, file, line };
}

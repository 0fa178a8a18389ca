// SPDX-License-Identifier: MIT
/**
 * Finds out what goroutines did when an execution trace begins: the ring has changes only.
 *
 * The first change of a goroutine tells what it did before; one that is alive at the end and has not changed has done the same
 * all along.
 *
 * @module
 */
import { EV_CREATE, EV_END, EV_HOST_DONE, EV_PARK, EV_READY, waitZero } from "../abi/layout.ts";
import type { Standing } from "../memory/goroutines.ts";
import { type RawTrace, TRACED_RUN } from "../memory/trace.ts";

/** What was seen of goroutines from outside of a ring, by goid. */
export interface Seen {
  /** When the ring was read, or ended. */
  readonly alive: ReadonlyMap<number, Standing>;
  /** When it was begun; empty if nobody looked then. */
  readonly before: ReadonlyMap<number, Standing>;
}

/** What they did at the beginning, by goid: those that go on to change, and all others. */
export interface Standings {
  readonly acting: ReadonlyMap<number, Standing>;
  readonly still: ReadonlyMap<number, Standing>;
}

/** By the kind of a first change; a goroutine that is new was in no state. */
const BEFORE: Readonly<Record<number, Standing["state"] | null>> = {
  [EV_CREATE]: null, [TRACED_RUN]: "runnable", [EV_PARK]: "running", [EV_END]: "running", [EV_READY]: "waiting", [EV_HOST_DONE]: "waiting",
};

/** Tells what goroutines did when the trace begins. */
export function standings({ events, wrapped }: RawTrace, { alive, before }: Seen): Standings {
  const acting = new Map<number, Standing>();
  const changed = new Set<number>();
  for (const { kind, high: goid } of events) {
    const state = BEFORE[kind];
    if (state === undefined || changed.has(goid)) continue;
    changed.add(goid);
    if (state) acting.set(goid, standing(state, alive.get(goid), wrapped ? undefined : before.get(goid)));
  }
  return { acting, still: new Map([...alive].filter(([goid]) => !changed.has(goid)).sort(([a], [b]) => a - b)) };
}

function standing(state: Standing["state"], now: Standing | undefined, before: Standing | undefined): Standing {
  const start = now?.start ?? before?.start ?? null;
  return before?.state === state ? { ...before, start } : { state, reason: waitZero, pc: 0, start };
}

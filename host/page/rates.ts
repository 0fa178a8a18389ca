// SPDX-License-Identifier: MIT
/**
 * What has happened between two looks at a program.
 *
 * @module
 */
import type { Vars } from "./client.ts";

const PAUSES = 256; // of the ring PauseNs

/** One look at the program. */
export interface Sample {
  /** In seconds. */
  readonly time: number;
  readonly vars: Vars;
}

/** Bytes allocated a second; null where another program has taken the place of the one before. */
export function allocation(before: Sample, after: Sample): number | null {
  return restarted(before, after) ? null
    : (after.vars.memstats.TotalAlloc - before.vars.memstats.TotalAlloc) / (after.time - before.time);
}

/** Goroutines chosen a second: the count is one modulo 2³². */
export function switches(before: Sample, after: Sample): number | null {
  return restarted(before, after) ? null
    : ((after.vars.schedtick - before.vars.schedtick) >>> 0) / (after.time - before.time);
}

/** The longest stop of the collections since the last look; those of the ring that are left. */
export function longestPause(before: Sample, after: Sample): number | null {
  const { NumGC, PauseNs } = after.vars.memstats;
  const since = Math.max(before.vars.memstats.NumGC, NumGC - PAUSES);
  let longest: number | null = null;
  for (let n = since + 1; n <= NumGC; n++) longest = Math.max(longest ?? 0, PauseNs[(n + PAUSES - 1) % PAUSES]!);
  return longest;
}

/** What only ever rises has fallen. */
function restarted(before: Sample, after: Sample): boolean {
  return after.vars.memstats.TotalAlloc < before.vars.memstats.TotalAlloc;
}

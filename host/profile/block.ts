// SPDX-License-Identifier: MIT
/**
 * Builds the block and mutex profiles: how long goroutines have waited for each other.
 *
 * @module
 */
import { nonEmpty, type Profile, type Stack, type ValueType } from "./model.ts";

/** How often and how long one stack has waited, or has had others wait. */
export interface BlockRecord extends Stack {
  readonly count: number;
  /** Nanoseconds. */
  readonly cycles: number;
}

const CONTENTIONS: ValueType = { type: "contentions", unit: "count" };
const DELAY: ValueType = { type: "delay", unit: "nanoseconds" };

/** What unlocks while no code of the program runs is the host. */
export const BLOCK_BOTTOM = "runtime.host";

export function blockProfile(name: "block" | "mutex", records: readonly BlockRecord[], timeNanos: bigint): Profile {
  return {
    name,
    sampleTypes: [CONTENTIONS, DELAY],
    periodType: CONTENTIONS,
    period: 1,
    samples: longestFirst(records).map((r) => ({ ...nonEmpty(r, BLOCK_BOTTOM), values: [r.count, r.cycles] })),
    timeNanos,
    durationNanos: 0n,
  };
}

/** Orders records as Go does. */
export function longestFirst(records: readonly BlockRecord[]): BlockRecord[] {
  return [...records].sort((a, b) => b.cycles - a.cycles);
}

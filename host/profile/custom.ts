// SPDX-License-Identifier: MIT
/**
 * Builds a profile of the program's own: the stacks that have put something into it, counted.
 *
 * @module
 */
import { countProfile, type Profile, type Stack } from "./model.ts";

/** What Go names a value whose stack was skipped as a whole. */
const BOTTOM = "runtime/pprof.lostProfileEvent";

export function customProfile(name: string, stacks: readonly Stack[], timeNanos: bigint): Profile {
  return countProfile(name, stacks, BOTTOM, timeNanos);
}

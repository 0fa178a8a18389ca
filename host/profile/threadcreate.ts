// SPDX-License-Identifier: MIT
/**
 * Builds the threadcreate profile: for each M, the stack that created it.
 *
 * @module
 */
import { countProfile, type Profile, type Stack } from "./model.ts";

/** The first M was created by the engine, not by a goroutine. */
const BOTTOM = "runtime.mstart";

export function threadCreateProfile(stacks: readonly Stack[], timeNanos: bigint): Profile {
  return countProfile("threadcreate", stacks, BOTTOM, timeNanos);
}

// SPDX-License-Identifier: MIT
/**
 * Builds the goroutine profile: the stacks of all goroutines, counted.
 *
 * @module
 */
import { countProfile, type Profile, type Stack } from "./model.ts";

/** A goroutine that has no frame yet stands at the function that Go's goroutines end in. */
const BOTTOM = "runtime.goexit";

/** `name`: goroutine, or goroutineleak for those that are leaked. */
export function goroutineProfile(stacks: readonly Stack[], timeNanos: bigint, name = "goroutine"): Profile {
  return countProfile(name, stacks, BOTTOM, timeNanos);
}

// SPDX-License-Identifier: MIT
/**
 * Gathers what makes and writes profiles, to be loaded when the first one is asked for: a page
 * that only runs a program does not pay for it.
 *
 * @module
 */
import { goroutineProfile } from "./goroutine.ts";
import type { Profile, Stack } from "./model.ts";
import { threadCreateProfile } from "./threadcreate.ts";

export { deltaProfile } from "./model.ts";
export { encodePprof } from "./pprof.ts";
export { encodeText } from "./text.ts";

/** Makes the profile of each kind. */
export const MAKERS: Record<string, (stacks: Stack[], timeNanos: bigint) => Profile> = {
  goroutine: goroutineProfile,
  threadcreate: threadCreateProfile,
};

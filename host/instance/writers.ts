// SPDX-License-Identifier: MIT
/**
 * Writes profiles of what was taken of a program, for whoever takes it: the program's own thread, or one that reads
 * its memory. Loaded when the first profile is asked for: a page that only runs a program does not pay for it.
 *
 * @module
 */
import { buildId } from "../abi/buildid.ts";
import { deltaProfile } from "../profile/model.ts";
import { encodePprof } from "../profile/pprof.ts";
import { profileOf, type Taken } from "../profile/taken.ts";
import { pass } from "./pass.ts";
import type { Platform } from "./platform.ts";

export { textOf } from "../profile/taken.ts";
export { noText } from "../profile/text.ts";

/** Where a profile is written, and of which module it is. */
interface WriterParts {
  readonly platform: Platform;
  readonly file: string;
  readonly section: ArrayBuffer;
}

/** The wishes that concern what was taken already. */
interface Span {
  readonly seconds?: number;
  readonly signal?: AbortSignal;
}

/**
 * Returns a gzipped profile.proto: of what was taken first, or with seconds of what they bring, for which `take` takes
 * it again when they have passed. Rejects as pass does.
 */
export async function writeProfile(
  { platform, file, section }: WriterParts, first: Taken, take: () => Taken | Promise<Taken>, { seconds = 0, signal }: Span,
): Promise<Uint8Array<ArrayBuffer>> {
  let profile = profileOf(first);
  if (seconds !== 0) {
    await pass(platform, seconds, signal);
    profile = deltaProfile(profile, profileOf(await take()));
  }
  return platform.gzip(encodePprof(profile, { file, buildId: buildId(section) }));
}

// SPDX-License-Identifier: MIT
/**
 * Fixtures of AssemblyScript's that cannot say anything about this runtime, each with the reason.
 * Those in no list either allocate nothing, or are about errors of the compiler, and are not here at all.
 *
 * @module
 */
export const EXCLUDED: Readonly<Record<string, string>> = {
  "std/object": "its own flags ask for the stub runtime",
};

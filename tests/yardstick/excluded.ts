// SPDX-License-Identifier: MIT
/**
 * Fixtures of AssemblyScript's that cannot say anything about this runtime, each with the reason,
 * and those that can only as modules of their own. What is not here at all is said in NOTICE.
 *
 * @module
 */
export const EXCLUDED: Readonly<Record<string, string>> = {
  "instanceof": "leaves an address that is none in a global, which a collection follows",
  "memorybase": "wants static data at 1024, where the state of the runtime lies",
  "rt/alloc-large-memory": "allocates until the memory has exactly 128 pages: this one grows by more than a page at a time",
};

export const ALONE: Readonly<Record<string, string>> = {
  "rt/finalize": "its __finalize is called for every object of the module, and knows its own only",
};

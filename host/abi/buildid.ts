// SPDX-License-Identifier: MIT
/**
 * Identifies a build by its pc table: equal ids mean that the same pc is the same line.
 *
 * The table is hashed and not the file, because a WebAssembly.Module does not give back its
 * bytes, and FNV-1a is used because crypto.subtle is missing where a page is not secure.
 *
 * @module
 */

const FNV_PRIME = 0x01000193;
const SEEDS = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];

/** Returns 40 hex digits, as long as the ids that linkers write. */
export function buildId(section: ArrayBuffer): string {
  return showBuildId(buildIdWords(new Uint8Array(section)));
}

/** Returns the id as the five numbers that a module has in its memory. */
export function buildIdWords(bytes: Uint8Array): number[] {
  return SEEDS.map((seed) => fnv1a(bytes, seed));
}

/** Prints an id that was read as numbers. */
export function showBuildId(words: readonly number[]): string {
  return words.map((word) => word.toString(16).padStart(8, "0")).join("");
}

function fnv1a(bytes: Uint8Array, seed: number): number {
  let hash = seed;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}

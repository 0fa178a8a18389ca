// SPDX-License-Identifier: MIT
/**
 * Random numbers from a seed.
 *
 * @module
 */

/** Mulberry32: small, and good enough to choose with. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Returns a number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Returns n different elements, in random order. */
  some<T>(list: readonly T[], n: number): T[] {
    const rest = [...list];
    return Array.from({ length: Math.min(n, rest.length) }, () => rest.splice(this.below(rest.length), 1)[0]!);
  }
}

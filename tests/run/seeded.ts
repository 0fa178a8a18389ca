// SPDX-License-Identifier: MIT
/**
 * A platform whose chance comes from a seed, so that a run can be repeated.
 *
 * @module
 */
import { MockPlatform } from "../../host/adapter/mock.ts";
import { Random } from "./random.ts";

/** Random where a platform is; its clock moves a little whenever it is read. */
export class SeededPlatform extends MockPlatform {
  readonly #random: Random;

  constructor(seed: number) {
    super();
    this.#random = new Random(seed);
  }

  override random(): number {
    return this.#random.next();
  }

  override now(): number {
    this.elapse(0.001);
    return super.now();
  }

  /** What a host function returns that answers in its own time: answers come in any order, and some at once. */
  later<T>(value: T): Promise<T> {
    return new Promise((resolve) => {
      if (this.#random.chance(0.3)) resolve(value);
      else this.timer(this.#random.below(4), () => resolve(value));
    });
  }
}

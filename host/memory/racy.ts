// SPDX-License-Identifier: MIT
/**
 * Reads shared memory while another thread writes to it.
 *
 * @module
 */
import { AbiError } from "../abi/errors.ts";
import { type MemorySource, MemoryView } from "./view.ts";

const TRIES = 20;
const scratch = new DataView(new ArrayBuffer(8));

/**
 * Reads each aligned number in one piece, as it was at some moment: a DataView may read it byte by byte. What was
 * written before a word that is found was written, is found too, if that word was written with an atomic.
 */
export class RacyView extends MemoryView {
  readonly #words: Int32Array;
  readonly #pairs: BigInt64Array;
  #sum = 0;

  constructor({ buffer }: MemorySource) {
    super({ buffer });
    this.#words = new Int32Array(buffer);
    this.#pairs = new BigInt64Array(buffer);
  }

  /** Tells readings apart: that of all numbers that were read. */
  get sum(): number {
    return this.#sum;
  }

  override i32(ptr: number): number {
    return this.#summed(ptr % 4 || !this.#has(ptr) ? super.i32(ptr) : Atomics.load(this.#words, ptr / 4));
  }

  override u32(ptr: number): number {
    return this.i32(ptr) >>> 0;
  }

  override i64(ptr: number): bigint {
    const value = ptr % 8 || !this.#has(ptr) ? super.i64(ptr) : Atomics.load(this.#pairs, ptr / 8);
    this.#summed(Number(BigInt.asIntN(32, value)));
    this.#summed(Number(value >> 32n));
    return value;
  }

  override f64(ptr: number): number {
    scratch.setBigInt64(0, this.i64(ptr));
    return scratch.getFloat64(0);
  }

  #summed(word: number): number {
    this.#sum = Math.imul(this.#sum, 31) + word | 0;
    return word;
  }

  /** What is not there is MemoryView's to complain of. */
  #has(ptr: number): boolean {
    return ptr >= 0 && ptr < this.size;
  }
}

/** What a glance has seen. */
export interface Glance<T> {
  readonly value: T;
  /** Whether nothing has changed meanwhile: it is all of one moment. */
  readonly settled: boolean;
}

/**
 * Reads until two readings in a row agree, a number of times at most; returns the last, null if each came upon something
 * half written.
 */
export function glance<T>(source: MemorySource, read: (view: MemoryView) => T): Glance<T> | null {
  let last: Glance<T> | null = null;
  let sum = 0;
  for (let i = 0; i < TRIES; i++) {
    const view = new RacyView(source);
    try {
      const value = read(view);
      if (last && view.sum === sum) return { value, settled: true };
      last = { value, settled: false };
      sum = view.sum;
    } catch (error) {
      if (!(error instanceof AbiError)) throw error;
    }
  }
  return last;
}

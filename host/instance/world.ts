// SPDX-License-Identifier: MIT
/**
 * Stops a program in shared memory while another thread reads it: the side of the thread that reads.
 *
 * The request in WORLD is worldsema for all threads: one reads at a time, and the program waits meanwhile
 * (gate.ts). A memory that is not shared stands still by itself.
 *
 * @module
 */
import { StopError } from "../abi/errors.ts";
import { WORLD, WORLD_ENDED, WORLD_REQUEST, WORLD_RUNNING, WORLD_STATE, WORLD_TICKETS } from "../abi/layout.ts";
import type { Platform } from "./platform.ts";

const REQUEST = WORLD_REQUEST >> 2;
const STATE = WORLD_STATE >> 2;
const ENDED = WORLD_ENDED >> 2;
const TICKETS = WORLD_TICKETS >> 2;

export interface WorldParts {
  readonly platform: Platform;
  /** The shared memory; null: nothing else can write to it. */
  readonly buffer: ArrayBufferLike | null;
  /** How long a program may take to stop, in milliseconds. */
  readonly timeout: number;
  /** Says what runs, as well as that can be told. */
  readonly running: () => { readonly text: string; readonly goid: number };
}

export class World {
  readonly #parts: WorldParts;
  readonly #words: Int32Array | null;

  constructor(parts: WorldParts) {
    this.#parts = parts;
    this.#words = parts.buffer && new Int32Array(parts.buffer, WORLD);
  }

  get shared(): boolean {
    return this.#words !== null;
  }

  /** Whether the program is at work at this moment. */
  get running(): boolean {
    return this.#words !== null && !this.ended && Atomics.load(this.#words, STATE) === WORLD_RUNNING;
  }

  /** Whether the program's owner has said that nobody runs it any more. */
  get ended(): boolean {
    return this.#words !== null && Atomics.load(this.#words, ENDED) !== 0;
  }

  /** Calls `read` while the program stands still. Rejects with StopError when it does not stop in time, or will never. */
  async stopped<T>(read: () => T): Promise<T> {
    const words = this.#words;
    if (!words) return read();
    const { platform, timeout } = this.#parts;
    const end = platform.now() + timeout;
    const ticket = (Atomics.add(words, TICKETS, 1) + 1) | 1 << 30; // never 0
    await this.#until(end, () => Atomics.compareExchange(words, REQUEST, 0, ticket) === 0, () => new StopError(`another thread has been reading the program for ${timeout} ms`));
    try {
      await this.#until(end, () => Atomics.load(words, STATE) !== WORLD_RUNNING, () => this.#unstopped());
      const result = read();
      if (Atomics.load(words, REQUEST) !== ticket) throw new StopError("the program went on while it was read: that took too long");
      return result;
    } finally {
      Atomics.compareExchange(words, REQUEST, ticket, 0);
      Atomics.notify(words, REQUEST);
    }
  }

  async #until(end: number, done: () => boolean, late: () => Error): Promise<void> {
    const { platform } = this.#parts;
    while (!done()) {
      if (this.ended && Atomics.load(this.#words!, STATE) === WORLD_RUNNING) throw this.#cut();
      if (platform.now() > end) throw late();
      await new Promise<void>((resolve) => {
        platform.timer(1, resolve);
      });
    }
  }

  /** What it was in the midst of may be half written. */
  #cut(): StopError {
    const { text, goid } = this.#parts.running();
    const who = goid ? `goroutine ${goid}` : "the runtime";
    return new StopError(`nobody runs the memory any more: the program was closed while ${who} ran\n\n${text}`, { goid, dump: text });
  }

  #unstopped(): StopError {
    const { text, goid } = this.#parts.running();
    const who = goid ? `goroutine ${goid}` : "the runtime";
    return new StopError(`the program did not stop within ${this.#parts.timeout} ms: ${who} neither parks nor asks for the time\n\n${text}`, { goid, dump: text });
  }
}

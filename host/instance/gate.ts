// SPDX-License-Identifier: MIT
/**
 * Stops a program in shared memory while another thread reads it: the side of the thread that runs it.
 *
 * The shape of WORLD is in assembly/shared/layout.ts; world.ts is the reader's side. Outside of wasm the
 * program is idle and stands still as long as somebody reads; in wasm it stops where it asks for the time, and
 * before it runs a goroutine it asks if there is a request. Each side writes its own word before it reads the other's.
 *
 * @module
 */
import { WORLD, WORLD_IDLE, WORLD_REQUEST, WORLD_RUNNING, WORLD_STATE, WORLD_STOPPED } from "../abi/layout.ts";

const REQUEST = WORLD_REQUEST >> 2;
const STATE = WORLD_STATE >> 2;
/** A reader that has not let go after so many milliseconds is dead: its thread was ended while it read. */
const LEASE = 10_000;

export class Gate {
  /** Lies in the first MiB, so a buffer that is too short after a grow has it too. */
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(memory: WebAssembly.Memory) {
    this.#words = new Int32Array(memory.buffer as unknown as SharedArrayBuffer, WORLD);
  }

  /** Wasm is about to run. */
  enter(): void {
    this.#wait(WORLD_IDLE);
  }

  /** No wasm is on the stack any more. */
  leave(): void {
    Atomics.store(this.#words, STATE, WORLD_IDLE);
  }

  /** The guest has asked for the time: whatever it does has come to a point where its memory can be read. */
  safepoint(): void {
    if (Atomics.load(this.#words, REQUEST) && Atomics.load(this.#words, STATE) === WORLD_RUNNING) this.#wait(WORLD_STOPPED);
  }

  #wait(state: number): void {
    const words = this.#words;
    do {
      Atomics.store(words, STATE, state);
      for (let ticket; (ticket = Atomics.load(words, REQUEST)); ) {
        if (!waited(words, ticket)) Atomics.compareExchange(words, REQUEST, ticket, 0);
      }
      Atomics.store(words, STATE, WORLD_RUNNING);
    } while (Atomics.load(words, REQUEST));
  }
}

/** Waits until another ticket is in the request. Returns false when it stays for too long. */
function waited(words: Int32Array<SharedArrayBuffer>, ticket: number): boolean {
  try {
    return Atomics.wait(words, REQUEST, ticket, LEASE) !== "timed-out";
  } catch {
    // A page's own thread must not wait: it looks again and again, for the moment that a read takes.
    const end = performance.now() + LEASE;
    while (Atomics.load(words, REQUEST) === ticket) if (performance.now() > end) return false;
    return true;
  }
}

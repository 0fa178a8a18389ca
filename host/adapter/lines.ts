// SPDX-License-Identifier: MIT
/**
 * Hands out lines of standard input. Where they come from and who reads them may be two threads.
 *
 * @module
 */
import { createInterface, type Interface } from "node:readline";

/** Lines for those who wait for one. What comes when its reader has given up is the next reader's. */
export class Lines {
  readonly #want: (on: boolean) => void;
  /** Those that nobody has read yet. */
  readonly #lines: string[] = [];
  /** The first first. */
  readonly #readers: ((line: string | null) => void)[] = [];
  #ended = false;

  /** `want` is told whether somebody waits. */
  constructor(want: (on: boolean) => void) {
    this.#want = want;
  }

  /** Takes the next line, or null behind the last. */
  take(line: string | null): void {
    if (line === null) {
      this.#ended = true;
      for (const reader of this.#readers.splice(0)) reader(null);
      return;
    }
    const reader = this.#readers.shift();
    if (reader) reader(line);
    else this.#lines.push(line);
    if (!this.#readers.length) this.#want(false);
  }

  /** Returns the next line, null behind the last. */
  async read(signal?: AbortSignal): Promise<string | null> {
    if (this.#lines.length) return this.#lines.shift()!;
    if (this.#ended) return null;
    this.#want(true);
    return new Promise((resolve) => {
      const readers = this.#readers;
      readers.push(resolve);
      signal?.addEventListener("abort", () => {
        if (readers.includes(resolve)) readers.splice(readers.indexOf(resolve), 1);
        if (!readers.length) this.#want(false);
      }, { once: true });
    });
  }
}

/** Has `take` get the lines of standard input, null behind the last. Returns how to say whether they are wanted: it is opened when they are. */
export function standardInput(take: (line: string | null) => void): (on: boolean) => void {
  let input: Interface | null = null;
  const open = () => {
    const opened = createInterface({ input: process.stdin });
    opened.on("line", take);
    opened.on("close", () => take(null));
    return opened;
  };
  return (on) => void (on ? (input ??= open()).resume() : input?.pause());
}

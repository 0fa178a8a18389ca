// SPDX-License-Identifier: MIT
/**
 * Decodes the UTF-8 that the guest prints, and its strings.
 *
 * The guest hands over a full buffer wherever it is full, in the middle of a character too.
 * Some engines will not decode from shared memory, so callers pass copies.
 *
 * @module
 */
import type { MemoryView } from "./view.ts";

/** Decodes a stream of chunks, keeping a split character until the rest of it comes. */
export class TextStream {
  readonly #decoder = new TextDecoder();

  push(bytes: Uint8Array): string {
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** Returns what an unfinished character leaves behind. */
  end(): string {
    return this.#decoder.decode();
  }
}

/** Decodes one whole text. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Decodes UTF-16, as the program's strings are. */
export function decodeUnits(bytes: Uint8Array): string {
  return new TextDecoder("utf-16le").decode(bytes);
}

/** Copies a string of the program's: its bytes are counted in front of it. */
export function readString(view: MemoryView, ptr: number): string {
  return decodeUnits(view.bytes(ptr, view.u32(ptr - 4)));
}

// SPDX-License-Identifier: MIT
/**
 * Asks the guest for its stacks and records, and copies the answers out.
 *
 * @module
 */
import type { GuestExports } from "../abi/exports.ts";
import { HEAP_CLASS_SIZE, STACK_RECORD_SIZE } from "../abi/layout.ts";
import { type HeapClass, type MemStats, readHeapClasses, readMemStats, readStackRecords } from "../memory/record.ts";
import { decodeText } from "../memory/text.ts";
import type { MemoryView } from "../memory/view.ts";
import type { Door } from "./door.ts";

const FIRST_TEXT = 64 * 1024;
const LARGEST_TEXT = 64 * 1024 * 1024; // Go's own limit for debug=2

type RecordReader = (guest: GuestExports, ptr: number, n: number) => number;

/** The readers over a live instance. */
export class Reader {
  readonly #door: Door;
  readonly #view: MemoryView;

  constructor(door: Door, view: MemoryView) {
    this.#door = door;
    this.#view = view;
  }

  numGoroutine(): number {
    return this.#door.enter((guest) => guest.gopark_numGoroutine());
  }

  /** Returns the text of stacks, with a larger buffer until all of it fits. */
  stack(all: boolean): string {
    return this.#door.enter((guest) => {
      for (let size = FIRST_TEXT; ; size *= 4) {
        const text = this.#buffered(guest, size, (buf) => {
          const n = guest.gopark_stack(buf, size, all ? 1 : 0);
          return n < size || size >= LARGEST_TEXT ? decodeText(this.#view.bytes(buf, n)) : null;
        });
        if (text !== null) return text;
      }
    });
  }

  goroutineProfile(): Uint32Array[] {
    return this.#records((guest, ptr, n) => guest.gopark_goroutineProfile(ptr, n));
  }

  threadCreateProfile(): Uint32Array[] {
    return this.#records((guest, ptr, n) => guest.gopark_threadCreateProfile(ptr, n));
  }

  readMemStats(): MemStats {
    return this.#door.enter((guest) => readMemStats(this.#view, guest.gopark_readMemStats() >>> 0));
  }

  /** Collects, then counts what lives by class. */
  heapHistogram(): HeapClass[] {
    return this.#door.enter((guest) => {
      const n = guest.gopark_heapHistogram(0, 0);
      return this.#buffered(guest, n * HEAP_CLASS_SIZE, (buf) => {
        guest.gopark_heapHistogram(buf, n);
        return readHeapClasses(this.#view, buf, n);
      });
    });
  }

  /** Reads in two steps, as Go's callers do: how many there are, then all of them. */
  #records(read: RecordReader): Uint32Array[] {
    return this.#door.enter((guest) => {
      const n = read(guest, 0, 0);
      if (!n) return [];
      return this.#buffered(guest, n * STACK_RECORD_SIZE, (buf) => {
        read(guest, buf, n);
        return readStackRecords(this.#view, buf, n);
      });
    });
  }

  #buffered<T>(guest: GuestExports, size: number, f: (buf: number) => T): T {
    const buf = guest.gopark_alloc(size) >>> 0;
    const result = f(buf);
    guest.gopark_free(buf);
    return result;
  }
}

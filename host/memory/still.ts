// SPDX-License-Identifier: MIT
/**
 * Reads a memory that does not change meanwhile, many small numbers at a time.
 *
 * It keeps the view that MemoryView makes anew for each number, so it must not outlive the call
 * that made it: whatever runs in the guest may grow the memory.
 *
 * @module
 */
import { type MemorySource, MemoryView } from "./view.ts";

export class StillView extends MemoryView {
  readonly #data: DataView;

  constructor({ buffer }: MemorySource) {
    super({ buffer });
    this.#data = new DataView(buffer);
  }

  override u8(ptr: number): number {
    return this.#has(ptr, 1) ? this.#data.getUint8(ptr) : super.u8(ptr);
  }

  override i32(ptr: number): number {
    return this.#has(ptr, 4) ? this.#data.getInt32(ptr, true) : super.i32(ptr);
  }

  override u32(ptr: number): number {
    return this.#has(ptr, 4) ? this.#data.getUint32(ptr, true) : super.u32(ptr);
  }

  override i64(ptr: number): bigint {
    return this.#has(ptr, 8) ? this.#data.getBigInt64(ptr, true) : super.i64(ptr);
  }

  /** What is not there is MemoryView's to complain of. */
  #has(ptr: number, len: number): boolean {
    return ptr >= 0 && ptr + len <= this.#data.byteLength;
  }
}

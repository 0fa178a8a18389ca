// SPDX-License-Identifier: MIT
/**
 * Reads and writes numbers in the module's linear memory.
 *
 * memory.grow swaps `memory.buffer`: an unshared view is detached and a shared one stays too
 * short. So no view outlives the method that took it, and bytes are copied out.
 *
 * @module
 */
import { AbiError } from "../abi/errors.ts";

/** Whatever has bytes: a memory, or a copy of one. */
export interface MemorySource {
  readonly buffer: ArrayBufferLike;
}

/** The readers and writers over one memory. */
export class MemoryView {
  readonly #source: MemorySource;

  constructor(source: MemorySource) {
    this.#source = source;
  }

  /** The memory's bytes. */
  get size(): number {
    return this.#source.buffer.byteLength;
  }

  /** Copies `len` bytes at `ptr`. Throws AbiError when they end past memory. */
  bytes(ptr: number, len: number): Uint8Array<ArrayBuffer> {
    this.#check(ptr, len);
    return new Uint8Array(new Uint8Array(this.#source.buffer, ptr, len));
  }

  u8(ptr: number): number {
    return this.#data(ptr, 1).getUint8(0);
  }

  i32(ptr: number): number {
    return this.#data(ptr, 4).getInt32(0, true);
  }

  u32(ptr: number): number {
    return this.#data(ptr, 4).getUint32(0, true);
  }

  i64(ptr: number): bigint {
    return this.#data(ptr, 8).getBigInt64(0, true);
  }

  f32(ptr: number): number {
    return this.#data(ptr, 4).getFloat32(0, true);
  }

  f64(ptr: number): number {
    return this.#data(ptr, 8).getFloat64(0, true);
  }

  setI32(ptr: number, value: number): void {
    this.#data(ptr, 4).setInt32(0, value, true);
  }

  setI64(ptr: number, value: bigint): void {
    this.#data(ptr, 8).setBigInt64(0, value, true);
  }

  setF32(ptr: number, value: number): void {
    this.#data(ptr, 4).setFloat32(0, value, true);
  }

  setF64(ptr: number, value: number): void {
    this.#data(ptr, 8).setFloat64(0, value, true);
  }

  #data(ptr: number, len: number): DataView {
    this.#check(ptr, len);
    return new DataView(this.#source.buffer, ptr, len);
  }

  #check(ptr: number, len: number): void {
    const size = this.#source.buffer.byteLength;
    if (!(ptr >= 0 && len >= 0 && ptr + len <= size)) {
      throw new AbiError(`${len} bytes at 0x${ptr.toString(16)} end past memory (${size} bytes)`);
    }
  }
}

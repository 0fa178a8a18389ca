// SPDX-License-Identifier: MIT
/**
 * Copies records out of linear memory.
 *
 * @module
 */
import {
  MEM_PROFILE_RECORD_ALLOC_OBJECTS, MEM_PROFILE_RECORD_FREE_BYTES,
  MEM_PROFILE_RECORD_FREE_OBJECTS, MEM_PROFILE_RECORD_SIZE, MEM_PROFILE_RECORD_STK,
  STACK_RECORD_DEPTH, STACK_RECORD_SIZE,
} from "../abi/layout.ts";
import type { MemoryView } from "./view.ts";

/** Copies `n` StackRecords at `ptr`: each stack innermost pc first, without the zeros behind it. */
export function readStackRecords(view: MemoryView, ptr: number, n: number): Uint32Array[] {
  const bytes = view.bytes(ptr, n * STACK_RECORD_SIZE);
  return Array.from({ length: n }, (_, i) => stackAt(bytes, i * STACK_RECORD_SIZE));
}

/** A MemProfileRecord as it lies in memory. */
export interface RawMemProfileRecord {
  readonly allocBytes: number;
  readonly freeBytes: number;
  readonly allocObjects: number;
  readonly freeObjects: number;
  readonly stack: Uint32Array;
}

/** Copies `n` MemProfileRecords at `ptr`. */
export function readMemProfileRecords(
  view: MemoryView,
  ptr: number,
  n: number,
): RawMemProfileRecord[] {
  const bytes = view.bytes(ptr, n * MEM_PROFILE_RECORD_SIZE);
  const data = new DataView(bytes.buffer);
  return Array.from({ length: n }, (_, i) => {
    const at = i * MEM_PROFILE_RECORD_SIZE;
    const count = (field: number) => Number(data.getBigInt64(at + field, true));
    return {
      allocBytes: count(0),
      freeBytes: count(MEM_PROFILE_RECORD_FREE_BYTES),
      allocObjects: count(MEM_PROFILE_RECORD_ALLOC_OBJECTS),
      freeObjects: count(MEM_PROFILE_RECORD_FREE_OBJECTS),
      stack: stackAt(bytes, at + MEM_PROFILE_RECORD_STK),
    };
  });
}

function stackAt(bytes: Uint8Array<ArrayBuffer>, offset: number): Uint32Array {
  const pcs = new Uint32Array(bytes.buffer, offset, STACK_RECORD_DEPTH);
  const depth = pcs.indexOf(0);
  return pcs.slice(0, depth < 0 ? STACK_RECORD_DEPTH : depth);
}

// SPDX-License-Identifier: MIT
/**
 * Copies records out of linear memory.
 *
 * @module
 */
import { STACK_RECORD_DEPTH, STACK_RECORD_SIZE } from "../abi/layout.ts";
import type { MemoryView } from "./view.ts";

/** Copies `n` StackRecords at `ptr`: each stack innermost pc first, without the zeros behind it. */
export function readStackRecords(view: MemoryView, ptr: number, n: number): Uint32Array[] {
  const bytes = view.bytes(ptr, n * STACK_RECORD_SIZE);
  const words = new Uint32Array(bytes.buffer);
  const stacks: Uint32Array[] = [];
  for (let i = 0; i < n; i++) {
    const start = i * STACK_RECORD_DEPTH;
    const record = words.subarray(start, start + STACK_RECORD_DEPTH);
    const depth = record.indexOf(0);
    stacks.push(record.slice(0, depth < 0 ? STACK_RECORD_DEPTH : depth));
  }
  return stacks;
}

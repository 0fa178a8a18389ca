// SPDX-License-Identifier: MIT
/** Walks the runtime's lists. */
import { AbiError } from "../abi/errors.ts";
import type { MemoryView } from "./view.ts";

/** Returns the addresses of what is linked, `next` bytes behind each beginning; the head is at `head`. Throws AbiError for a list that does not end. */
export function linked(view: MemoryView, what: string, head: number, next: number): number[] {
  const all = new Set<number>();
  for (let ptr = head; (ptr = view.u32(ptr)); ptr += next) {
    if (all.has(ptr)) throw new AbiError(`${what} at 0x${ptr.toString(16)} is linked twice`);
    all.add(ptr);
  }
  return [...all];
}

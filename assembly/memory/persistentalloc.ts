// SPDX-License-Identifier: MIT
// Memory that is never given back: what Gs and small goroutine stacks are cut from.

import { sched } from "../sys/types";

// @ts-ignore: decorator
@inline const CHUNK: usize = 64 << 10;

/** Allocates `size` bytes, a multiple of 16 and at most a chunk; not zeroed. */
export function persistentalloc(size: usize): usize {
  if (sched.chunk + size > sched.chunkend) {
    sched.chunk = __alloc(CHUNK - 16);
    sched.chunkend = sched.chunk + CHUNK - 16;
  }
  const ptr = sched.chunk;
  sched.chunk = ptr + size;
  return ptr;
}

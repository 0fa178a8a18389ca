// SPDX-License-Identifier: MIT
// Memory that is never given back: what Gs and small goroutine stacks are cut from.
//
// It grows the memory itself, by an eighth of what it has taken so far: a million goroutines
// cost what they need, where a general allocator would double.

import { fataloom } from "../sys/fatal";
import { sched } from "../sys/types";

// @ts-ignore: decorator
@inline const PAGE: usize = 65536;
// @ts-ignore: decorator
@inline const MAX_PAGES: usize = 64;

/** Allocates `size` bytes, a multiple of 8 and at most a page; not zeroed. */
// @ts-ignore: decorator
@inline export function persistentalloc(size: usize): usize {
  const ptr = sched.chunk;
  if (ptr + size > sched.chunkend) return growchunk(size);
  sched.chunk = ptr + size;
  return ptr;
}

function growchunk(size: usize): usize {
  // The general allocator takes all memory there is when it is first used: let that be before ours.
  if (!sched.persistent) __free(__alloc(16));
  const pages = max<usize>(1, min(sched.persistent >> 3, MAX_PAGES));
  const old = memory.grow(<i32>pages);
  if (old < 0) fataloom();
  sched.persistent += pages;
  const ptr = <usize>old << 16;
  sched.chunk = ptr + size;
  sched.chunkend = ptr + pages * PAGE;
  return ptr;
}

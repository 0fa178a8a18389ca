// SPDX-License-Identifier: MIT
// Memory that is never given back: what Gs and small goroutine stacks are cut from.
//
// It takes runs of blocks, an eighth of what it has taken so far: a million goroutines cost what they
// need, where a general allocator would double.

import { fataloom } from "../sys/fatal";
import { sched } from "../sys/types";
import { allocblocks, BLOCK, BLOCK_SHIFT, mheap } from "./mheap";

// @ts-ignore: decorator
@inline const MAX_BLOCKS: usize = 64;

/** Allocates `size` bytes, a multiple of 8; not zeroed. */
// @ts-ignore: decorator
@inline export function persistentalloc(size: usize): usize {
  const ptr = sched.chunk;
  if (ptr + size > sched.chunkend) return growchunk(size);
  sched.chunk = ptr + size;
  return ptr;
}

function growchunk(size: usize): usize {
  const blocks = max<usize>(size + BLOCK - 1 >> BLOCK_SHIFT, min(mheap.persistent >> 3, MAX_BLOCKS));
  const ptr = allocblocks(blocks);
  if (!ptr) fataloom();
  mheap.persistent += blocks;
  sched.chunk = ptr + size;
  sched.chunkend = ptr + (blocks << BLOCK_SHIFT);
  return ptr;
}

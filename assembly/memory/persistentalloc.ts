// SPDX-License-Identifier: MIT
// Memory that is never given back: what Gs and small goroutine stacks are cut from.
//
// It takes runs of blocks, an eighth of what it has taken so far: a million goroutines cost what they
// need, where a general allocator would double. Who cannot do without collects where there is no memory.

import { fataloom } from "../sys/fatal";
import { sched } from "../sys/types";
import { gcfull } from "./mgc";
import { limitheap } from "./mgcpacer";
import { allocblocks, BLOCK, BLOCK_SHIFT, mheap } from "./mheap";

// @ts-ignore: decorator
@inline const MAX_BLOCKS: usize = 64;

/** Allocates `size` bytes, a multiple of 8; not zeroed; 0 if there is no memory. Never collects. */
// @ts-ignore: decorator
@inline export function persistentalloc(size: usize): usize {
  const ptr = sched.chunk;
  if (ptr + size > sched.chunkend) return growchunk(size);
  sched.chunk = ptr + size;
  return ptr;
}

/** Allocates as persistentalloc does, but collects if there is no memory, and dies if there is none then. May collect. */
export function needpersistent(size: usize): usize {
  let ptr = persistentalloc(size);
  if (!ptr) {
    gcfull();
    ptr = growchunk(size);
    if (!ptr) fataloom();
  }
  return ptr;
}

function growchunk(size: usize): usize {
  const least = size + BLOCK - 1 >> BLOCK_SHIFT;
  let blocks = max<usize>(least, min(mheap.persistent >> 3, MAX_BLOCKS));
  let ptr = allocblocks(blocks);
  if (!ptr) {
    blocks = least;
    ptr = allocblocks(blocks);
    if (!ptr) return 0;
  }
  mheap.persistent += blocks;
  limitheap();
  sched.chunk = ptr + size;
  sched.chunkend = ptr + (blocks << BLOCK_SHIFT);
  return ptr;
}

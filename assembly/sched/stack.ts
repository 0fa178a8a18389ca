// SPDX-License-Identifier: MIT
// Goroutine stacks: one buffer each, on it the arguments, then the frames of what is parked,
// outermost first.
//
// While a goroutine runs, stackpos..stackend is free. A park unwinds straight into it: most
// parks leave one frame, which then is where it belongs. Several come innermost first and are
// put in order. A buffer is a multiple of 8 bytes; up to CACHED they are kept by size.

import {
  FRAME_FUNC_SHIFT, FRAME_INDEX_MASK, FRAME_INDEX_SHIFT, FRAME_LOCALS_MASK, FRAME_ROOTS_MASK, FRAME_TAIL, STACKCACHE
} from "../shared/layout";
import { persistentalloc } from "../memory/persistentalloc";
import { resumeframe, rewind } from "../sys/intrinsics";
import { enddump, startdump } from "../sys/fatal";
import { printstring, printuint } from "../sys/print";
import { Grunning } from "../sys/status";
import { G, getg, m0, sched } from "../sys/types";
import { hasgo } from "./roots";
import { EXIT_FATAL } from "../shared/status";

/** Buffers up to this size are cut from chunks and kept in lists, one a size. */
// @ts-ignore: decorator
@inline const CACHED: usize = 512;

function stackalloc(size: usize): usize {
  if (size > CACHED) return __alloc(size);
  const list = STACKCACHE + (size >> 1);
  const ptr = load<usize>(list);
  if (!ptr) return persistentalloc(size);
  store<usize>(list, load<usize>(ptr));
  return ptr;
}

function stackfree(ptr: usize, size: usize): void {
  if (size > CACHED) {
    __free(ptr);
    return;
  }
  const list = STACKCACHE + (size >> 1);
  store<usize>(ptr, load<usize>(list));
  store<usize>(list, ptr);
}

/** Gives a goroutine without frames room for `size` bytes of arguments. */
export function stackargs(gp: G, size: usize): void {
  if (gp.stackend - gp.stack < size) {
    if (gp.stack) stackfree(gp.stack, gp.stackend - gp.stack);
    gp.stack = stackalloc(size);
    gp.stackend = gp.stack + size;
  }
  gp.stackbase = gp.stack + size;
  gp.stackpos = gp.stackbase;
}

/** Drops frames and arguments; a buffer that has grown large is given back. */
// @ts-ignore: decorator
@inline export function stackclear(gp: G): void {
  if (gp.stackend - gp.stack > CACHED) stackrelease(gp);
  gp.stackbase = gp.stackpos = gp.stack;
}

function stackrelease(gp: G): void {
  __free(gp.stack);
  gp.stack = gp.stackend = 0;
}

/** Makes room for `need` more bytes while the running goroutine unwinds. Called by every frame that does not fit. */
export function growstack(need: usize): void {
  const gp = getg();
  const used = m0.datapos - gp.stack;
  const cap = gp.stackend - gp.stack;
  let size = (used + need + 7) & ~7;
  if (size > CACHED) size = max(size, cap * 2);
  if (size > sched.maxstack) stackoverflow();
  const stack = stackalloc(size);
  memory.copy(stack, gp.stack, used);
  if (cap) stackfree(gp.stack, cap);
  gp.stackbase += stack - gp.stack;
  gp.stackpos += stack - gp.stack;
  gp.stack = stack;
  gp.stackend = stack + size;
  m0.datapos = stack + used;
  m0.dataend = stack + size;
}

/** Dies as Go does when a stack outgrows its limit. */
export function stackoverflow(): void {
  const gp = getg();
  gp.status = Grunning;
  // The frames that have been unwound go back onto the trace.
  for (let end = m0.datapos; end > gp.stackpos; end -= framesize(end)) {
    m0.tsp -= 4;
    store<u32>(m0.tsp, load<u32>(end - 4) & ~FRAME_ROOTS_MASK);
  }
  startdump();
  printstring("runtime: goroutine stack exceeds ");
  printuint(sched.maxstack);
  printstring("-byte limit\nfatal error: stack overflow\n");
  enddump(EXIT_FATAL, true);
}

/** Bytes of the frame that ends at `end`. */
// @ts-ignore: decorator
@inline export function framesize(end: usize): usize {
  return (<usize>((load<u32>(end - 8) & FRAME_LOCALS_MASK) + (load<u32>(end - 4) & FRAME_ROOTS_MASK)) << 2) + FRAME_TAIL;
}

/** Takes in the frames that the running goroutine has just unwound. */
// @ts-ignore: decorator
@inline export function stacksave(gp: G): void {
  const start = gp.stackpos;
  const end = m0.datapos;
  gp.stackpos = end;
  if (hasgo() && start - gp.stack < gp.scandepth) gp.scandepth = start - gp.stack; // frames beyond are new
  if (start != end && end - framesize(end) != start) reverse(start, end);
}

/** Turns frames that lie innermost first round. */
function reverse(start: usize, end: usize): void {
  const len = end - start;
  if (len > sched.scratchcap) {
    if (sched.scratch) __free(sched.scratch);
    sched.scratchcap = len + 1024;
    sched.scratch = __alloc(sched.scratchcap);
  }
  memory.copy(sched.scratch, start, len);
  let src = sched.scratch + len;
  while (src > sched.scratch) {
    const size = framesize(src);
    src -= size;
    for (let i: usize = 0; i < size; i += 4) store<u32>(start + i, load<u32>(src + i));
    start += size;
  }
}

/** Pops the innermost frame of a goroutine and lets its function go on. */
// @ts-ignore: decorator
@inline export function stackresume(gp: G): void {
  const end = gp.stackpos;
  const word = load<u32>(end - 8);
  const locals = end - FRAME_TAIL - ((load<u32>(end - 4) & FRAME_ROOTS_MASK) << 2);
  gp.stackpos = locals - ((word & FRAME_LOCALS_MASK) << 2);
  m0.datapos = locals;
  m0.index = word >> FRAME_INDEX_SHIFT & FRAME_INDEX_MASK;
  m0.entering = 1;
  rewind();
  resumeframe(word >>> FRAME_FUNC_SHIFT);
}

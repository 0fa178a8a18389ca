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
import { torture } from "../memory/malloc";
import { gcfull } from "../memory/mgc";
import { limitheap } from "../memory/mgcpacer";
import { mheap } from "../memory/mheap";
import { needpersistent, persistentalloc } from "../memory/persistentalloc";
import { rawalloc } from "../memory/raw";
import { continueunwind, pauseunwind, resumeframe, rewind } from "../sys/intrinsics";
import { enddump, fataloom, startdump } from "../sys/fatal";
import { printstring, printuint } from "../sys/print";
import { Grunning } from "../sys/status";
import { G, getg, m0, sched } from "../sys/types";
import { hasgo } from "./roots";
import { EXIT_FATAL } from "../shared/status";

/** Buffers up to this size are cut from chunks and kept in lists, one a size. */
// @ts-ignore: decorator
@inline const CACHED: usize = 512;

/** A buffer; 0 if there is no memory. */
function stackalloc(size: usize): usize {
  if (size > CACHED) return largestack(size);
  const ptr = cachedstack(size);
  return ptr ? ptr : persistentalloc(size);
}

function largestack(size: usize): usize {
  const ptr = rawalloc(size);
  if (!ptr) return 0;
  mheap.stackbytes += size;
  limitheap();
  return ptr;
}

/** A buffer that was given back; 0 if there is none of the size. */
// @ts-ignore: decorator
@inline function cachedstack(size: usize): usize {
  const list = STACKCACHE + (size >> 1);
  const ptr = load<usize>(list);
  if (ptr) store<usize>(list, load<usize>(ptr));
  return ptr;
}

function stackfree(ptr: usize, size: usize): void {
  if (size > CACHED) {
    mheap.stackbytes -= size;
    __free(ptr);
    return;
  }
  const list = STACKCACHE + (size >> 1);
  store<usize>(ptr, load<usize>(list));
  store<usize>(list, ptr);
}

/** Gives a goroutine without frames room for `size` bytes of arguments, at most CACHED. May collect. */
export function stackargs(gp: G, size: usize): void {
  if (gp.stackend - gp.stack < size) {
    if (gp.stack) stackfree(gp.stack, gp.stackend - gp.stack);
    const ptr = cachedstack(size);
    gp.stack = ptr ? ptr : needpersistent(size);
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
  stackfree(gp.stack, gp.stackend - gp.stack);
  gp.stack = gp.stackend = 0;
}

/** Makes room for `need` more bytes while the running goroutine unwinds. Called by every frame that does not fit. May collect. */
export function growstack(need: usize): void {
  const gp = getg();
  const used = m0.datapos - gp.stack;
  const cap = gp.stackend - gp.stack;
  let size = (used + need + 7) & ~7;
  if (size > CACHED) size = max(size, cap * 2);
  if (size > sched.maxstack) stackoverflow();
  const stack = needstack(gp, size);
  memory.copy(stack, gp.stack, used);
  if (cap) stackfree(gp.stack, cap);
  gp.stackbase += stack - gp.stack;
  gp.stackpos += stack - gp.stack;
  gp.stack = stack;
  gp.stackend = stack + size;
  m0.datapos = stack + used;
  m0.dataend = stack + size;
}

/** A larger buffer for gp, which unwinds. May collect. */
function needstack(gp: G, size: usize): usize {
  if (isDefined(GO_TORTURE) || isDefined(GO_TORTURE_STEP)) collectunwinding(gp, false);
  let ptr = stackalloc(size);
  if (ptr) return ptr;
  collectunwinding(gp, true);
  ptr = stackalloc(size);
  if (ptr) return ptr;
  unwindback(gp);
  fataloom();
  return 0;
}

/**
 * Collects in the middle of an unwinding. Of the frames those that are left are on the trace, the others in the
 * buffer; and the goroutine runs: one that ends holds its arguments until it has. Without `must` as torture does.
 */
function collectunwinding(gp: G, must: bool): void {
  const state = pauseunwind();
  const status = gp.status;
  const start = gp.stackpos;
  gp.status = Grunning;
  gp.stackpos = m0.datapos;
  newframes(gp, start);
  if (must) gcfull();
  else torture();
  gp.stackpos = start;
  gp.status = status;
  continueunwind(state);
}

/** Has a dump show the running goroutine as it was before it unwound: the frames go back onto the trace. */
function unwindback(gp: G): void {
  gp.status = Grunning;
  for (let end = m0.datapos; end > gp.stackpos; end -= framesize(end)) {
    m0.tsp -= 4;
    store<u32>(m0.tsp, load<u32>(end - 4) & ~FRAME_ROOTS_MASK);
  }
}

/** Dies as Go does when a stack outgrows its limit. */
export function stackoverflow(): void {
  unwindback(getg());
  startdump();
  printstring("runtime: goroutine stack exceeds ");
  printuint(sched.maxstack);
  printstring("-byte limit\nfatal error: stack overflow\n");
  enddump(EXIT_FATAL, true);
}

/** Bytes of the frame that ends at `end`. */
// @ts-ignore: decorator
@inline export function framesize(end: usize): usize {
  return sizeby(load<u32>(end - 8), load<u32>(end - 4));
}

/** Bytes of the frame that ends in these two words. */
// @ts-ignore: decorator
@inline function sizeby(lengths: u32, word: u32): usize {
  return (<usize>((lengths & FRAME_LOCALS_MASK) + (word & FRAME_ROOTS_MASK)) << 2) + FRAME_TAIL;
}

/** Takes in the frames that the running goroutine has just unwound; returns the last word of the innermost, 0 without any. */
// @ts-ignore: decorator
@inline export function stacksave(gp: G): u32 {
  const start = gp.stackpos;
  const end = m0.datapos;
  gp.stackpos = end;
  newframes(gp, start);
  if (start == end) return 0;
  const word = load<u32>(end - 4);
  if (end - sizeby(load<u32>(end - 8), word) == start) return word;
  reverse(start, end);
  return load<u32>(end - 4);
}

/** Has the collector know that gp's frames from `start` on are new. */
// @ts-ignore: decorator
@inline function newframes(gp: G, start: usize): void {
  if (hasgo() && start - gp.stack < gp.scandepth) gp.scandepth = start - gp.stack;
}

/** Turns frames that lie innermost first round: all of their words, then those of each. */
function reverse(start: usize, end: usize): void {
  flip(start, end);
  while (start < end) {
    const size = sizeby(load<u32>(start, 4), load<u32>(start));
    flip(start, start + size);
    start += size;
  }
}

function flip(start: usize, end: usize): void {
  for (end -= 4; start < end; start += 4) {
    const word = load<u32>(start);
    store<u32>(start, load<u32>(end));
    store<u32>(end, word);
    end -= 4;
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

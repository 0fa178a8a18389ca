// SPDX-License-Identifier: MIT
// asc's runtime interface over TLSF: allocation, and a stop-the-world mark and sweep that
// knows parked goroutines. The bridge until gopark has an allocator of its own.
//
// Only __new collects, so only a caller of __new must keep its references visible: asc's
// shadow stack for running code, sched/roots.ts for everything that is parked.
// Between collections every mark bit is clear, on the heap and in static data.
//
// ╒═══ before an object, behind TLSF's own word ═══╕
// │ −16  next object, with PINNED and MARKED       │  static objects: next marked static
// │ −12  next grey object, while marking           │
// │  −8  rtId                                      │
// │  −4  rtSize                                    │
// └────────────────────────────────────────────────┘

import "rt/tlsf";
import { visitroots } from "../sys/hooks";

// @ts-ignore: decorator
@inline const OVERHEAD: usize = 16;
// @ts-ignore: decorator
@inline const MARKED: usize = 1;
// @ts-ignore: decorator
@inline const PINNED: usize = 2;
// @ts-ignore: decorator
@inline const FLAGS: usize = 3;
// @ts-ignore: decorator
@inline const MAXSIZE: usize = (1 << 30) - 20 - OVERHEAD;
/** No collection below this many bytes. */
// @ts-ignore: decorator
@inline const HEAP_MINIMUM: usize = 4 << 20;

// @ts-ignore: decorator
@lazy let allobjects: usize = 0;
// @ts-ignore: decorator
@lazy let statics: usize = 0; // marked static objects
// @ts-ignore: decorator
@lazy let grey: usize = 0;
// @ts-ignore: decorator
@lazy let live: usize = 0; // bytes of all objects, headers included
// @ts-ignore: decorator
@lazy let goal: usize = HEAP_MINIMUM;
// @ts-ignore: decorator
@lazy let allocs: u32 = 0;
// @ts-ignore: decorator
@lazy let pins: usize = 0; // usize[]
// @ts-ignore: decorator
@lazy let pinlen: usize = 0;
// @ts-ignore: decorator
@lazy let pincap: usize = 0;
// @ts-ignore: decorator
@lazy let gcpercent: i32 = 100;
// @ts-ignore: decorator
@lazy let memorylimit: i64 = i64.MAX_VALUE;
// @ts-ignore: decorator
@inline function blocksize(ptr: usize): usize {
  return (load<usize>(ptr - OVERHEAD - 4) & ~FLAGS) + 4;
}

/** Allocates a zeroed object. May collect. */
// @ts-ignore: decorator
@global @unsafe
export function __new(size: usize, id: i32): usize {
  if (size > MAXSIZE) throw new Error("allocation too large");
  if (isDefined(GO_TORTURE)) {
    if (++allocs % GO_TORTURE == 0) __collect();
  }
  if (live >= goal) __collect();
  const ptr = __alloc(OVERHEAD + size) + OVERHEAD;
  store<usize>(ptr - OVERHEAD, allobjects);
  store<u32>(ptr - 8, id);
  store<u32>(ptr - 4, <u32>size);
  memory.fill(ptr, 0, size);
  allobjects = ptr;
  live += blocksize(ptr);
  return ptr;
}

/** Resizes in place or into a new object; the old one stays valid for whoever still holds it. */
// @ts-ignore: decorator
@global @unsafe
export function __renew(ptr: usize, size: usize): usize {
  const old = <usize>load<u32>(ptr - 4);
  if (ptr >= __heap_base && size + OVERHEAD + 4 <= blocksize(ptr)) {
    if (size > old) memory.fill(ptr + old, 0, size - old);
    store<u32>(ptr - 4, <u32>size);
    return ptr;
  }
  const renewed = __new(size, load<i32>(ptr - 8));
  memory.copy(renewed, ptr, min(size, old));
  return renewed;
}

/** The write barrier: nothing to do while the world is stopped to mark. */
// @ts-ignore: decorator
@global @unsafe
export function __link(parent: usize, child: usize, expectMultiple: bool): void {}

/** Marks an object and puts it on the grey list. */
// @ts-ignore: decorator
@global @unsafe
export function __visit(ptr: usize, cookie: u32): void {
  if (!ptr) return;
  const next = load<usize>(ptr - OVERHEAD);
  if (next & MARKED) return;
  if (ptr < __heap_base) {
    store<usize>(ptr - OVERHEAD, statics | next & PINNED | MARKED);
    statics = ptr;
  } else store<usize>(ptr - OVERHEAD, next | MARKED);
  store<usize>(ptr - 12, grey);
  grey = ptr;
}

/** Makes an object a root. Panics if it is one already. */
// @ts-ignore: decorator
@global @unsafe
export function __pin(ptr: usize): usize {
  if (!ptr) return ptr;
  const next = load<usize>(ptr - OVERHEAD);
  if (next & PINNED) throw new Error("Object already pinned");
  store<usize>(ptr - OVERHEAD, next | PINNED);
  if (pinlen == pincap) {
    pincap = pincap ? pincap * 2 : 16;
    pins = pins ? __realloc(pins, pincap << 2) : __alloc(pincap << 2);
  }
  store<usize>(pins + (pinlen++ << 2), ptr);
  return ptr;
}

/** Undoes __pin. Panics if the object is not pinned. */
// @ts-ignore: decorator
@global @unsafe
export function __unpin(ptr: usize): void {
  if (!ptr) return;
  const next = load<usize>(ptr - OVERHEAD);
  if (!(next & PINNED)) throw new Error("Object is not pinned");
  store<usize>(ptr - OVERHEAD, next & ~PINNED);
  let i = pinlen;
  do --i; while (load<usize>(pins + (i << 2)) != ptr);
  store<usize>(pins + (i << 2), load<usize>(pins + (--pinlen << 2)));
}

/** Collects: marks from the roots, frees the rest. World stopped. */
// @ts-ignore: decorator
@global @unsafe
export function __collect(): void {
  mark();
  sweep();
  setgoal();
}

/** Decides when to collect next: when the heap has grown by gcpercent, sooner if that would pass the limit. */
function setgoal(): void {
  let next = gcpercent < 0 ? <u64>u32.MAX_VALUE : <u64>live + <u64>live * <u64>gcpercent / 100;
  if (gcpercent >= 0) next = max(next, <u64>HEAP_MINIMUM * gcpercent / 100);
  // Over the limit already, every further sixteenth collects: Go, too, keeps its collector from taking all time.
  if (<i64>next > memorylimit) next = max(<u64>memorylimit, <u64>live + (live >> 4));
  goal = <usize>min(next, <u64>u32.MAX_VALUE);
}

/** Sets how much the heap may grow between collections, in percent; negative: no limit. Returns the setting before. */
export function setgcpercent(n: i32): i32 {
  const old = gcpercent;
  gcpercent = max(n, -1);
  setgoal();
  return old;
}

/** Sets how many bytes the heap should stay below; negative: only tells. Returns the setting before. */
export function setmemorylimit(bytes: i64): i64 {
  const old = memorylimit;
  if (bytes < 0) return old;
  memorylimit = bytes;
  setgoal();
  return old;
}

function mark(): void {
  __visit_globals(0);
  for (let i: usize = 0; i < pinlen; ++i) __visit(load<usize>(pins + (i << 2)), 0);
  for (let sp = __stack_pointer; sp < __heap_base; sp += 4) __visit(load<usize>(sp), 0);
  visitroots(0);
  while (grey) {
    const ptr = grey;
    grey = load<usize>(ptr - 12);
    __visit_members(ptr, 0);
  }
}

function sweep(): void {
  let last: usize = 0;
  let ptr = allobjects;
  while (ptr) {
    const word = load<usize>(ptr - OVERHEAD);
    const next = word & ~FLAGS;
    if (word & MARKED) {
      store<usize>(ptr - OVERHEAD, word & ~MARKED);
      last = ptr;
    } else {
      if (last) store<usize>(last - OVERHEAD, next | load<usize>(last - OVERHEAD) & FLAGS);
      else allobjects = next;
      live -= blocksize(ptr);
      if (isDefined(__finalize)) __finalize(ptr);
      __free(ptr - OVERHEAD);
    }
    ptr = next;
  }
  while (statics) {
    ptr = statics;
    const word = load<usize>(ptr - OVERHEAD);
    statics = word & ~FLAGS;
    store<usize>(ptr - OVERHEAD, word & PINNED);
  }
}

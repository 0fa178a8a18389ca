// SPDX-License-Identifier: MIT
// What these specs have beside the words of "gopark/test", for they look at the runtime from inside.
// The host's side is tests/run/spec.ts.

import { gocall } from "gopark/assembly/api/go";
import { gosched } from "gopark/assembly/sched/proc";
import { G, p0 } from "gopark/assembly/sys/types";

/** Lets so many nanoseconds pass while the test computes. */
@external("spec", "elapse")
export declare function elapse(ns: f64): void;

/** What was printed so far, and not into a writebuf; forgets it. */
@external("spec", "printed")
export declare function printed(): string;

/** How many objects of a class were finalized since the last time. */
@external("spec", "finalized")
export declare function finalized(id: u32): i32;

// @ts-ignore: decorator
@external("spec", "finalize")
declare function finalize(id: u32): void;

// The collector calls it with what it is about to free. No global here: it is compiled with the runtime.
// @ts-ignore: decorator
@global function __finalize(ptr: usize): void {
  finalize(load<u32>(ptr - 8));
}

/** go(fn), for tests that look at the goroutine. */
export function spawn(fn: () => void): G {
  return gocall<() => void, i32, i32, i32, i32, i32, i32>(fn, 0, 0, 0, 0, 0, 0, 0);
}

/** Lets everyone run until nobody but the caller is runnable. */
export function settle(): void {
  do gosched(); while (p0.runqhead || p0.runnext);
}

/** Zeroed memory that nobody owns, as a structure that nobody else knows. */
export function zeroed<T>(): T {
  const ptr = heap.alloc(offsetof<T>());
  memory.fill(ptr, 0, offsetof<T>());
  return changetype<T>(ptr);
}

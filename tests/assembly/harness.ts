// SPDX-License-Identifier: MIT
// What specs have beside as-pect's describe, it and expect. Their runner is tests/run/spec.ts:
// each test is a goroutine in an instance of its own, so it may park, and what it leaves behind
// harms nobody. The clock stands still while anything is runnable, then jumps to the next timer.

import { gocall } from "gopark/assembly/api/go";
import { gosched } from "gopark/assembly/sched/proc";
import { G, p0 } from "gopark/assembly/sys/types";

/** Calls fn and returns the first line it died with, "" if it came back. fn must not park. */
@external("spec", "panicOf")
export declare function panicOf(fn: () => void): string;

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

// SPDX-License-Identifier: MIT
/**
 * Lists what a gopark module exports for its host, once.
 *
 * Everything that allocates can end the program, so calls go through `instance/door.ts`.
 *
 * @module
 */

/** The module's own exports, as the engine hands them out: raw numbers, no lifting. */
export interface GuestExports {
  readonly memory: WebAssembly.Memory;
  readonly table?: WebAssembly.Table;
  /** Runs the program's module-level code. */
  _initialize(): void;

  // asc's runtime interface.
  __new(size: number, id: number): number;
  __pin(ptr: number): number;
  __unpin(ptr: number): void;

  /** Makes a goroutine for export `id`; returns the address of its argument slots. */
  gopark_newcall(id: number, callid: number, managedmask: number): number;
  /** Runs goroutines for `slice` nanoseconds; returns a SCHED_ code. */
  gopark_schedule(slice: number): number;
  /** Returns the instant of the next timer on nanotime's clock, or -1. */
  gopark_deadline(): number;
  /** Returns how many blocking host calls are in flight. */
  gopark_hostcalls(): number;
  /** Dies with Go's deadlock message and every stack. */
  gopark_deadlock(): void;
  /** Returns the running goroutine. */
  gopark_curg(): number;
  /** Makes the goroutine that waits at `token` runnable; returns the slot for its result. */
  gopark_settle(token: number, how: number): number;
  /** Dies with Go's text for an engine trap. */
  gopark_trap(code: number, msgptr: number): void;

  /** Prints the stack of what runs, or of all, as it prints everything. */
  gopark_stack(all: number): void;
  gopark_goroutineProfile(ptr: number, n: number): number;
  /** Writes at most PROFILE_DEPTH pcs of the goroutine at gp to ptr. */
  gopark_gstack(gp: number, ptr: number): void;
  gopark_numGoroutine(): number;
  gopark_memProfile(ptr: number, n: number, inuseZero: number): number;
  /** Collects, unless the program is dying. */
  gopark_gc(forced: number): void;

  /** Returns raw memory that the collector does not know; 0 if there is none. */
  gopark_alloc(size: number): number;
  gopark_free(ptr: number): void;
  /** Returns a MemStats. */
  gopark_readMemStats(): number;
  /** Collects, fills n HeapClasses if there are at most as many classes; returns their number. */
  gopark_heapHistogram(ptr: number, n: number): number;
  /** Collects, and finds the leaked goroutines; returns their number. */
  gopark_goroutineLeak(): number;
  /** Turns the lines of GODEBUG=gctrace=1 on or off. */
  gopark_gctrace(on: number): void;
}

/** The functions that a module must export, or its ABI section lies. */
export const REQUIRED: readonly (keyof GuestExports)[] = [
  "memory", "_initialize", "__new", "__pin", "__unpin",
  "gopark_newcall", "gopark_schedule", "gopark_deadline", "gopark_hostcalls", "gopark_deadlock",
  "gopark_curg", "gopark_settle", "gopark_trap", "gopark_stack", "gopark_goroutineProfile", "gopark_gstack",
  "gopark_numGoroutine", "gopark_memProfile", "gopark_gc", "gopark_alloc", "gopark_free",
  "gopark_gctrace", "gopark_readMemStats", "gopark_heapHistogram",
  "gopark_goroutineLeak",
];

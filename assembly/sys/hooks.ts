// SPDX-License-Identifier: MIT
// Every upward call: what a lower folder needs of a higher one, filled in by index.ts.

/** Prints goroutines: the running one, then (all) the others. profile/traceback.ts. */
export let tracebackothers: (all: bool) => void = nohook;

// What visitroots is asked for.
/** A cycle begins: nothing is visited yet. */
// @ts-ignore: decorator
@inline export const ROOTS_START: i32 = 0;
/** Some of what is not visited yet. */
// @ts-ignore: decorator
@inline export const ROOTS_SOME: i32 = 1;
/** All that may have changed since it was visited. */
// @ts-ignore: decorator
@inline export const ROOTS_CHANGED: i32 = 2;

/** Visits what goroutines and timers hold; returns the work that was, 0 if nothing is left. sched/roots.ts. */
export let visitroots: (what: i32) => i32 = noroots;

function noroots(what: i32): i32 {
  return 0;
}

export function setvisitroots(f: (what: i32) => i32): void {
  visitroots = f;
}

/** Counts a goroutine out of its WaitGroup. api/sync.ts. */
export let groupdone: (wg: usize) => void = nogroup;

function nogroup(wg: usize): void {}

export function setgroupdone(f: (wg: usize) => void): void {
  groupdone = f;
}

/** Counts a sampled allocation. profile/mprof.ts. */
export let profmalloc: (ptr: usize, size: usize) => void = nomalloc;

function nomalloc(ptr: usize, size: usize): void {}

/** Tells the memory profile that everything alive is marked, before anything dead is given back. profile/mprof.ts. */
export let profgc: () => void = nogc;

function nogc(): void {}

export function setprof(malloc: (ptr: usize, size: usize) => void, gc: () => void): void {
  profmalloc = malloc;
  profgc = gc;
}

function nohook(all: bool): void {}

export function settraceback(f: (all: bool) => void): void {
  tracebackothers = f;
}

// What host calls want of contexts. Filled in when the first context is made that can be done: null costs
// a program without any less than a function that does nothing. api/context.ts.
/** Whether the context at ctx is done. */
export let contextdone: ((ctx: usize) => bool) | null = null;
/** Has the context at ctx end the host call of goroutine gp when it is done; returns the note of that, 0 if it never will be. */
export let watchcontext: ((ctx: usize, gp: usize) => usize) | null = null;
/** Takes a note back: the host call has ended. */
export let unwatchcontext: ((note: usize) => void) | null = null;

export function setcontext(done: (ctx: usize) => bool, watch: (ctx: usize, gp: usize) => usize, unwatch: (note: usize) => void): void {
  contextdone = done;
  watchcontext = watch;
  unwatchcontext = unwatch;
}

/** What a WASI command does last, however it ends. wasi/snapshot.ts. */
export let atexit: () => void = noexit;

function noexit(): void {}

export function setatexit(f: () => void): void {
  atexit = f;
}

/** What a WASI command does before that if it ends of itself. May collect. wasi/snapshot.ts. */
export let atreturn: () => void = noexit;

export function setatreturn(f: () => void): void {
  atreturn = f;
}

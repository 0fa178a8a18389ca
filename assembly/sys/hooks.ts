// SPDX-License-Identifier: MIT
// Every upward call: what a lower folder needs of a higher one, filled in by index.ts before all else, or by what
// needs it. Those that nobody can call before are null until then: a function that does nothing costs, too.

/** Prints goroutines: the running one, then (all) the others. profile/traceback.ts. */
export let tracebackothers: (all: bool) => void = changetype<(all: bool) => void>(0);

// What visitroots is asked for.
/** A cycle begins: nothing is visited yet. */
// @ts-ignore: decorator
@inline export const ROOTS_START: i32 = 0;
/** Some of what is not visited yet. */
// @ts-ignore: decorator
@inline export const ROOTS_SOME: i32 = 1;
/** Some of what may have changed since it was visited; when nothing is left, what changes now. */
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

/** Finds leaked goroutines; returns how many there are. World stopped. sync/leak.ts. */
export let findleaks: (_: i32) => i32 = noroots;

export function setfindleaks(f: (_: i32) => i32): void {
  findleaks = f;
}

/** Counts a goroutine out of its WaitGroup. api/sync.ts. */
export let groupdone: (wg: usize) => void = nogroup;

function nogroup(wg: usize): void {}

export function setgroupdone(f: (wg: usize) => void): void {
  groupdone = f;
}

/** Does what Go defers, for a goroutine that calls goexit; of its type is no other, as with onblock. api/sync.ts. */
// @ts-ignore: decorator
@lazy export let ongoexit: (gp: usize, _: f32) => void = changetype<(gp: usize, _: f32) => void>(0);

export function setongoexit(f: (gp: usize, _: f32) => void): void {
  ongoexit = f;
}

/** Counts a sampled allocation. profile/mprof.ts. */
export let profmalloc: (ptr: usize, size: usize) => void = changetype<(ptr: usize, size: usize) => void>(0);

/** Tells the memory profile that everything alive is marked, before anything dead is given back. profile/mprof.ts. */
export let profgc: () => void = changetype<() => void>(0);

export function setprof(malloc: (ptr: usize, size: usize) => void, gc: () => void): void {
  profmalloc = malloc;
  profgc = gc;
}

// What onblock is called for.
/** gp has unwound, and its wait is to be known. */
// @ts-ignore: decorator
@inline export const BLOCK_PARKED: usize = 0;
/** gp is made ready by another goroutine: its wait counts. */
// @ts-ignore: decorator
@inline export const BLOCK_READY: usize = 1;
/** gp is made ready by a timer or the host: its wait does not count. */
// @ts-ignore: decorator
@inline export const BLOCK_AWAKE: usize = 2;

// A WATCH_ bit guards these: whoever sets it fills them.

/**
 * Hears of waits while WATCH_BLOCK is set. profile/block.ts. What calls it could also call whatever
 * else of its type is in the table, so it has a type of its own: else to make a goroutine ready might park.
 */
export let onblock: (what: usize, gp: usize, _: f32) => void = changetype<(what: usize, gp: usize, _: f32) => void>(0);

export function setonblock(f: (what: usize, gp: usize, _: f32) => void): void {
  onblock = f;
}

/**
 * Hears of unlocks with waiters while WATCH_MUTEX is set, the first n of q, 0: all. profile/block.ts. Of its type is no other,
 * as with onblock.
 */
// @ts-ignore: decorator
@lazy export let onunlock: (q: usize, n: f32) => void = changetype<(q: usize, n: f32) => void>(0);

export function setonunlock(f: (q: usize, n: f32) => void): void {
  onunlock = f;
}

/** Notes whose making a new G is, while WATCH_ANCESTORS is set; of its type is no other, as with onblock. profile/ancestors.ts. */
// @ts-ignore: decorator
@lazy export let saveancestors: (gp: usize, _: f32) => void = changetype<(gp: usize, _: f32) => void>(0);
/** Prints that behind its stack. */
export let printancestors: (gp: usize) => void = changetype<(gp: usize) => void>(0);

export function setancestors(save: (gp: usize, _: f32) => void, print: (gp: usize) => void): void {
  saveancestors = save;
  printancestors = print;
}

/** Prints the labels of a G, in a program that has labels. profile/label.ts. */
export let printlabels: (gp: usize) => void = nogroup;

export function setprintlabels(f: (gp: usize) => void): void {
  printlabels = f;
}

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

/** What a WASI command does when the context of goroutine `token`'s blocking call is done; of its type is no other, as with onblock. wasi/stdin.ts. */
// @ts-ignore: decorator
@lazy export let onabort: (token: usize, _: f32) => void = noabort;

function noabort(token: usize, _: f32): void {}

export function setonabort(f: (token: usize, _: f32) => void): void {
  onabort = f;
}

/** Whether the program may make profiles of its own. profile/custom.ts. */
// @ts-ignore: decorator
@lazy export let ownprofiles: bool = false;

/** Returns true: what @lazy makes something of has a value. */
export function setownprofiles(): bool {
  return ownprofiles = true;
}

/** What a WASI command does last, however it ends. wasi/snapshot.ts. */
// @ts-ignore: decorator
@lazy export let atexit: () => void = noexit;

function noexit(): void {}

export function setatexit(f: () => void): void {
  atexit = f;
}

/** What a WASI command does before that if it ends of itself. May collect. wasi/snapshot.ts. */
export let atreturn: () => void = noexit;

export function setatreturn(f: () => void): void {
  atreturn = f;
}

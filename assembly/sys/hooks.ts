// SPDX-License-Identifier: MIT
// Every upward call: what a lower folder needs of a higher one, filled in by index.ts.

/** Prints goroutines: the running one, then (all) the others. profile/traceback.ts. */
export let tracebackothers: (all: bool) => void = nohook;

/** Visits what goroutines and timers hold. sched/roots.ts. */
export let visitroots: (cookie: u32) => void = noroots;

function noroots(cookie: u32): void {}

export function setvisitroots(f: (cookie: u32) => void): void {
  visitroots = f;
}

/** Counts a goroutine out of its WaitGroup. api/sync.ts. */
export let groupdone: (wg: usize) => void = nogroup;

function nogroup(wg: usize): void {}

export function setgroupdone(f: (wg: usize) => void): void {
  groupdone = f;
}

function nohook(all: bool): void {}

export function settraceback(f: (all: bool) => void): void {
  tracebackothers = f;
}

/** What a WASI command does last, however it ends. wasi/snapshot.ts. */
export let atexit: () => void = noexit;

function noexit(): void {}

export function setatexit(f: () => void): void {
  atexit = f;
}

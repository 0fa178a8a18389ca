// SPDX-License-Identifier: MIT
// The run queue of a P: first in, first out, and one runnext slot that goes first.
//
// What the running goroutine makes ready takes the slot, as in Go, so a pair that hands values
// to each other switches without a trip round the queue. Go takes back the time slice such a
// pair inherits; here the slot loses its turn after NEXT_LIMIT times, so nobody starves.

import { fatalthrow } from "../sys/fatal";
import { Grunnable } from "../sys/status";
import { G, P, sched } from "../sys/types";

// @ts-ignore: decorator
@inline const NEXT_LIMIT: u32 = 32;

/** Puts gp at the tail. */
export function runqput(p: P, gp: G): void {
  gp.schedlink = null;
  const tail = p.runqtail;
  if (tail) tail.schedlink = gp;
  else p.runqhead = gp;
  p.runqtail = gp;
}

/** Puts gp into the slot; who was there goes to the tail. */
// @ts-ignore: decorator
@inline export function runqputnext(p: P, gp: G): void {
  const old = p.runnext;
  p.runnext = gp;
  if (old) runqput(p, old);
}

/** Makes gp the very first, then who was in the slot. */
export function runqputfirst(p: P, gp: G): void {
  const next = p.runnext;
  p.runnext = gp;
  if (!next) return;
  next.schedlink = p.runqhead;
  if (!p.runqhead) p.runqtail = next;
  p.runqhead = next;
}

/** Takes the next to run, or null. */
// @ts-ignore: decorator
@inline export function runqget(p: P): G | null {
  const next = p.runnext;
  if (next) {
    p.runnext = null;
    if (!p.runqhead) return next;
    if (p.nextticks++ < NEXT_LIMIT) return next;
    runqput(p, next);
  }
  p.nextticks = 0;
  const gp = p.runqhead;
  if (gp) {
    const link = gp.schedlink;
    p.runqhead = link;
    if (!link) p.runqtail = null;
  }
  return gp;
}

/** Verifies, in a debug build, that who is in the queue is runnable and there once, and that the tail is its end. */
export function checkrunq(p: P): void {
  const next = p.runnext;
  if (next && next.status != Grunnable) fatalthrow("checkrunq: runnext is not runnable");
  let n = 0;
  let last: G | null = null;
  let gp = p.runqhead;
  while (gp) {
    if (gp.status != Grunnable) fatalthrow("checkrunq: who is queued is not runnable");
    if (gp == next || ++n > sched.nallg) fatalthrow("checkrunq: queued twice");
    last = gp;
    gp = gp.schedlink;
  }
  if (last != p.runqtail) fatalthrow("checkrunq: the tail is not the last");
}

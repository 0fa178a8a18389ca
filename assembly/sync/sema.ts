// SPDX-License-Identifier: MIT
// Semaphores: what Mutex, RWMutex, WaitGroup, Cond and Semaphore of api/sync.ts wait with.
//
// Whoever gives something up hands it to the first waiter, in the order of the queue. So a woken
// goroutine owns what it waited for, nobody barges in between, and nothing is tried again when it
// runs. A queue is two words in its owner; what waits in it is the goroutine's own Sudog.
//
// A weighted acquire that a context can end waits in two queues, the semaphore's and the one of the
// context's channel, as a select of two cases does. While it is parked its slot holds a CtxWait:
//
// ╒═════════════ CtxWait ════════════════╕
// │  0  s, done: keep both queues alive  │
// │  8  Sudog in done's queue            │  its own Sudog is in the semaphore's
// │ 40  what done "receives": not read   │
// └──────────────────────────────────────┘ 56

import { WATCH_MUTEX } from "../shared/layout";
import { noteunlock } from "../sched/gprof";
import { G, sched, Sudog, sudogof } from "../sys/types";
import { Hchan, recvq, wakesudog } from "./chan";
import { dequeue, enqueue, initsudog, remove, waiting, WaitQ } from "./waitq";

/** Puts the running goroutine, about to park, at the end of q, which is owner's. Never allocates. */
// @ts-ignore: decorator
@inline export function semqueue(q: WaitQ, gp: G, owner: usize): Sudog {
  const sg = initsudog(sudogof(gp), gp, owner);
  enqueue(q, sg);
  return sg;
}

/** Wakes the first waiter of q; false if there is none. Never parks, never allocates. */
export function semwake(q: WaitQ): bool {
  const sg = dequeue(q);
  if (!sg) return false;
  wakesudog(sg);
  return true;
}

/** semwake for whoever gives up a lock: the mutex profile charges it with the waiting. */
export function semrelease(q: WaitQ): bool {
  semcharge(q, 0);
  return semwake(q);
}

/**
 * Has the mutex profile charge who runs with what those in q have waited, as semrelease does; for the first `n` of them,
 * 0: for all. Never parks, never collects.
 */
// @ts-ignore: decorator
@inline export function semcharge(q: WaitQ, n: i32): void {
  if (sched.watch & WATCH_MUTEX) noteunlock(changetype<usize>(q), n);
}

/** Wakes every waiter of q and counts them. Never parks, never allocates. */
export function semwakeall(q: WaitQ): i32 {
  let n = 0;
  while (semwake(q)) ++n;
  return n;
}

/** Keeps obj alive while gp is parked, for when it runs again. */
// @ts-ignore: decorator
@inline export function keep(gp: G, obj: usize): void {
  gp.slot0 = obj;
  gp.slotManaged = true;
}

/** Gives back what was kept. */
// @ts-ignore: decorator
@inline export function kept(gp: G): usize {
  gp.slotManaged = false;
  return <usize>gp.slot0;
}

/** A weighted semaphore (golang.org/x/sync/semaphore): size tokens, cur of them taken. */
export class Weighted {
  size: i32;
  cur: i32 = 0;
  first: usize = 0; // the queue; a Sudog's icase says how many tokens it wants
  last: usize = 0;

  constructor(size: i32) {
    this.size = size;
  }
}

// @ts-ignore: decorator
@inline function waiters(s: Weighted): WaitQ {
  return changetype<WaitQ>(changetype<usize>(s) + offsetof<Weighted>("first"));
}

/** Takes n tokens unless they are missing or others wait already. Never parks. */
export function weightedtry(s: Weighted, n: i32): bool {
  if (s.size - s.cur < n || waiting(waiters(s))) return false;
  s.cur += n;
  return true;
}

/** Queues gp for n tokens; nowhere for more than there are at all, so it blocks nobody. Never allocates. */
export function weightedqueue(s: Weighted, n: i32, gp: G): void {
  const sg = initsudog(sudogof(gp), gp, n <= s.size ? changetype<usize>(s) : 0);
  sg.icase = n;
  if (n <= s.size) enqueue(waiters(s), sg);
}

/** Wakes waiters while there are tokens for the first: none overtakes a larger one. Never parks. */
export function notifyWaiters(s: Weighted): void {
  const q = waiters(s);
  while (waiting(q)) {
    const n = q.first!.icase;
    if (s.size - s.cur < n) return;
    s.cur += n;
    semwake(q);
  }
}

class CtxWait {
  s: Weighted;
  done: Hchan;
}

// @ts-ignore: decorator
@inline const CTXWAIT_SUDOG: usize = 8;
// @ts-ignore: decorator
@inline const CTXWAIT_ELEM: usize = CTXWAIT_SUDOG + offsetof<Sudog>();
// @ts-ignore: decorator
@inline const CTXWAIT_SIZE: usize = CTXWAIT_ELEM + 16;

// @ts-ignore: decorator
@inline function doneSudog(w: CtxWait): Sudog {
  return changetype<Sudog>(changetype<usize>(w) + CTXWAIT_SUDOG);
}

/** weightedqueue for an acquire that ends when `done`, open or nil, is closed. May collect. */
export function weightedqueuectx(s: Weighted, n: i32, done: Hchan, gp: G): void {
  if (offsetof<CtxWait>() > CTXWAIT_SUDOG) ERROR("CtxWait runs into its Sudog"); // not at module level: a class costs
  gp.slot0 = 0;
  if (changetype<usize>(done)) {
    const w = changetype<CtxWait>(__new(CTXWAIT_SIZE, idof<CtxWait>()));
    w.s = s;
    w.done = done;
    keep(gp, changetype<usize>(w));
    const sg = initsudog(doneSudog(w), gp, changetype<usize>(done));
    sg.elem = changetype<usize>(w) + CTXWAIT_ELEM;
    sg.isSelect = true;
    enqueue(recvq(done), sg);
  }
  weightedqueue(s, n, gp);
  if (changetype<usize>(done)) sudogof(gp).isSelect = true;
  gp.selectDone = false;
}

/** The channel that would end the wait of gp for tokens; 0 if there is none. */
export function ctxwaitdone(gp: G): usize {
  return sudogof(gp).isSelect ? changetype<usize>(changetype<CtxWait>(<usize>gp.slot0).done) : 0;
}

/** Ends the wait that weightedqueuectx began; true if gp has its tokens. Never parks, never allocates. */
export function weightedwakectx(gp: G): bool {
  const w = changetype<CtxWait>(kept(gp));
  if (!changetype<usize>(w)) return true;
  const sg = sudogof(gp);
  const acquired = <usize>gp.slot1 == changetype<usize>(sg);
  gp.slot1 = 0;
  if (acquired) {
    remove(recvq(w.done), doneSudog(w));
    if (!w.done.closed) return true;
    w.s.cur -= sg.icase;
  } else remove(waiters(w.s), sg);
  notifyWaiters(w.s); // those behind it may be content with what it left
  return false;
}

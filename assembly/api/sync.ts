// SPDX-License-Identifier: MIT
// Go's package sync, and x/sync's weighted semaphore.
//
// Every method that waits is a bottom-most function (sys/intrinsics.ts): when its goroutine runs
// again it enters with `this` and its arguments gone, so a waker hands over all that was waited for
// and the resumed branch at most looks into the G. Locks go to their waiters in order (Go's mutex
// in starvation mode): with one M a woken goroutine cannot lose a race it would have to repeat.

import { park, setgroup } from "../sched/proc";
import { fatal, gopanic } from "../sys/fatal";
import { setgroupdone, setongoexit } from "../sys/hooks";
import { resumed } from "../sys/intrinsics";
import {
  waitCondWait, waitMutexLock, waitRWMutexLock, waitRWMutexRLock, waitSemacquire, waitWaitGroupWait
} from "../sys/status";
import { G, getg } from "../sys/types";
import {
  keep, kept, notifyWaiters, semcharge, semqueue, semrelease, semwake, semwakeall, Weighted, weightedqueue,
  weightedqueuectx, weightedtry, weightedwakectx
} from "../sync/sema";
import { WaitQ } from "../sync/waitq";
import { zero } from "./chan";
import { __Absent, checkargs, gocall } from "./go";
import { context } from "./context";

// @ts-ignore: decorator
@inline function queueat(owner: usize, offset: usize): WaitQ {
  return changetype<WaitQ>(owner + offset);
}

/** A mutual exclusion lock. It belongs to no goroutine: one may lock it and another unlock it. */
export class Mutex {
  private locked: bool = false; // true all through a handover
  private first: usize = 0;
  private last: usize = 0;

  /** Locks m, waiting while it is locked. May park. */
  lock(): void {
    if (resumed()) return;
    if (!this.locked) {
      this.locked = true;
      return;
    }
    const gp = getg();
    semqueue(mutexq(this), gp, changetype<usize>(this));
    park(gp, waitMutexLock);
  }

  /** Locks m if it is free. Never parks. */
  tryLock(): bool {
    if (this.locked) return false;
    return this.locked = true;
  }

  /** Unlocks m, or hands it to who has waited longest. Dies if m is not locked. Never parks. */
  unlock(): void {
    if (!this.locked) fatal("sync: unlock of unlocked mutex");
    if (this.first) semrelease(mutexq(this));
    else this.locked = false;
  }
}

// @ts-ignore: decorator
@inline function mutexq(m: Mutex): WaitQ {
  return queueat(changetype<usize>(m), offsetof<Mutex>("first"));
}

/**
 * A lock that many readers or one writer hold. A waiting writer keeps new readers out, and those who
 * came meanwhile all go before the next writer: neither side starves.
 */
export class RWMutex {
  private writing: bool = false;
  private readers: i32 = 0;
  private writerfirst: usize = 0; // writers wait only while there are readers or a writer
  private writerlast: usize = 0;
  private readerfirst: usize = 0; // readers wait only while there is a writer, or one waits
  private readerlast: usize = 0;

  /** Locks rw for writing. May park. */
  lock(): void {
    if (resumed()) return;
    if (this.tryLock()) return;
    const gp = getg();
    semqueue(writerq(this), gp, changetype<usize>(this));
    park(gp, waitRWMutexLock);
  }

  /** Locks rw for writing if nobody holds it. Never parks. */
  tryLock(): bool {
    if (this.writing || this.readers) return false;
    return this.writing = true;
  }

  /**
   * Gives up writing: to the readers that wait, else to the next writer. Dies if rw is not locked
   * for writing. Never parks.
   */
  unlock(): void {
    if (!this.writing) fatal("sync: Unlock of unlocked RWMutex");
    if (this.readerfirst) {
      let n = 0;
      while (semrelease(readerq(this))) ++n;
      this.readers = n;
      semcharge(writerq(this), 0); // writers wait for those readers from now on
    } else if (this.writerfirst) {
      semrelease(writerq(this));
      return;
    }
    this.writing = false;
  }

  /** Locks rw for reading. May park. */
  rLock(): void {
    if (resumed()) return;
    if (this.tryRLock()) return;
    const gp = getg();
    semqueue(readerq(this), gp, changetype<usize>(this));
    park(gp, waitRWMutexRLock);
  }

  /** Locks rw for reading unless a writer holds it or waits for it. Never parks. */
  tryRLock(): bool {
    if (this.writing || this.writerfirst) return false;
    ++this.readers;
    return true;
  }

  /**
   * Gives up reading; the last reader lets a writer in. Dies if rw is not locked for reading.
   * Never parks.
   */
  rUnlock(): void {
    if (!this.readers) fatal("sync: RUnlock of unlocked RWMutex");
    if (--this.readers || !this.writerfirst) return;
    semcharge(writerq(this), 1); // those behind it wait for writers, as in Go, not for readers
    semwake(writerq(this));
    this.writing = true;
  }
}

// @ts-ignore: decorator
@inline function writerq(rw: RWMutex): WaitQ {
  return queueat(changetype<usize>(rw), offsetof<RWMutex>("writerfirst"));
}

// @ts-ignore: decorator
@inline function readerq(rw: RWMutex): WaitQ {
  return queueat(changetype<usize>(rw), offsetof<RWMutex>("readerfirst"));
}

/** Waits for a number of goroutines to finish. */
export class WaitGroup {
  private counter: i32 = 0;
  private first: usize = 0;
  private last: usize = 0;

  /** Adds delta, which may be negative; at zero, all who wait go on. Panics below zero. Never parks. */
  add(delta: i32): void {
    const v = this.counter + delta;
    this.counter = v;
    if (v < 0) gopanic("sync: negative WaitGroup counter");
    if (!v && this.first) semwakeall(groupq(this));
  }

  /** Takes one off the counter. Panics below zero. Never parks. */
  done(): void {
    this.add(-1);
  }

  /**
   * Waits until the counter is zero. Panics if it has risen again before this goroutine could go
   * on. May park.
   */
  wait(): void {
    if (resumed()) {
      if (changetype<WaitGroup>(kept(getg())).counter) {
        gopanic("sync: WaitGroup is reused before previous Wait has returned");
      }
      return;
    }
    if (!this.counter) return;
    const gp = getg();
    keep(gp, changetype<usize>(this));
    semqueue(groupq(this), gp, changetype<usize>(this));
    park(gp, waitWaitGroupWait);
  }

  /** Starts fn(a, b, …) on a new goroutine, as go does, counted until fn returns. Never parks. */
  go<F, A = __Absent, B = __Absent, C = __Absent, D = __Absent, E = __Absent, H = __Absent>(
    fn: F,
    a: A = zero<A>(),
    b: B = zero<B>(),
    c: C = zero<C>(),
    d: D = zero<D>(),
    e: E = zero<E>(),
    f: H = zero<H>()
  ): void {
    checkargs<F, A, B, C, D, E, H>();
    this.add(1);
    setgroupdone(groupdone); // here, so that programs without groups are without this, too
    setgroup(gocall<F, A, B, C, D, E, H>(fn, a, b, c, d, e, f, 8), changetype<usize>(this));
  }
}

/** What the scheduler calls when a group's goroutine has ended, however it did. */
function groupdone(wg: usize): void {
  changetype<WaitGroup>(wg).done();
}

// @ts-ignore: decorator
@inline function groupq(wg: WaitGroup): WaitQ {
  return queueat(changetype<usize>(wg), offsetof<WaitGroup>("first"));
}

/** Runs one function, once. */
export class Once {
  private finished: bool = false;
  private m: Mutex = new Mutex();
  runner: usize = 0; // the G that is in fn
  next: usize = 0; // of runningonces

  /**
   * Calls fn if this is the first call; every other call waits until that one has returned, or its goroutine
   * has ended. May park.
   */
  do(fn: () => void): void {
    if (!this.finished) this.doSlow(fn);
  }

  private doSlow(fn: () => void): void {
    this.m.lock();
    if (!this.finished) {
      onceenter(this);
      fn();
      onceleave(this);
      this.finished = true;
    }
    this.m.unlock();
  }

  /** What doSlow would do behind fn. */
  abandon(): void {
    onceleave(this);
    this.finished = true;
    this.m.unlock();
  }
}

/**
 * Those whose function runs, the latest first: nothing behind it does if it calls goexit. The frame of doSlow keeps
 * each alive; a reference from here would hide that whoever waits for it is leaked.
 */
// @ts-ignore: decorator
@lazy let runningonces: usize = 0;

function onceenter(o: Once): void {
  setongoexit(oncegoexit); // here, so that programs without are without this, too
  o.runner = changetype<usize>(getg());
  o.next = runningonces;
  runningonces = changetype<usize>(o);
}

function onceleave(o: Once): void {
  const ptr = changetype<usize>(o);
  if (runningonces == ptr) {
    runningonces = o.next;
    return;
  }
  let before = changetype<Once>(runningonces);
  while (before.next != ptr) before = changetype<Once>(before.next);
  before.next = o.next;
}

/** What goexit calls: the innermost one is left first. */
function oncegoexit(gp: usize, _: f32): void {
  let ptr = runningonces;
  while (ptr) {
    const o = changetype<Once>(ptr);
    ptr = o.next;
    if (o.runner == gp) o.abandon();
  }
}

/** The latest whose function runs, for who comes back from a death inside one. */
export function latestonce(): usize {
  return runningonces;
}

/** Forgets those behind it. */
export function forgetonces(latest: usize): void {
  runningonces = latest;
}

/** A place to wait for an event: something that the goroutines which hold `l` change and look at. */
export class Cond {
  private first: usize = 0;
  private last: usize = 0;
  l: Mutex;

  constructor(l: Mutex) {
    this.l = l;
  }

  /** Unlocks l, waits for signal or broadcast, and locks l again. Dies if l is not locked. May park. */
  wait(): void {
    const gp = getg();
    if (resumed()) {
      const c = changetype<Cond>(kept(gp));
      if (changetype<usize>(c)) relock(c.l, gp);
      return;
    }
    keep(gp, changetype<usize>(this));
    semqueue(condq(this), gp, changetype<usize>(this));
    this.l.unlock();
    park(gp, waitCondWait);
  }

  /** Lets the goroutine go on that has waited longest, if there is one. Never parks. */
  signal(): void {
    semwake(condq(this));
  }

  /** Lets all go on that wait. Never parks. */
  broadcast(): void {
    semwakeall(condq(this));
  }
}

// The second wait of Cond.wait: it resumes with nothing kept, as the owner of m.
// @ts-ignore: decorator
@inline function relock(m: Mutex, gp: G): void {
  if (m.tryLock()) return;
  gp.slot0 = 0;
  semqueue(mutexq(m), gp, changetype<usize>(m));
  park(gp, waitMutexLock);
}

// @ts-ignore: decorator
@inline function condq(c: Cond): WaitQ {
  return queueat(changetype<usize>(c), offsetof<Cond>("first"));
}

/** A weighted semaphore: n tokens, taken and given back in any number, first come first served. */
export class Semaphore extends Weighted {
  constructor(n: i32) {
    super(n);
  }

  /** Takes n tokens, waiting until they are there: for ever if there are not so many. May park. */
  acquire(n: i32 = 1): void {
    if (resumed()) return;
    if (weightedtry(this, n)) return;
    const gp = getg();
    weightedqueue(this, n, gp);
    park(gp, waitSemacquire);
  }

  /** Takes n tokens, or none and gives false once ctx is done. May park. */
  acquireCtx(ctx: context.Context, n: i32 = 1): bool {
    const gp = getg();
    if (resumed()) return weightedwakectx(gp);
    const done = ctx.done;
    if (changetype<usize>(done) && done.closed) return false;
    if (weightedtry(this, n)) return true;
    weightedqueuectx(this, n, done, gp);
    park(gp, waitSemacquire);
    return false;
  }

  /** Takes n tokens if they are there and nobody waits. Never parks. */
  tryAcquire(n: i32 = 1): bool {
    return weightedtry(this, n);
  }

  /** Gives n tokens back. Panics if fewer were taken. Never parks. */
  release(n: i32 = 1): void {
    this.cur -= n;
    if (this.cur < 0) gopanic("semaphore: released more than held");
    notifyWaiters(this);
  }
}

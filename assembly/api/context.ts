// SPDX-License-Identifier: MIT
// Go's package context: who may still be waiting for an answer, and until when.
//
// A context that can be cancelled (a cancelCtx) is in the list of the nearest one above it, so
// cancelling walks down, and leaves that list when it is cancelled itself: a parent holds only
// children that are still alive. A context with a value is in no list; it shares what the nearest
// cancelCtx above it has: err, done, cancel. Background has none of that above it.
//
// A host call that was given a context is a child of the cancelCtx above it, while it is in flight:
// cancelling has its goroutine go on at once, and the host told. The list holds it, and the call's
// caller the context; its goroutine takes it off when the call has ended.
//
// A deadline is a timer, and err also looks at the clock: a goroutine that computes and asks err
// now and then, but never parks, sees the deadline pass although no timer can fire meanwhile.

import { gopanic } from "../sys/fatal";
import { setcontext } from "../sys/hooks";
import { nanotime, osabort } from "../sys/os";
import { Gwaiting } from "../sys/status";
import { SETTLE_OK } from "../shared/status";
import { G } from "../sys/types";
import { closechan } from "../sync/chan";
import { Chan } from "./chan";
import { gopark_settle } from "./host";
import { RuntimeTimer, starttimer, stoptimer } from "./time";

const Canceled = "context canceled";
const DeadlineExceeded = "context deadline exceeded";

/** A context's fields. */
class Ctx {
  parent: Ctx | null = null; // for values
  canceler: Ctx | null = null; // the nearest cancelCtx, itself included
  until: i64 = 0; // the deadline, 0: none
  key: string | null = null;
  val: string | null = null;

  // Of a cancelCtx:
  error: string | null = null; // set once
  reason: string | null = null; // set with error
  donechan: Chan<bool> | null = null; // made when first asked for
  timer: RuntimeTimer | null = null; // of its own deadline, while it is to come
  children: Ctx | null = null; // those not cancelled
  next: Ctx | null = null; // in the list of the canceler above
  prev: Ctx | null = null;
  gp: usize = 0; // not a context, but the host call that this goroutine waits in
}

/** The cancelCtx above c, which is one itself. */
function above(c: Ctx): Ctx | null {
  return c.parent!.canceler;
}

function addChild(p: Ctx, c: Ctx): void {
  const first = p.children;
  c.next = first;
  if (first) first.prev = c;
  p.children = c;
}

function removeChild(p: Ctx, c: Ctx): void {
  const next = c.next;
  const prev = c.prev;
  if (next) next.prev = prev;
  if (prev) prev.next = next;
  else p.children = next;
  c.next = c.prev = null;
}

/** Cancels c and all below it, without recursion, for they may be nested deep. Never parks. */
function cancelctx(c: Ctx, error: string, reason: string): void {
  if (c.error) return;
  const p = above(c);
  if (p) removeChild(p, c);
  let list: Ctx | null = c;
  while (list) {
    const ctx = list;
    list = ctx.next;
    ctx.next = ctx.prev = null;
    finish(ctx, error, reason);
    let child = ctx.children;
    ctx.children = null;
    while (child) {
      const next = child.next;
      child.next = list;
      list = child;
      child = next;
    }
  }
}

function finish(c: Ctx, error: string, reason: string): void {
  c.error = error;
  c.reason = reason;
  const done = c.donechan;
  if (done) closechan(done);
  const timer = c.timer;
  if (timer) stoptimer(timer);
  c.timer = null;
  if (c.gp) abandon(c.gp, reason);
}

/** Ends a host call that is in flight, with the zero value; what the host has to say of it later is not heard. */
function abandon(token: usize, why: string): void {
  if (changetype<G>(token).status == Gwaiting) gopark_settle(token, SETTLE_OK);
  else if (!isDefined(GO_WASI)) return; // it is settled already; in a WASI command what came may not be all of a line
  osabort(token, why);
}

/** Hooked into contextdone. */
function isdone(ctx: usize): bool {
  const c = changetype<Ctx>(ctx).canceler;
  return c != null && errof(c) != null;
}

/** Hooked into watchcontext. The context is not done. Allocates. */
function watch(ctx: usize, gp: usize): usize {
  const p = changetype<Ctx>(ctx).canceler;
  if (!p) return 0;
  const c = new Ctx();
  c.parent = p;
  c.canceler = c;
  c.gp = gp;
  addChild(p, c);
  return changetype<usize>(c);
}

/** Hooked into unwatchcontext. */
function unwatch(note: usize): void {
  const c = changetype<Ctx>(note);
  removeChild(above(c)!, c);
}

function derive(parent: Ctx): context.Context {
  if (!changetype<usize>(parent)) gopanic("cannot create context from nil parent");
  const c = new context.Context();
  c.parent = parent;
  c.until = parent.until;
  return c;
}

/** Makes the child of parent that a cancel of the parent reaches. */
function cancelable(parent: Ctx): context.Context {
  setcontext(isdone, watch, unwatch);
  const c = derive(parent);
  c.canceler = c;
  const p = parent.canceler;
  if (!p) return c;
  const error = errof(p);
  if (error) finish(c, error, p.reason!);
  else addChild(p, c);
  return c;
}

/** Why the cancelCtx c is done, null if it is not. */
function errof(c: Ctx): string | null {
  if (!c.error && c.until && nanotime() >= <f64>c.until) {
    cancelctx(c, DeadlineExceeded, DeadlineExceeded);
  }
  return c.error;
}

/** Runs on the scheduler when a deadline has come. */
function expire(arg: usize, now: f64): void {
  cancelctx(changetype<Ctx>(arg), DeadlineExceeded, DeadlineExceeded);
}

/** Cancellation, deadlines and values that reach everyone who works for the same answer. */
export namespace context {
  /** Tells those who work for it when to stop. */
  export class Context extends Ctx {
    /** Closed when the context is done; a nil channel if nothing can cancel it. */
    get done(): Chan<bool> {
      const c = this.canceler;
      if (!c) return changetype<Chan<bool>>(0);
      const error = errof(c);
      let done = c.donechan;
      if (!done) {
        c.donechan = done = new Chan<bool>();
        if (error) closechan(done);
      }
      return done;
    }

    /** Why it is done: "context canceled" or "context deadline exceeded"; null if it is not. */
    get err(): string | null {
      const c = this.canceler;
      return c ? errof(c) : null;
    }

    /** What cancel was told, err if it was told nothing; null if the context is not done. */
    get cause(): string | null {
      const c = this.canceler;
      if (!c || !errof(c)) return null;
      return c.reason;
    }

    /** The instant at which it will be done at the latest; 0: none. */
    get deadline(): i64 {
      return this.until;
    }

    /**
     * Cancels the context and all that derive from it; does nothing if it is done. A context with
     * a value cancels the one it was made from; background, and its values, nothing. Never parks.
     */
    cancel(cause: string | null = null): void {
      const c = this.canceler;
      if (c) cancelctx(c, Canceled, cause === null ? Canceled : cause);
    }

    /** The value for key that is nearest above; null if there is none. */
    value(key: string): string | null {
      let c: Ctx | null = this;
      while (c) {
        const k = c.key;
        if (k !== null && k == key) return c.val;
        c = c.parent;
      }
      return null;
    }
  }

  // @ts-ignore: decorator
  @lazy let root: Context | null = null;

  /** Gives the context above all others: never done, without values. */
  export function background(): Context {
    let c = root;
    if (!c) root = c = new Context();
    return c;
  }

  /** Makes a context that is done when it is cancelled, or when parent is. */
  export function withCancel(parent: Context): Context {
    return cancelable(parent);
  }

  /**
   * Makes a context that is done when d has passed, when it is cancelled, or when parent is done.
   * Cancel it when the work is over: until then parent and a timer hold it.
   */
  export function withTimeout(parent: Context, d: i64): Context {
    const now = <i64>nanotime();
    return withDeadline(parent, d > i64.MAX_VALUE - now ? i64.MAX_VALUE : now + d);
  }

  /** Makes a context that is done at t, when it is cancelled, or when parent is done. */
  export function withDeadline(parent: Context, t: i64): Context {
    const c = cancelable(parent);
    if (c.until && c.until < t) return c;
    c.until = t;
    if (c.error) return c;
    if (nanotime() >= <f64>t) {
      expire(changetype<usize>(c), 0);
      return c;
    }
    const timer = new RuntimeTimer();
    c.timer = timer;
    starttimer(timer, <f64>t, 0, expire, changetype<usize>(c));
    return c;
  }

  /** Makes a context that has value for key and all else of parent. */
  export function withValue(parent: Context, key: string, value: string): Context {
    const c = derive(parent);
    c.canceler = parent.canceler;
    c.key = key;
    c.val = value;
    return c;
  }
}

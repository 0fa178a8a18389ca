// SPDX-License-Identifier: MIT
// Go's package time, as far as goroutines need it: the clock, sleep, timers and tickers.
//
// A timer is an object on the collected heap that begins with a Timer of sched/timer.ts. Objects do
// not move, so the heap of timers may point at it; while it does, the object is a root (its arg is
// itself), and afterwards the collector takes it like any other: nothing is ever to be freed.
//
// As since Go 1.23 nobody sees a value from before a stop or reset: the channel buffers one, and
// stop and reset take it back. That is also why its length and capacity read 0.

import { park } from "../sched/proc";
import { addtimer, deltimer, Timer as RawTimer, wakeat } from "../sched/timer";
import { gopanic } from "../sys/fatal";
import { resumed } from "../sys/intrinsics";
import { nanotime, walltime } from "../sys/os";
import { waitSleep } from "../sys/status";
import { callerpc, getg } from "../sys/types";
import { bufget } from "../sync/chan";
import { Chan, zero } from "./chan";
import { __Absent, checkargs, gocall } from "./go";

/** What sched/timer.ts's Timer is, at the start of an object. */
export class RuntimeTimer {
  private when: f64 = 0;
  private seq: u64 = 0;
  private period: f64 = 0;
  private f: usize = 0;
  private arg: usize = 0;
  private managed: bool = true;
  private index: i32 = -1;
  private link: usize = 0;
}

// @ts-ignore: decorator
@inline function raw(t: RuntimeTimer): RawTimer {
  return changetype<RawTimer>(changetype<usize>(t));
}

/**
 * Starts a new t: the scheduler calls f(arg, now) when `when` has come, and every `period` from then
 * on unless that is 0. arg is an object through which t is reached: it is alive while t runs.
 */
export function starttimer(
  t: RuntimeTimer,
  when: f64,
  period: f64,
  f: (arg: usize, now: f64) => void,
  arg: usize
): void {
  // Not at module level: a class costs programs that have no timers.
  if (offsetof<RuntimeTimer>() != offsetof<RawTimer>()) ERROR("RuntimeTimer is stale");
  if (offsetof<RuntimeTimer>("arg") != offsetof<RawTimer>("arg")) ERROR("RuntimeTimer is stale: arg");
  if (offsetof<RuntimeTimer>("index") != offsetof<RawTimer>("index")) ERROR("RuntimeTimer is stale: index");
  const rt = raw(t);
  rt.period = period;
  rt.f = changetype<usize>(f);
  rt.arg = arg;
  rt.managed = true;
  rt.index = -1;
  addtimer(rt, when);
}

/** Stops t; false if it was not running. */
export function stoptimer(t: RuntimeTimer): bool {
  return deltimer(raw(t));
}

/** The instant d from now: never early, however long d is. */
// @ts-ignore: decorator
@inline function when(d: i64): f64 {
  const now = nanotime();
  return d > 0 ? now + <f64>d : now;
}

/** The channel of a timer: unbuffered, as far as anyone can see. */
class TimerChan extends Chan<i64> {
  constructor() {
    super(1);
  }

  get length(): i32 {
    return 0;
  }

  get capacity(): i32 {
    return 0;
  }
}

/** Takes back what a timer has sent and nobody has received; false if there is nothing. */
function timerchandrain(c: Chan<i64>): bool {
  if (!changetype<usize>(c) || !c.qcount) return false;
  while (c.qcount) bufget(c, sizeof<i64>());
  return true;
}

// Both send the instant at which they were due; the scheduler has set a ticker's next one already.
function sendTime(arg: usize, now: f64): void {
  const t = changetype<time.Timer>(arg);
  t.c.trySend(<i64>raw(t).when);
}

function sendTick(arg: usize, now: f64): void {
  const t = changetype<time.Ticker>(arg);
  t.c.trySend(<i64>(raw(t).when - raw(t).period));
}

/** The timer of afterFunc, with what it calls. */
class FuncTimer<F, A, B, C, D, E, H> extends time.Timer {
  fn: F;
  a1: A;
  a2: B;
  a3: C;
  a4: D;
  a5: E;
  a6: H;
  gopc: u32;
  goid: u64;
}

/**
 * Starts the function of an afterFunc on a goroutine of its own. Runs on the scheduler, of which nobody wants
 * to read: stacks say who made the timer.
 */
function goFunc<F, A, B, C, D, E, H>(t: FuncTimer<F, A, B, C, D, E, H>): void {
  const gp = gocall<F, A, B, C, D, E, H>(t.fn, t.a1, t.a2, t.a3, t.a4, t.a5, t.a6, 0);
  gp.gopc = t.gopc;
  gp.parentgoid = t.goid;
}

/** Durations and instants are nanoseconds; every instant is on now()'s clock. */
export namespace time {
  export const Nanosecond: i64 = 1;
  export const Microsecond: i64 = 1000;
  export const Millisecond: i64 = 1000000;
  export const Second: i64 = 1000000000;
  export const Minute: i64 = 60000000000;
  export const Hour: i64 = 3600000000000;

  /** Reads the monotonic clock. Never parks. */
  export function now(): i64 {
    return <i64>nanotime();
  }

  /** Reads the wall clock: nanoseconds since 1970. Never parks. */
  export function unixNano(): i64 {
    return <i64>walltime();
  }

  /** Waits for at least d; not at all if d is not positive. May park. */
  export function sleep(d: i64): void {
    if (resumed()) return;
    if (d <= 0) return;
    const gp = getg();
    wakeat(gp, when(d));
    park(gp, waitSleep);
  }

  /** Makes a channel that gets the instant once, in d. Never parks. */
  export function after(d: i64): Chan<i64> {
    return new Timer(d).c;
  }

  /** Makes a channel that ticks every d for ever; never, being nil, if d is not positive. Never parks. */
  export function tick(d: i64): Chan<i64> {
    return d > 0 ? new Ticker(d).c : changetype<Chan<i64>>(0);
  }

  /**
   * Calls fn(a, b, …) on a new goroutine after `delay`, unless the timer is stopped first; reset
   * calls it again. The timer's c is a nil channel. Never parks.
   */
  export function afterFunc<F, A = __Absent, B = __Absent, C = __Absent, D = __Absent, E = __Absent, H = __Absent>(
    delay: i64,
    fn: F,
    a: A = zero<A>(),
    b: B = zero<B>(),
    c: C = zero<C>(),
    d: D = zero<D>(),
    e: E = zero<E>(),
    f: H = zero<H>()
  ): Timer {
    checkargs<F, A, B, C, D, E, H>();
    const size = offsetof<FuncTimer<F, A, B, C, D, E, H>>();
    const t = changetype<FuncTimer<F, A, B, C, D, E, H>>(__new(size, idof<FuncTimer<F, A, B, C, D, E, H>>()));
    t.fn = fn;
    t.a1 = a;
    t.a2 = b;
    t.a3 = c;
    t.a4 = d;
    t.a5 = e;
    t.a6 = f;
    t.gopc = callerpc();
    t.goid = getg().goid;
    starttimer(t, when(delay), 0, (arg: usize, now: f64): void => {
      goFunc<F, A, B, C, D, E, H>(changetype<FuncTimer<F, A, B, C, D, E, H>>(arg));
    }, changetype<usize>(t));
    return t;
  }

  /** A single event. */
  export class Timer extends RuntimeTimer {
    /** Gets the instant at which the timer was due. */
    c: Chan<i64>;

    /** Makes a timer that fires once, in d. */
    constructor(d: i64) {
      super();
      this.c = new TimerChan();
      starttimer(this, when(d), 0, sendTime, changetype<usize>(this));
    }

    /** Stops the timer; false if it was stopped, its value received or its function started before. Never parks. */
    stop(): bool {
      const pending = stoptimer(this);
      return timerchandrain(this.c) || pending;
    }

    /** Lets the timer fire in d, and not when it was to; tells what stop would have. Never parks. */
    reset(d: i64): bool {
      const pending = this.stop();
      addtimer(raw(this), when(d));
      return pending;
    }
  }

  /** Events d apart. A receiver that is too slow misses some. */
  export class Ticker extends RuntimeTimer {
    /** Gets the instant of a tick, unless one is still waiting there. */
    c: Chan<i64>;

    /** Makes a ticker that ticks every d. Panics if d is not positive. */
    constructor(d: i64) {
      super();
      if (d <= 0) gopanic("non-positive interval for NewTicker");
      this.c = new TimerChan();
      starttimer(this, when(d), <f64>d, sendTick, changetype<usize>(this));
    }

    /** Stops the ticker. Its channel stays open, so nobody takes the stop for a tick. Never parks. */
    stop(): void {
      stoptimer(this);
      timerchandrain(this.c);
    }

    /** Ticks every d from now on. Panics if d is not positive. Never parks. */
    reset(d: i64): void {
      if (d <= 0) gopanic("non-positive interval for Ticker.Reset");
      this.stop();
      raw(this).period = <f64>d;
      addtimer(raw(this), when(d));
    }
  }
}

// SPDX-License-Identifier: MIT
// Timers: a 4-ary heap ordered by time, then by age (Go: runtime/time.go).
//
// A timer is raw memory; whoever makes one says what happens when it fires and what the
// collector must see. Its function runs on the scheduler, so it may make goroutines ready but
// not park. An entry of the heap repeats the time, so that sifting touches no timer but the moved.

import { EV_CLOCK, EV_READY, EV_TIMER, WATCH_BLOCK, WATCH_TRACE } from "../shared/layout";
import { mheap } from "../memory/mheap";
import { needraw } from "../memory/raw";
import { Grunnable } from "../sys/status";
import { G, g0, p0, sched } from "../sys/types";
import { nanotime } from "../sys/os";
import { traceclock, traceevent, tracer, tracetimed } from "../sys/tracer";
import { noteawake } from "./gprof";
import { runqput } from "./runq";

/** One timer. */
@unmanaged export class Timer {
  when: f64; // nanotime; also in the heap's entry
  seq: u64;
  period: f64; // 0: once
  f: usize; // (arg: usize, when: f64) => void; runs on the scheduler
  arg: usize;
  managed: bool; // arg is a reference
  index: i32; // in the heap, −1 while it is not
  link: usize; // free list
}

// Heap entry: when f64, timer u32, padding.
// @ts-ignore: decorator
@inline const ENTRY: usize = 16;

// @ts-ignore: decorator
@inline function entryat(i: i32): usize {
  return sched.timers + <usize>i * ENTRY;
}

// @ts-ignore: decorator
@inline function timerat(i: i32): Timer {
  return changetype<Timer>(load<usize>(entryat(i), 8));
}

/** The i-th timer of the heap, for whoever visits them all. */
export function heaptimer(i: i32): Timer {
  return timerat(i);
}

// @ts-ignore: decorator
@inline function put(i: i32, t: Timer): void {
  const e = entryat(i);
  store<f64>(e, t.when);
  store<usize>(e, changetype<usize>(t), 8);
  t.index = i;
  // It may move from where the collector has not been to where it has.
  if (mheap.gcphase && t.managed) __visit(t.arg, 0);
}

// @ts-ignore: decorator
@inline function before(when: f64, seq: u64, i: i32): bool {
  const other = load<f64>(entryat(i));
  return when < other || when == other && seq < timerat(i).seq;
}

function siftup(i: i32, t: Timer): void {
  while (i > 0) {
    const parent = (i - 1) >> 2;
    if (!before(t.when, t.seq, parent)) break;
    put(i, timerat(parent));
    i = parent;
  }
  put(i, t);
}

function siftdown(i: i32, t: Timer): void {
  const n = sched.ntimers;
  while (true) {
    const first = (i << 2) + 1;
    if (first >= n) break;
    let least = first;
    const end = min(first + 4, n);
    for (let c = first + 1; c < end; ++c) {
      if (before(load<f64>(entryat(c)), timerat(c).seq, least)) least = c;
    }
    if (before(t.when, t.seq, least)) break;
    put(i, timerat(least));
    i = least;
  }
  put(i, t);
}

/** Makes a timer that is not running. May collect. */
export function newtimer(f: usize, arg: usize, managed: bool): Timer {
  const t = changetype<Timer>(needraw(offsetof<Timer>()));
  t.period = 0;
  t.f = f;
  t.arg = arg;
  t.managed = managed;
  t.index = -1;
  return t;
}

/** Starts a timer that is not running. May collect. */
export function addtimer(t: Timer, when: f64): void {
  if (sched.ntimers == sched.captimers) growheap();
  t.when = when;
  t.seq = ++sched.timerseq;
  siftup(sched.ntimers++, t);
}

function growheap(): void {
  sched.checktimers = changetype<usize>(checktimers);
  const had = sched.timers;
  const cap = had ? sched.captimers * 2 : 16;
  const list = needraw(<usize>cap * ENTRY);
  memory.copy(list, had, <usize>sched.captimers * ENTRY);
  if (had) __free(had);
  sched.timers = list;
  sched.captimers = cap;
}

/** Stops a timer; false if it was not running. */
export function deltimer(t: Timer): bool {
  const i = t.index;
  if (i < 0) return false;
  t.index = -1;
  const n = --sched.ntimers;
  if (i == n) return true;
  const last = timerat(n);
  if (i > 0 && before(last.when, last.seq, (i - 1) >> 2)) siftup(i, last);
  else siftdown(i, last);
  return true;
}

/** Fires what is due; false if nothing was. schedule() calls it by way of firedue. */
export function checktimers(now: f64): bool {
  let any = false;
  while (sched.ntimers && load<f64>(sched.timers) <= now) {
    fire(timerat(0), now);
    any = true;
  }
  return any;
}

/** Fires what is due; false if nothing was. Calls through sched, so that the code of timers is only where some are started. */
// @ts-ignore: decorator
@inline export function firedue(now: f64): bool {
  return call_indirect<bool>(load<u32>(sched.checktimers), now);
}

/** Fires what is due, for a program that polls and never parks; false if nothing was. */
export function timersdue(): bool {
  return sched.ntimers != 0 && firedue(nanotime());
}

function fire(t: Timer, now: f64): void {
  deltimer(t);
  if (t.period > 0) addtimer(t, t.when + t.period * (1 + Math.floor((now - t.when) / t.period)));
  const traced = sched.watch & WATCH_TRACE;
  const at = tracer.pos;
  const laps = tracer.laps;
  if (traced) {
    traceclock(EV_CLOCK, now);
    traceevent(EV_TIMER, g0, 0, 0);
  }
  call_indirect<void>(load<u32>(t.f), t.arg, now);
  if (traced) tracetimed(at, laps);
}

/** When the next timer fires, −1 if there is none. */
export function nexttimer(): f64 {
  return sched.ntimers ? load<f64>(sched.timers) : -1;
}

/** Makes goroutine `gp` ready when `when` has come. May collect. */
export function wakeat(gp: G, when: f64): void {
  let t = changetype<Timer>(sched.timerfree);
  if (changetype<usize>(t)) sched.timerfree = t.link;
  else t = newtimer(0, 0, false);
  t.f = changetype<usize>(wake);
  t.arg = changetype<usize>(t);
  t.link = changetype<usize>(gp);
  addtimer(t, when);
}

function wake(arg: usize, now: f64): void {
  const t = changetype<Timer>(arg);
  const gp = changetype<G>(t.link);
  t.link = sched.timerfree;
  sched.timerfree = arg;
  gp.status = Grunnable;
  if (sched.watch & WATCH_TRACE) traceevent(EV_READY, gp, 0, 0);
  if (sched.watch & WATCH_BLOCK) noteawake(gp);
  runqput(p0, gp); // in the order in which they are due
}

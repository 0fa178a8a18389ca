// SPDX-License-Identifier: MIT
// The execution trace: what the scheduler, the collector and the program do, as events in a ring of raw memory.
//
// Whoever turns it on gives it the ring and sets WATCH_TRACE; without that bit nobody calls anything here. An
// event has no time of its own. A reading of the clock is an event like others, and what lies between two of
// them happened between the two: reading it at each switch would cost more than the switch.
//
// The transform inlines nothing of this file, as of sched/gprof.ts.

import {
  EV_CLOCK, EV_TEXT, EVENT, EVENT_A, EVENT_B, EVENT_GOID, EVENT_TEXT, M0, TEXT_LIMIT, TEXT_UNITS, TRACER, TRACER_BUF, TRACER_END, TRACER_EVERY,
  TRACER_IDS, TRACER_LAPS, TRACER_LEFT, TRACER_NOW, TRACER_POS
} from "../shared/layout";
import { nanotime } from "./os";
import { G, g0 } from "./types";

/** The ring, and how often the clock is read. */
@unmanaged export class Tracer {
  buf: usize;
  end: usize;
  pos: usize;
  laps: u32;
  now: f64;
  every: i32;
  left: i32;
  ids: u32;
}

if (offsetof<Tracer>("buf") != TRACER_BUF) ERROR("shared/layout.ts is stale: Tracer.buf");
if (offsetof<Tracer>("end") != TRACER_END) ERROR("shared/layout.ts is stale: Tracer.end");
if (offsetof<Tracer>("pos") != TRACER_POS) ERROR("shared/layout.ts is stale: Tracer.pos");
if (offsetof<Tracer>("laps") != TRACER_LAPS) ERROR("shared/layout.ts is stale: Tracer.laps");
if (offsetof<Tracer>("now") != TRACER_NOW) ERROR("shared/layout.ts is stale: Tracer.now");
if (offsetof<Tracer>("every") != TRACER_EVERY) ERROR("shared/layout.ts is stale: Tracer.every");
if (offsetof<Tracer>("left") != TRACER_LEFT) ERROR("shared/layout.ts is stale: Tracer.left");
if (offsetof<Tracer>("ids") != TRACER_IDS) ERROR("shared/layout.ts is stale: Tracer.ids");
if (TRACER + offsetof<Tracer>() > M0) ERROR("Tracer runs into M 0");

// @ts-ignore: decorator
@inline export const tracer = changetype<Tracer>(TRACER);

/** Most switches to one reading of the clock. */
// @ts-ignore: decorator
@inline const MOST: i32 = 64;
/** Nanoseconds between two readings: closer ones cost too much, farther ones tell too little. */
// @ts-ignore: decorator
@inline const CLOSE: f64 = 4000;
// @ts-ignore: decorator
@inline const FAR: f64 = 16000;

/** Begins a trace in the ring at buf: WATCH_TRACE is the caller's to set. A host does the same. */
export function tracering(buf: usize, size: usize): void {
  tracer.buf = tracer.pos = buf;
  tracer.end = buf + size;
  tracer.laps = 0;
  tracer.now = -1;
  tracer.every = tracer.left = 1;
}

/** Adds an event of gp, g0 if it is of none. */
export function traceevent(kind: u32, gp: G, a: u32, b: u32): void {
  const at = tracer.pos;
  store<u32>(at, kind);
  store<u32>(at, <u32>gp.goid, EVENT_GOID);
  store<u32>(at, a, EVENT_A);
  store<u32>(at, b, EVENT_B);
  advance(at + EVENT);
}

// @ts-ignore: decorator
@inline function advance(next: usize): void {
  if (next == tracer.end) {
    next = tracer.buf;
    ++tracer.laps;
  }
  tracer.pos = next;
}

/** Adds what the clock says: in place of a reading since which nothing has happened, if there is one. */
export function traceclock(now: f64): void {
  if (now > tracer.now) tracer.now = now;
  let at = tracer.pos;
  if (at == tracer.buf || load<u32>(at - EVENT) != EV_CLOCK) {
    traceevent(EV_CLOCK, g0, 0, 0);
    at = tracer.pos == tracer.buf ? tracer.end : tracer.pos;
  }
  store<f64>(at - EVENT, tracer.now, EVENT_A);
}

/** Adds an event whose time counts. */
export function tracenow(kind: u32, gp: G, a: u32, b: u32): void {
  traceclock(nanotime());
  traceevent(kind, gp, a, b);
}

/** Reads the clock at some of the switches: at each if they are far apart. */
export function traceswitch(): void {
  if (--tracer.left > 0) return;
  const now = nanotime();
  const passed = now - tracer.now;
  if (passed < CLOSE) tracer.every = min(tracer.every << 1, MOST);
  else if (passed > FAR) tracer.every = max(tracer.every >> 2, 1);
  tracer.left = tracer.every;
  traceclock(now);
}

/** Adds text to the latest event. Never allocates. */
export function tracetext(s: string): void {
  let from = changetype<usize>(s);
  let units = min(s.length, TEXT_LIMIT);
  while (units > 0) {
    const n = min(units, TEXT_UNITS);
    const at = tracer.pos;
    store<u64>(at, EV_TEXT | <u32>n << 8);
    store<u64>(at, 0, 8);
    memory.copy(at + EVENT_TEXT, from, <usize>n << 1);
    advance(at + EVENT);
    from += <usize>n << 1;
    units -= n;
  }
}

// SPDX-License-Identifier: MIT
// The execution trace: what the scheduler, the collector and the program do, as events in a ring of raw memory.
//
// Whoever turns it on gives it the ring and sets WATCH_TRACE; without that bit nothing is written. A switch
// is one slot of 8 bytes, written where a goroutine leaves off: that it has run is said by that. What a slot says is at
// hand where it is written, and nothing is asked first: each load and each branch there is a hundredth of a switch. An event has no time of
// its own. A reading of the clock is an event like others, and what lies between two of them happened between the
// two: reading it at each switch would cost more than the switch.
//
// The transform inlines nothing of this file, as of sched/gprof.ts; what is @inline costs a switch no call.

import {
  EV_BEGIN, EV_CALL, EV_CALL_END, EV_CLOCK, EV_END, EV_MORE, EV_PARK, EV_READY, EV_TEXT, FRAME_PC_SHIFT, FRAME_ROOTS_MASK, M0, READY_BY_RUNNING, SLOT, SLOT_HIGH, SLOT_LOW_SHIFT, SLOT_SUB_SHIFT, SLOT_TEXT, TEXT_LIMIT, TEXT_UNITS,
  TRACER, TRACER_BUF, TRACER_END, TRACER_GEN, TRACER_MASK, TRACER_IDS, TRACER_LAPS, TRACER_NOW, TRACER_POS, TRACER_RAN, WATCH_TRACE
} from "../shared/layout";
import { nanotime } from "./os";
import { Gdead } from "./status";
import { G, m0, sched } from "./types";

/** The ring, and how often the clock is read. */
@unmanaged export class Tracer {
  buf: usize;
  end: usize;
  pos: usize;
  laps: u32;
  now: f64;
  mask: u32; // a power of 2, less 1
  ran: u32;
  ids: u32;
  gen: u32;
  saved: f64;
  unread: i32; // while goroutines are granted one at a time: so many more until the clock is read
  read: f64; // the scheduler's own latest reading: time that passes to one of an event counts, too
}

if (offsetof<Tracer>("buf") != TRACER_BUF) ERROR("shared/layout.ts is stale: Tracer.buf");
if (offsetof<Tracer>("end") != TRACER_END) ERROR("shared/layout.ts is stale: Tracer.end");
if (offsetof<Tracer>("pos") != TRACER_POS) ERROR("shared/layout.ts is stale: Tracer.pos");
if (offsetof<Tracer>("laps") != TRACER_LAPS) ERROR("shared/layout.ts is stale: Tracer.laps");
if (offsetof<Tracer>("now") != TRACER_NOW) ERROR("shared/layout.ts is stale: Tracer.now");
if (offsetof<Tracer>("mask") != TRACER_MASK) ERROR("shared/layout.ts is stale: Tracer.mask");
if (offsetof<Tracer>("ran") != TRACER_RAN) ERROR("shared/layout.ts is stale: Tracer.ran");
if (offsetof<Tracer>("ids") != TRACER_IDS) ERROR("shared/layout.ts is stale: Tracer.ids");
if (offsetof<Tracer>("gen") != TRACER_GEN) ERROR("shared/layout.ts is stale: Tracer.gen");
if (TRACER + offsetof<Tracer>() > M0) ERROR("Tracer runs into M 0");
if (FRAME_PC_SHIFT != SLOT_LOW_SHIFT) ERROR("traceleft takes the word of a frame as it is");

// @ts-ignore: decorator
@inline export const tracer = changetype<Tracer>(TRACER);

/** One less than the most switches to one reading of the clock. */
// @ts-ignore: decorator
@inline const SELDOM: u32 = 63;
/** The same in a trace, which may be as coarse as PRICE: reading the clock less often, where switches are close, pays for part of it. */
// @ts-ignore: decorator
@inline const RARELY: u32 = 511;
/** Nanoseconds that must have passed for each reading beyond those: what one costs is less than a hundredth of that. */
// @ts-ignore: decorator
@inline const PRICE: f64 = 20_000;
/** So much of what passes is saved at most for times in which switches are close. */
// @ts-ignore: decorator
@inline export const SAVED: f64 = 1_000_000;
/** With so much the clock is read at each switch. */
// @ts-ignore: decorator
@inline export const PLENTY: f64 = 500_000;

/** Begins a trace in the ring at buf: WATCH_TRACE is the caller's to set. A host does the same. */
export function tracering(buf: usize, size: usize): void {
  tracer.buf = tracer.pos = buf;
  tracer.end = buf + size;
  tracer.laps = 0;
  tracer.now = -1;
}

// @ts-ignore: decorator
@inline function put(head: u32, high: u32): void {
  const at = tracer.pos;
  store<u32>(at, head);
  store<u32>(at, high, SLOT_HIGH);
  advance(at + SLOT);
}

// @ts-ignore: decorator
@inline function advance(next: usize): void {
  if (next == tracer.end) {
    next = tracer.buf;
    ++tracer.laps;
  }
  tracer.pos = next;
}

/** What a slot says of who leaves off: G.left. */
// @ts-ignore: decorator
@inline export function slotleft(status: u8, reason: u8): u32 {
  return status == Gdead ? EV_END : <u32>reason << SLOT_SUB_SHIFT | EV_PARK;
}

/** Adds that gp has left off, as G.left says: `word` is the last of its innermost frame. */
// @ts-ignore: decorator
@inline export function traceleft(gp: G, word: u32): void {
  put(word & ~FRAME_ROOTS_MASK | gp.left, lowgoid(gp));
}

/** Takes back the slot that has just been added. */
export function untrace(): void {
  if (tracer.pos == tracer.buf) {
    tracer.pos = tracer.end;
    --tracer.laps;
  }
  tracer.pos -= SLOT;
}

/** Adds that gp can run: because of what runs. */
// @ts-ignore: decorator
@inline export function traceready(gp: G): void {
  put(READY_BY_RUNNING, lowgoid(gp));
}

/** A timer has fired: whom the events made ready that came since `at`, `laps` ago, are so because of that. */
export function tracetimed(at: usize, laps: u32): void {
  const size = tracer.end - tracer.buf;
  const written = <u64>(tracer.laps - laps) * size + tracer.pos - at;
  at = tracer.pos;
  for (let left = min(written, <u64>size); left; left -= SLOT) { // they may have gone all round
    if (at == tracer.buf) at = tracer.end;
    at -= SLOT;
    if (load<u8>(at) == READY_BY_RUNNING) store<u8>(at, EV_READY);
  }
}

// @ts-ignore: decorator
@inline function lowgoid(gp: G): u32 {
  return load<u32>(changetype<usize>(gp), offsetof<G>("goid"));
}

/** Adds an event of gp, g0 if it is of none. */
export function traceevent(kind: u32, gp: G, sub: u32, low: u32): void {
  put(low << SLOT_LOW_SHIFT | sub << SLOT_SUB_SHIFT | kind, lowgoid(gp));
}

/** Adds to the latest event. */
export function tracemore(low: u32, high: u32): void {
  put(low << SLOT_LOW_SHIFT | EV_MORE, high);
}

/** Adds what the clock says, as EV_CLOCK or EV_BEGIN: in place of a reading since which nothing has happened, if there is one. */
export function traceclock(kind: u32, now: f64): void {
  if (now > tracer.now) tracer.now = now;
  let at = tracer.pos;
  if (at == tracer.buf || !isreading(load<u8>(at - SLOT) & 31)) advance(at + SLOT);
  else at -= SLOT;
  store<u64>(at, <u64>tracer.now << SLOT_SUB_SHIFT | kind);
}

// @ts-ignore: decorator
@inline function isreading(kind: u32): bool {
  return kind == EV_CLOCK || kind == EV_BEGIN;
}

/** Adds an event whose time counts, of no goroutine. */
export function tracenow(kind: u32, high: u32): void {
  traceclock(EV_CLOCK, nanotime());
  put(kind, high);
}

/**
 * The scheduler has read the clock, as EV_BEGIN or EV_CLOCK. Returns after how many switches, less one, it is to do so
 * again: at each from when plenty of time has passed for that until it is used up, then at one in ever more. So slices
 * end in time where switches are far apart, and readings cost nothing where they are close.
 */
export function tracereading(kind: u32, now: f64): u32 {
  const saved = min(tracer.saved + now - tracer.read, SAVED) - PRICE;
  tracer.read = now;
  tracer.saved = max(saved, 0);
  const most = sched.watch & WATCH_TRACE ? RARELY : SELDOM;
  if (saved > PLENTY) tracer.mask = sched.untimed = 0;
  else if (saved <= 0) tracer.mask = (tracer.mask << 2 | 3) & most;
  if (sched.watch & WATCH_TRACE) traceclock(kind, now);
  else tracer.now = now;
  return tracer.mask;
}

/** Adds that the running goroutine calls the host: which of its functions, says the pc of the frame on the trace. */
export function tracecall(): void {
  traceclock(EV_CLOCK, nanotime());
  put(load<u32>(m0.tsp) & ~FRAME_ROOTS_MASK | EV_CALL, 0);
}

/** Adds that it has returned. */
export function tracecalled(): void {
  tracenow(EV_CALL_END, 0);
}

/** Adds text to the latest event. Never allocates. */
export function tracetext(s: string): void {
  let from = changetype<usize>(s);
  let units = min(s.length, TEXT_LIMIT);
  while (units > 0) {
    const n = min(units, TEXT_UNITS);
    const at = tracer.pos;
    store<u64>(at, EV_TEXT | <u32>n << SLOT_SUB_SHIFT);
    memory.copy(at + SLOT_TEXT, from, <usize>n << 1);
    advance(at + SLOT);
    from += <usize>n << 1;
    units -= n;
  }
}

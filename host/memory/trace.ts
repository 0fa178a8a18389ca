// SPDX-License-Identifier: MIT
/**
 * Reads the execution trace in the bytes of a memory: with or without a running program.
 *
 * The ring holds events without times, and readings of the clock. What lies between two readings is spread
 * evenly between them, as far as the program had to run in between. The oldest of a ring that has begun anew is left out: the next event may be half written
 * there.
 *
 * @module
 */
import { AbiError } from "../abi/errors.ts";
import {
  EV_CLOCK, EV_CREATE, EV_READY, EV_RUN, EV_START, EV_TEXT, EV_TIMER, EVENT, EVENT_A, EVENT_B, EVENT_GOID, EVENT_TEXT, SCHED, SCHED_WATCH, TEXT_UNITS, TRACE_LEAST, TRACER, TRACER_BUF, TRACER_END, TRACER_EVERY,
  TRACER_LAPS, TRACER_LEFT, TRACER_NOW, TRACER_POS, WATCH_TRACE,
} from "../abi/layout.ts";
import type { MemoryView } from "./view.ts";
import { setWatch } from "./watch.ts";

/** Something that happened. */
export interface RawTraceEvent {
  /** An EV_ of the layout. */
  readonly kind: number;
  /** Nanoseconds on the program's monotonic clock. */
  readonly time: number;
  readonly reason: number;
  readonly goid: number;
  readonly a: number;
  readonly b: number;
  readonly text: string;
}

/** Events in the order in which they happened. */
export interface RawTrace {
  readonly events: readonly RawTraceEvent[];
  /** Older ones have given way. */
  readonly wrapped: boolean;
}

/** Whether events are taken. */
export function isTraced(view: MemoryView): boolean {
  return (view.u32(SCHED + SCHED_WATCH) & WATCH_TRACE) !== 0;
}

/** Turns the trace on or off; there must be a ring. */
export function setTraced(view: MemoryView, on: boolean): void {
  setWatch(view, WATCH_TRACE, on);
}

/** Returns where the ring is, 0 if there has never been a trace. */
export function ringOf(view: MemoryView): number {
  return view.u32(TRACER + TRACER_BUF);
}

/** Begins a trace in the `size` bytes at `buf`, as tracering does in the guest. */
export function beginTrace(view: MemoryView, buf: number, size: number): void {
  view.setI32(TRACER + TRACER_BUF, buf);
  view.setI32(TRACER + TRACER_POS, buf);
  view.setI32(TRACER + TRACER_END, buf + size);
  view.setI32(TRACER + TRACER_LAPS, 0);
  view.setF64(TRACER + TRACER_NOW, -1);
  view.setI32(TRACER + TRACER_EVERY, 1);
  view.setI32(TRACER + TRACER_LEFT, 1);
  setTraced(view, true);
}

/** Reads the trace; null if there has never been one. Throws AbiError where memory is not what the layout says. */
export function readTrace(view: MemoryView): RawTrace | null {
  const buf = ringOf(view);
  if (!buf) return null;
  const [end, pos] = [view.u32(TRACER + TRACER_END), view.u32(TRACER + TRACER_POS)];
  const sound = end - buf >= TRACE_LEAST && end <= view.size && pos >= buf && pos < end && (end - buf) % EVENT === 0 && (pos - buf) % EVENT === 0;
  if (!sound) throw new AbiError(`the execution trace at 0x${buf.toString(16)} ends at 0x${end.toString(16)} and goes on at 0x${pos.toString(16)}`);
  const wrapped = view.u32(TRACER + TRACER_LAPS) > 0;
  const older = wrapped ? view.bytes(pos + EVENT, end - pos - EVENT) : new Uint8Array();
  return { events: decode([older, view.bytes(buf, pos - buf)]), wrapped };
}

/** What an event is while its time is not known yet. */
type Untimed = { -readonly [K in keyof RawTraceEvent]: RawTraceEvent[K] };

function decode(parts: readonly Uint8Array[]): RawTraceEvent[] {
  const events: Untimed[] = [];
  let pending: Untimed[] = [];
  let last: number | null = null;
  for (const part of parts) {
    const data = new DataView(part.buffer, part.byteOffset, part.length);
    for (let at = 0; at < part.length; at += EVENT) {
      const kind = data.getUint8(at);
      if (kind === EV_TEXT) appendText(events.at(-1), data, at);
      else if (kind === EV_CLOCK) {
        const now = data.getFloat64(at + EVENT_A, true);
        spread(pending, last ?? now, now);
        pending = [];
        last = now;
      } else {
        const event = readEvent(data, at, kind);
        events.push(event);
        pending.push(event);
      }
    }
  }
  spread(pending, last ?? 0, last ?? 0);
  return events;
}

function readEvent(data: DataView, at: number, kind: number): Untimed {
  if (kind < EV_CLOCK || kind > EV_TEXT) throw new AbiError(`the execution trace has an event of kind ${kind}`);
  const u32 = (field: number) => data.getUint32(at + field, true);
  return { kind, time: 0, reason: data.getUint8(at + 1), goid: u32(EVENT_GOID), a: u32(EVENT_A), b: u32(EVENT_B), text: "" };
}

/** Adds a piece of text to the event that it follows; one whose event has given way is nobody's. */
function appendText(event: Untimed | undefined, data: DataView, at: number): void {
  const units = Math.min(data.getUint8(at + 1), TEXT_UNITS);
  if (!event) return;
  for (let i = 0; i < units; i++) event.text += String.fromCharCode(data.getUint16(at + EVENT_TEXT + 2 * i, true));
}

/** What follows a reading directly happened then; the rest, evenly up to the next one. */
function spread(pending: readonly Untimed[], from: number, to: number): void {
  const steps = pending.map((event, i) => (i === 0 || atOnce(event) ? 0 : 1));
  const total = steps.reduce<number>((sum, step) => sum + step, 1);
  let done = 0;
  pending.forEach((event, i) => {
    done += steps[i]!;
    event.time = from + (to - from) * (done / total);
  });
}

/** Whether an event follows the one before it with nothing but the scheduler in between. */
function atOnce({ kind, a }: RawTraceEvent): boolean {
  return kind === EV_RUN || kind === EV_START || kind === EV_TIMER || (kind === EV_READY || kind === EV_CREATE) && a === 0;
}

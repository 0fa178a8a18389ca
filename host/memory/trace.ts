// SPDX-License-Identifier: MIT
/**
 * Reads the execution trace in the bytes of a memory: with or without a running program.
 *
 * The ring holds events without times, and readings of the clock. What lies between two readings is spread
 * evenly between them, as far as the program had to run in between. Who runs is told where it leaves off. The oldest of
 * a ring that has begun anew is left out: the next event may be half written there.
 *
 * @module
 */
import { AbiError } from "../abi/errors.ts";
import {
  EV_BEGIN, EV_CALL_END, EV_CLOCK, EV_CREATE, EV_END, EV_GC, EV_HOST_DONE, EV_MORE, EV_PARK, EV_READY, EV_SLICE_END, EV_TEXT, EV_TIMER, SCHED, SCHED_GOIDGEN, SCHED_WATCH, SLOT, SLOT_HIGH,
  SLOT_LOW_SHIFT, SLOT_SUB_SHIFT, SLOT_TEXT, TEXT_UNITS, TRACE_LEAST, TRACER, TRACER_BUF, TRACER_END, TRACER_GEN, TRACER_LAPS, TRACER_NOW, TRACER_POS, TRACER_RAN,
  WATCH_TRACE,
} from "../abi/layout.ts";
import { readStandings, runningGoid, type Standing } from "./goroutines.ts";
import type { MemoryView } from "./view.ts";
import { setWatch } from "./watch.ts";

/** The kind of an event that the ring does not have: a goroutine begins to run. */
export const TRACED_RUN = 0;

/** Something that happened. */
export interface RawTraceEvent {
  /** An EV_ of the layout, or TRACED_RUN. */
  readonly kind: number;
  /** Nanoseconds on the program's monotonic clock. */
  readonly time: number;
  readonly sub: number;
  readonly low: number;
  /** A goroutine, or another number. */
  readonly high: number;
  /** Of what belongs to it. */
  readonly more: readonly { readonly low: number; readonly high: number }[];
  readonly text: string;
  /** Who ran when it happened; 0: nobody, or it is not known. */
  readonly by: number;
}

/** Events in the order in which they happened. */
export interface RawTrace {
  readonly events: readonly RawTraceEvent[];
  /** Older ones have given way. */
  readonly wrapped: boolean;
}

/** What was seen of goroutines where a trace began and ended, when it was the host that did that. */
interface Sighting {
  /** The ring; of a trace that has ended, its last event too. */
  readonly ring: string;
  readonly before: ReadonlyMap<number, Standing>;
  readonly alive: ReadonlyMap<number, Standing> | null;
}

const seen = new WeakMap<MemoryView, Sighting>();

/** What tells an ended trace from a later one, of the program's own. */
function placeOf(view: MemoryView): string {
  return [TRACER_BUF, TRACER_POS, TRACER_LAPS].map((at) => view.u32(TRACER + at)).join(" ");
}

function beforeOf(view: MemoryView): ReadonlyMap<number, Standing> {
  const sighting = seen.get(view);
  return sighting?.ring.split(" ")[0] === `${ringOf(view)}` ? sighting.before : new Map();
}

/** What goroutines do, or did when the trace was ended: as was seen then, else those of now that there were. */
function aliveOf(view: MemoryView): ReadonlyMap<number, Standing> {
  const sighting = seen.get(view);
  if (!isTraced(view) && sighting?.alive && sighting.ring === placeOf(view)) return sighting.alive;
  const gen = isTraced(view) ? Infinity : view.u32(TRACER + TRACER_GEN);
  return new Map([...readStandings(view)].filter(([goid]) => goid <= gen));
}

/** Whether events are taken. */
export function isTraced(view: MemoryView): boolean {
  return (view.u32(SCHED + SCHED_WATCH) & WATCH_TRACE) !== 0;
}

/** Has no more events taken; what there is stays. */
export function endTrace(view: MemoryView): void {
  if (isTraced(view)) {
    view.setI32(TRACER + TRACER_RAN, runningGoid(view));
    view.setI32(TRACER + TRACER_GEN, view.u32(SCHED + SCHED_GOIDGEN));
    seen.set(view, { ring: placeOf(view), before: beforeOf(view), alive: readStandings(view) });
  }
  setWatch(view, WATCH_TRACE, false);
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
  seen.set(view, { ring: `${buf}`, before: readStandings(view), alive: null });
  setWatch(view, WATCH_TRACE, true);
}

/** A ring, and what else tells what it says: plain data, which a message can take. */
export interface TraceCopy {
  /** Slots, the oldest first. */
  readonly parts: readonly Uint8Array[];
  /** The goid of what runs, or ran when the trace was stopped; 0: nothing does. */
  readonly ran: number;
  readonly wrapped: boolean;
  /** What goroutines do, or did when the trace was stopped, by goid. */
  readonly alive: ReadonlyMap<number, Standing>;
  /** What they did when it was begun, if the host has begun it. */
  readonly before: ReadonlyMap<number, Standing>;
}

/** Tells what the slots say. Throws AbiError if the guest has not written them. */
export function decodeTrace({ parts, ran, wrapped }: TraceCopy): RawTrace {
  return { events: new Decoder().decode(parts, ran), wrapped };
}

/** Copies the ring; null if there has never been one. Throws AbiError where memory is not what the layout says. */
export function copyTrace(view: MemoryView): TraceCopy | null {
  const buf = ringOf(view);
  if (!buf) return null;
  const [end, pos] = [view.u32(TRACER + TRACER_END), view.u32(TRACER + TRACER_POS)];
  const sound = end - buf >= TRACE_LEAST && end <= view.size && pos >= buf && pos < end && (end - buf) % SLOT === 0 && (pos - buf) % SLOT === 0;
  if (!sound) throw new AbiError(`the execution trace at 0x${buf.toString(16)} ends at 0x${end.toString(16)} and goes on at 0x${pos.toString(16)}`);
  const wrapped = view.u32(TRACER + TRACER_LAPS) > 0;
  const older = wrapped ? view.bytes(pos + SLOT, end - pos - SLOT) : new Uint8Array();
  const ran = isTraced(view) ? runningGoid(view) : view.u32(TRACER + TRACER_RAN);
  return { parts: [older, view.bytes(buf, pos - buf)], ran, wrapped, alive: aliveOf(view), before: beforeOf(view) };
}

/** What an event is while its time is not known yet, nor who ran. */
interface Untimed extends RawTraceEvent {
  time: number;
  high: number;
  more: { low: number; high: number }[];
  text: string;
  by: number;
}

function untimed(kind: number, sub = 0, low = 0, high = 0): Untimed {
  return { kind, time: 0, sub, low, high, more: [], text: "", by: 0 };
}

/** Goes through the slots once. */
class Decoder {
  readonly #events: Untimed[] = [];
  /** Those since the latest reading. */
  #pending: Untimed[] = [];
  #reading: number | null = null;
  /** Where somebody begins to run; who, tells what comes later. */
  #run = untimed(TRACED_RUN);
  /** What has happened since then. */
  #interval: Untimed[] = [];
  /** The latest, which text and numbers belong to. */
  #event: Untimed | null = null;

  decode(parts: readonly Uint8Array[], ran: number): RawTraceEvent[] {
    this.#begin();
    for (const part of parts) {
      const data = new DataView(part.buffer, part.byteOffset, part.length);
      for (let at = 0; at < part.length; at += SLOT) this.#slot(data, at);
    }
    this.#leave(ran);
    this.#spread(this.#reading ?? 0);
    return this.#events.filter((e) => e.kind !== TRACED_RUN || e.high !== 0);
  }

  #slot(data: DataView, at: number): void {
    const head = data.getUint32(at, true);
    const high = data.getUint32(at + SLOT_HIGH, true);
    const [kind, sub, low] = [head & 31, head >>> SLOT_SUB_SHIFT & 31, head >>> SLOT_LOW_SHIFT];
    switch (kind) {
      case EV_CLOCK:
      case EV_BEGIN: return this.#clock(Number(data.getBigUint64(at, true) >> BigInt(SLOT_SUB_SHIFT)), kind === EV_BEGIN);
      case EV_TEXT: return appendText(this.#event, data, at, sub);
      case EV_MORE: return void this.#event?.more.push({ low, high });
      default: return this.#take(untimed(kind, sub, low, high));
    }
  }

  #take(event: Untimed): void {
    const { kind, high } = event;
    if (kind < EV_CLOCK || kind > EV_TEXT) throw new AbiError(`the execution trace has an event of kind ${kind}`);
    const nobodyRan = this.#events.at(-1) === this.#run;
    this.#event = event;
    this.#add(event);
    if (kind === EV_PARK || kind === EV_END) this.#leave(high);
    else if (!ofScheduler(event)) this.#interval.push(event);
    if (kind === EV_PARK || kind === EV_END || ofScheduler(event) && nobodyRan) this.#begin();
  }

  #clock(now: number, begins: boolean): void {
    const nobodyRan = this.#events.at(-1) === this.#run;
    this.#spread(now);
    this.#reading = now;
    if (begins || nobodyRan) this.#begin();
  }

  /** Somebody begins to run here, or later. */
  #begin(): void {
    this.#run = untimed(TRACED_RUN);
    this.#interval = [];
    this.#add(this.#run);
  }

  /** Goroutine `ran` has run until here; 0: nobody has. */
  #leave(ran: number): void {
    this.#run.high = ran;
    for (const event of this.#interval) event.by = ran;
  }

  #add(event: Untimed): void {
    this.#events.push(event);
    this.#pending.push(event);
  }

  /** What follows a reading directly happened then; the rest, evenly up to `to`. */
  #spread(to: number): void {
    const from = this.#reading ?? to;
    const first = this.#pending.find(({ kind }) => kind !== TRACED_RUN);
    const latest = this.#pending.findLast(({ kind }) => kind !== TRACED_RUN);
    const steps = this.#pending.map((event) => (ofScheduler(event) || event === first && hasReading(event) ? 0 : 1));
    const total = steps.reduce<number>((sum, step) => sum + step, latest && hasRun(latest) ? 0 : 1);
    let done = 0;
    this.#pending.forEach((event, i) => {
      done += steps[i]!;
      event.time = from + (to - from) * (done / total);
    });
    this.#pending = [];
  }
}

/** Adds a piece of text to the event that it follows; one whose event has given way is nobody's. */
function appendText(event: Untimed | null, data: DataView, at: number, units: number): void {
  if (!event) return;
  for (let i = 0; i < Math.min(units, TEXT_UNITS); i++) event.text += String.fromCharCode(data.getUint16(at + SLOT_TEXT + 2 * i, true));
}

/** Whether it is where a goroutine leaves off. */
function hasRun({ kind }: RawTraceEvent): boolean {
  return kind === EV_PARK || kind === EV_END;
}

/** Whether it happens while no goroutine runs. */
function ofScheduler({ kind, sub }: RawTraceEvent): boolean {
  return kind === TRACED_RUN || kind === EV_TIMER || kind === EV_HOST_DONE || kind === EV_SLICE_END || kind === EV_READY && !sub || kind === EV_CREATE && !!sub;
}

/** Whether the clock is read for it, so that it is at the time of the reading before it. */
function hasReading({ kind }: RawTraceEvent): boolean {
  return kind >= EV_GC && kind <= EV_CALL_END;
}

// SPDX-License-Identifier: MIT
/**
 * Writes the execution trace as Chrome trace events, which ui.perfetto.dev and chrome://tracing show.
 *
 * Process 1 is the program, with a track for each goroutine: what it did, or waited for; process 2 is the runtime. Arrows
 * lead from who starts or wakes a goroutine to where it runs. Tasks, regions and host calls go across what a
 * goroutine does, so they are asynchronous; host calls that return at once are drawn the same. Goroutines to which nothing
 * happens are on tracks, too, the first few thousand of them.
 *
 * @module
 */
import {
  EV_CALL, EV_CALL_END, EV_CREATE, EV_END, EV_GC, EV_GC_END, EV_GC_STOP, EV_HOST_DONE, EV_LOG, EV_PARK, EV_READY, EV_REGION, EV_REGION_END, EV_SLICE_END,
  EV_TASK, EV_TASK_END, EV_TIMER, waitIO, waitreasonstring, waitZero,
} from "../abi/layout.ts";
import type { Standing, Start } from "../memory/goroutines.ts";
import { type RawTrace, type RawTraceEvent, TRACED_RUN } from "../memory/trace.ts";
import type { PcTab } from "../symbol/pctab.ts";
import { Spans } from "./spans.ts";
import { type Seen, standings } from "./standing.ts";

/** One of Chrome's events. Times are microseconds. */
export interface ChromeEvent {
  readonly name: string;
  readonly cat?: string;
  /** M metadata, X slice, i instant, C counter, s and f the ends of an arrow, b and e those of what is asynchronous. */
  readonly ph: "M" | "X" | "i" | "C" | "s" | "f" | "b" | "e";
  readonly ts: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly id?: string;
  readonly bp?: "e";
  readonly s?: "t";
  readonly args?: Readonly<Record<string, string | number>>;
}

/** The object that a file of them holds. */
export interface ChromeTrace {
  readonly displayTimeUnit: "ns";
  readonly otherData: Readonly<Record<string, string | number | boolean>>;
  readonly traceEvents: readonly ChromeEvent[];
}

/** What the events are of. */
export interface Traced extends Seen {
  readonly file: string;
  readonly pctab: PcTab;
}

const PROGRAM = 1;
const RUNTIME = 2;
const SCHEDULER = 1;
const COLLECTOR = 2;
const STOPS = 3;
const TIMERS = 4;
/** Most goroutines that get a track though nothing happens to them; the counter has all. */
const MOST_STILL = 4096;
const TRACKS: Record<number, string> = { [SCHEDULER]: "scheduler", [COLLECTOR]: "GC", [STOPS]: "GC stops", [TIMERS]: "timers" };

/** A goroutine while the events are gone through. */
interface Track {
  name: string | null;
  state: "running" | "runnable" | "waiting" | null;
  /** What it waits for, or "". */
  reason: string;
  /** Where it waits. */
  at: string;
  since: number;
  /** The arrow that ends where it runs next. */
  arrow: { readonly id: string; readonly name: string } | null;
  /** The host call that it makes or waits for, or null. */
  call: Pick<ChromeEvent, "name" | "cat" | "id"> | null;
}

/** Turns a trace into Chrome's events, in the order of time. */
export function chromeTrace(trace: RawTrace, traced: Traced): ChromeTrace {
  return new Writer(trace, traced).write();
}

class Writer {
  readonly #trace: RawTrace;
  readonly #traced: Traced;
  readonly #tracks = new Map<number, Track>();
  readonly #out: ChromeEvent[] = [];
  readonly #spans = new Spans(this.#out);
  readonly #counts = { running: 0, runnable: 0, waiting: 0 };
  readonly #zero: number;
  #arrows = 0;
  #calls = 0;
  #slice: number | null = null;
  #cycle: number | null = null;

  constructor(trace: RawTrace, traced: Traced) {
    this.#trace = trace;
    this.#traced = traced;
    this.#zero = trace.events[0]?.time ?? 0;
  }

  write(): ChromeTrace {
    const { events, wrapped } = this.#trace;
    this.#stand();
    for (const event of events) this.#take(event);
    const last = this.#ts(events.at(-1)?.time ?? 0);
    for (const [goid, track] of this.#tracks) this.#close(goid, track, last);
    if (this.#slice !== null) this.#runtime(SCHEDULER, "slice", this.#slice, last);
    if (this.#cycle !== null) this.#runtime(COLLECTOR, "GC", this.#cycle, last);
    const traceEvents = [...this.#metadata(), ...this.#out.sort((a, b) => a.ts - b.ts)];
    return { displayTimeUnit: "ns", otherData: { file: this.#traced.file, start: this.#zero, wrapped }, traceEvents };
  }

  /** Has all that were there at the beginning on their tracks, and counted. */
  #stand(): void {
    const { acting, still } = standings(this.#trace, this.#traced);
    const first = this.#trace.events.find(({ kind }) => kind === TRACED_RUN);
    const runs = first?.time === this.#zero && acting.get(first.high)?.state === "runnable" ? first.high : 0;
    for (const [goid, standing] of acting) this.#put(goid, goid === runs ? null : standing.state, standing);
    let n = 0;
    for (const [goid, standing] of still) {
      if (n++ < MOST_STILL) this.#put(goid, standing.state, standing);
      else this.#counts[standing.state]++;
    }
    if (acting.size || still.size) this.#count(0, { ...this.#counts, running: this.#counts.running + (runs ? 1 : 0) });
  }

  #put(goid: number, state: Track["state"], { reason, pc, start }: Standing): void {
    const track = this.#track(goid);
    if (start) track.name = this.#nameOf(start);
    Object.assign(track, { state, reason: reason === waitZero ? "" : waitreasonstring(reason), at: this.#place(pc) });
    if (state) this.#counts[state]++;
  }

  #take(e: RawTraceEvent): void {
    const ts = this.#ts(e.time);
    switch (e.kind) {
      case EV_CREATE: return this.#create(e, ts);
      case TRACED_RUN: return this.#run(e.high, ts);
      case EV_PARK: return this.#park(e, ts);
      case EV_END: return this.#end(e.high, ts);
      case EV_READY: return this.#ready(e.high, ts, "unblock", e.by);
      case EV_HOST_DONE: return this.#hostDone(e.high, ts);
      case EV_TIMER: return this.#emit({ name: "timer", ph: "i", s: "t", ts, pid: RUNTIME, tid: TIMERS });
      case EV_SLICE_END: return this.#sliceEnd(ts);
      case EV_CALL: return this.#call(e.by, this.#place(e.low), ts);
      case EV_CALL_END: return this.#called(e.by, ts);
      case EV_GC: return void (this.#cycle = ts - e.high / 1e3);
      case EV_GC_STOP: return this.#runtime(STOPS, "stop", ts - e.high / 1e3, ts);
      case EV_GC_END: return this.#cycleEnd(e, ts);
      default: return this.#said(e, ts);
    }
  }

  /** What the program says of itself. */
  #said({ kind, low, high: goid, more, text }: RawTraceEvent, ts: number): void {
    const [a = 0, b = 0] = more.map(({ high }) => high);
    const task: Record<string, string | number> = a ? { task: a } : {};
    const on = { ts, pid: PROGRAM, tid: goid };
    switch (kind) {
      case EV_TASK:
        return this.#spans.beginTask(a, text, { ...on, args: b ? { ...task, parent: b } : task });
      case EV_TASK_END: return this.#spans.endTask(a, on);
      case EV_REGION: return this.#spans.beginRegion(text, a, { ...on, args: task });
      case EV_REGION_END: return this.#spans.endRegion(text, a, on);
      case EV_LOG: return this.#emit({ name: text.slice(0, low) || "log", cat: "log", ph: "i", s: "t", ...on, args: { message: text.slice(low), ...task } });
    }
  }

  #create({ high: goid, low: pc, sub, more: [from] }: RawTraceEvent, ts: number): void {
    const maker = from?.high ?? 0;
    const track = this.#track(goid);
    track.name = from ? this.#nameOf({ kind: sub ? "export" : "function", index: from.low }) : null;
    this.#close(goid, track, ts); // main, if it is run again
    track.at = this.#place(pc);
    this.#change(goid, "runnable", ts);
    if (maker) this.#begin(track, "go", maker, ts);
  }

  #run(goid: number, ts: number): void {
    const track = this.#track(goid);
    this.#slice ??= ts;
    this.#change(goid, "running", ts);
    if (track.arrow) this.#emit({ ...track.arrow, cat: "wake", ph: "f", bp: "e", ts, pid: PROGRAM, tid: goid });
    track.arrow = null;
  }

  #park({ high: goid, sub: reason, low: pc }: RawTraceEvent, ts: number): void {
    const track = this.#track(goid);
    this.#change(goid, reason === waitZero ? "runnable" : "waiting", ts);
    track.reason = reason === waitZero ? "" : waitreasonstring(reason);
    track.at = this.#place(pc);
    if (reason === waitIO) this.#call(goid, track.at, ts);
  }

  #hostDone(goid: number, ts: number): void {
    this.#called(goid, ts);
    this.#ready(goid, ts, "host", 0);
  }

  /** A goroutine calls the host from the function at a place: of which it is known who has. */
  #call(goid: number, at: string, ts: number): void {
    if (!goid) return;
    const call = { name: at.split(" ")[0] || "host call", cat: "host call", id: `call ${++this.#calls}` };
    this.#track(goid).call = call;
    this.#emit({ ...call, ph: "b", ts, pid: PROGRAM, tid: goid });
  }

  #called(goid: number, ts: number): void {
    const track = this.#tracks.get(goid);
    if (track?.call) this.#emit({ ...track.call, ph: "e", ts, pid: PROGRAM, tid: goid });
    if (track) track.call = null;
  }

  #ready(goid: number, ts: number, name: string, waker: number): void {
    const track = this.#track(goid);
    this.#change(goid, "runnable", ts);
    if (waker) this.#begin(track, name, waker, ts);
  }

  #end(goid: number, ts: number): void {
    this.#close(goid, this.#track(goid), ts);
  }

  /** Begins an arrow to where the goroutine runs next. */
  #begin(track: Track, name: string, from: number, ts: number): void {
    track.arrow = { id: `${++this.#arrows}`, name };
    this.#emit({ ...track.arrow, cat: "wake", ph: "s", ts, pid: PROGRAM, tid: from });
  }

  #track(goid: number): Track {
    let track = this.#tracks.get(goid);
    if (!track) this.#tracks.set(goid, (track = { name: null, state: null, reason: "", at: "", since: 0, arrow: null, call: null }));
    return track;
  }

  #change(goid: number, state: Track["state"], ts: number): void {
    const track = this.#tracks.get(goid)!;
    this.#close(goid, track, ts);
    if (state) this.#counts[state]++;
    Object.assign(track, { state, since: ts, reason: "", at: state === "runnable" ? track.at : "" });
  }

  /** Writes what the goroutine has done until now. */
  #close(goid: number, track: Track, ts: number): void {
    const { state, reason, at, since } = track;
    track.state = null;
    if (!state) return;
    this.#counts[state]--;
    this.#emit({
      name: reason || state, cat: state, ph: "X", ts: since, dur: between(since, ts), pid: PROGRAM, tid: goid,
      ...(at ? { args: { at } } : {}),
    });
  }

  #sliceEnd(ts: number): void {
    this.#runtime(SCHEDULER, "slice", this.#slice ?? 0, ts);
    this.#slice = null;
    this.#count(ts, { ...this.#counts });
  }

  #count(ts: number, args: Record<string, number>): void {
    this.#emit({ name: "goroutines", ph: "C", ts, pid: RUNTIME, tid: 0, args });
  }

  #cycleEnd({ high: live, more: [goal] }: RawTraceEvent, ts: number): void {
    this.#runtime(COLLECTOR, "GC", this.#cycle ?? 0, ts);
    this.#cycle = null;
    this.#emit({ name: "heap", ph: "C", ts, pid: RUNTIME, tid: 0, args: { live, goal: goal?.high ?? 0 } });
  }

  #runtime(tid: number, name: string, from: number, to: number): void {
    const ts = Math.max(from, 0);
    this.#emit({ name, cat: "runtime", ph: "X", ts, dur: between(ts, to), pid: RUNTIME, tid });
  }

  #metadata(): ChromeEvent[] {
    const named = (name: string, pid: number, tid: number, text: string): ChromeEvent => ({ name, ph: "M", ts: 0, pid, tid, args: { name: text } });
    const goroutines = [...this.#tracks].sort(([a], [b]) => a - b).map(([goid, { name }]) => named("thread_name", PROGRAM, goid, `G${goid}${name ? ` ${name}` : ""}`));
    const runtime = Object.entries(TRACKS).map(([tid, name]) => named("thread_name", RUNTIME, Number(tid), name));
    return [named("process_name", PROGRAM, 0, this.#traced.file), named("process_name", RUNTIME, 0, "runtime"), ...goroutines, ...runtime];
  }

  #nameOf({ kind, index }: Start): string | null {
    const { pctab } = this.#traced;
    const pc = pctab.start(kind, index);
    return pc ? pctab.frame(pc).function : null;
  }

  #place(pc: number): string {
    const { pctab } = this.#traced;
    if (!pctab.has(pc)) return "";
    const { function: name, file, line } = pctab.frame(pc);
    return `${name} ${file}:${line}`;
  }

  #emit(event: ChromeEvent): void {
    this.#out.push(event);
  }

  /** Whole nanoseconds, as microseconds: what ends where the next begins must not seem to end behind it. */
  #ts(time: number): number {
    return Math.round(time - this.#zero) / 1e3;
  }
}

function between(from: number, to: number): number {
  return Math.round((to - from) * 1e3) / 1e3;
}

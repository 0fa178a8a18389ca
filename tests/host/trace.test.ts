// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import {
  EV_BEGIN, EV_CLOCK, EV_END, EV_LOG, EV_PARK, EV_READY, EV_TEXT, EV_TIMER, G_GOID, M0, M_CURG, MEMORY_BASE, SCHED, SCHED_WATCH, SLOT, SLOT_SUB_SHIFT,
  TRACE_LEAST, TRACE_TOP, TRACER, TRACER_BUF, TRACER_END, TRACER_LAPS, TRACER_POS, TRACER_RAN, waitSleep, WATCH_TRACE,
} from "../../host/abi/layout.ts";
import { MockPlatform } from "../../host/adapter/mock.ts";
import type { App, ChromeEvent, LoadOptions } from "../../host/index.ts";
import { packageRoot } from "../../host/cli/compile.ts";
import { load } from "../../host/instance/instantiate.ts";
import { copyTrace, decodeTrace, type RawTraceEvent, TRACED_RUN } from "../../host/memory/trace.ts";
import { chromeTrace } from "../../host/profile/trace.ts";
import type { PcTab } from "../../host/symbol/pctab.ts";
import { MemoryView } from "../../host/memory/view.ts";
import { buildGuest } from "./build.ts";

process.chdir(packageRoot());

let bytes: Uint8Array<ArrayBuffer>;
let hostingBytes: Uint8Array<ArrayBuffer>;

before(async () => {
  bytes = await buildGuest("traced");
  hostingBytes = await buildGuest("hosting");
});

interface Started {
  readonly app: App;
  readonly mock: MockPlatform;
}

async function start(options: LoadOptions = {}): Promise<Started> {
  const mock = new MockPlatform();
  const later = (s: string) => new Promise((resolve) => mock.timer(3, () => resolve(s + s)));
  const app = await load(bytes, { name: "traced.wasm", stderr: () => {}, imports: { app: { later } }, ...options }, mock);
  return { app, mock };
}

/** A program whose host function takes so many milliseconds, and returns them; less than none, it throws. */
async function hosting(options: LoadOptions = {}): Promise<Started> {
  const mock = new MockPlatform();
  const spend = (ms: number) => {
    if (ms < 0) throw new Error("spent");
    mock.elapse(ms);
    return ms + 1;
  };
  const app = await load(hostingBytes, { name: "hosting.wasm", stderr: () => {}, imports: { app: { spend } }, ...options }, mock);
  return { app, mock };
}

/** What is drawn, one line an event: tracks by name, times in microseconds. */
async function lines(app: App, ...phases: ChromeEvent["ph"][]): Promise<string[]> {
  const { traceEvents } = await app.trace.read();
  const names = new Map(traceEvents.filter((e) => e.name === "thread_name").map((e) => [`${e.pid} ${e.tid}`, e.args!.name]));
  return traceEvents.filter((e) => phases.includes(e.ph)).map((e) => {
    const args = e.args?.message ?? e.args?.at ?? "";
    return [`${names.get(`${e.pid} ${e.tid}`)}: ${e.ph} ${e.name}`, `@${e.ts}`, e.dur === undefined ? "" : `+${e.dur}`, args].filter((s) => s !== "").join(" ");
  });
}

const without = (list: string[], ...what: string[]) => list.filter((line) => !what.some((w) => line.startsWith(w)));

describe("a trace", () => {
  it("has who ran, who waited for what and where, and who woke whom", async () => {
    const { app, mock } = await start({ trace: true });
    assert.equal(await mock.drive(app.exports.passes!()), 0);
    const drawn = await lines(app, "X", "s", "f");
    assert.deepEqual(without(drawn, "scheduler").sort(), [
      "G2 traced.passes: X chan receive @0 +0 traced.passes tests/host/guest/traced.ts:15",
      "G2 traced.passes: X runnable @0 +0",
      "G2 traced.passes: X runnable @0 +0 traced.passes tests/host/guest/traced.ts:15",
      "G2 traced.passes: X runnable @0 +0 traced.passes tests/host/guest/traced.ts:16",
      "G2 traced.passes: X running @0 +0",
      "G2 traced.passes: X running @0 +0",
      "G2 traced.passes: X running @0 +0",
      "G2 traced.passes: f unblock @0",
      "G2 traced.passes: s go @0",
      "G3 traced.worker: X runnable @0 +0 traced.passes tests/host/guest/traced.ts:14",
      "G3 traced.worker: X running @0 +0",
      "G3 traced.worker: f go @0",
      "G3 traced.worker: s unblock @0",
    ]);
  });

  it("has the times of the clock: sleeps, timers", async () => {
    const { app, mock } = await start({ trace: true });
    await mock.drive(app.exports.sleeps!());
    assert.deepEqual(without(await lines(app, "X", "i"), "scheduler"), [
      "G2 traced.sleeps: X runnable @0 +0",
      "G2 traced.sleeps: X running @0 +0",
      "G2 traced.sleeps: X sleep @0 +2000 traced.sleeps tests/host/guest/traced.ts:20",
      "timers: i timer @2000",
      "G2 traced.sleeps: X runnable @2000 +0 traced.sleeps tests/host/guest/traced.ts:20",
      "G2 traced.sleeps: X running @2000 +0",
    ]);
  });

  it("has no goroutine wake those that a timer's channel or a deadline wakes", async () => {
    const { app, mock } = await start({ trace: true });
    await mock.drive(app.exports.ticks!());
    const woken = (await lines(app, "s")).filter((line) => line.includes("unblock"));
    assert.deepEqual(woken, ["G2 traced.ticks: s unblock @1000"]);
    await mock.drive(app.exports.deadline!(1));
    assert.deepEqual((await lines(app, "s")).filter((line) => line.includes("unblock")), woken);
  });

  it("has no goroutine wake those whom a timer wakes, though they take more than the ring", async () => {
    const { app, mock } = await start({ trace: { bytes: TRACE_LEAST } });
    await mock.drive(app.exports.deadline!(2 * TRACE_LEAST / SLOT));
    assert.deepEqual((await lines(app, "s")).filter((line) => line.includes("unblock")), []);
  });

  it("has who ends wake those who wait for that", async () => {
    const { app, mock } = await start({ trace: true });
    await mock.drive(app.exports.groups!());
    assert.deepEqual((await lines(app, "s")).filter((line) => line.includes("unblock")), [
      "G3 traced.returns: s unblock @0", "G4 traced.exits: s unblock @0",
    ]);
  });

  it("has host calls from their beginning to their end", async () => {
    const { app, mock } = await start({ trace: true });
    assert.equal(await mock.drive(app.exports.calls!()), "xx");
    assert.deepEqual(await lines(app, "b", "e"), ["G2 traced.calls: b traced.later @0", "G2 traced.calls: e traced.later @3000"]);
  });

  it("has host calls that return at once: of goroutines, with what they take", async () => {
    const { app, mock } = await hosting({ trace: true });
    assert.equal(await mock.drive(app.exports.spends!(2)), 6);
    assert.deepEqual(await lines(app, "b", "e"), [
      "G2 hosting.spends: b hosting.spend @0", "G2 hosting.spends: e hosting.spend @2000",
      "G2 hosting.spends: b hosting.spend @2000", "G2 hosting.spends: e hosting.spend @4000",
    ]);
    const ran = (await lines(app, "X")).filter((line) => line.startsWith("G2 hosting.spends: X running"));
    assert.deepEqual(ran, ["G2 hosting.spends: X running @0 +0", "G2 hosting.spends: X running @0 +4000"]);
  });

  it("says what happens around such a call as before it and behind it", async () => {
    const { app, mock } = await hosting({ trace: true });
    await mock.drive(app.exports.around!());
    assert.deepEqual(without(await lines(app, "X", "b", "e"), "scheduler", "GC"), [
      "G2 hosting.around: X runnable @0 +0", "G2 hosting.around: b hosting.spend @0", "G2 hosting.around: X running @0 +1000",
      "G2 hosting.around: e hosting.spend @1000", "G2 hosting.around: X sleep @1000 +1000 hosting.around tests/host/guest/hosting.ts:32",
      "G2 hosting.around: X runnable @2000 +0 hosting.around tests/host/guest/hosting.ts:32", "G2 hosting.around: b hosting.spend @2000",
      "G2 hosting.around: X running @2000 +1000", "G2 hosting.around: e hosting.spend @3000",
    ]);
  });

  it("has the call in which a program died, without an end", async () => {
    const { app, mock } = await hosting({ trace: true });
    await assert.rejects(mock.drive(app.exports.once!(-1)), /spent/);
    assert.deepEqual(await lines(app, "b", "e"), ["G2 hosting.once: b hosting.spend @0"]);
  });

  it("has those that a program's own trace is about, and no others", async () => {
    const { app, mock } = await hosting();
    assert.deepEqual(await lines(app, "b", "e"), [], "the module level is no goroutine");
    await mock.drive(app.exports.once!(1));
    await mock.drive(app.exports.itself!());
    assert.deepEqual(await lines(app, "b", "e"), ["G3: b hosting.spend @0", "G3: e hosting.spend @1000"]);
  });

  it("has collections, and the heap behind each", async () => {
    const { app, mock } = await start({ trace: true });
    await mock.drive(app.exports.collects!());
    assert.deepEqual((await lines(app, "X")).filter((line) => line.startsWith("GC")), ["GC: X GC @0 +0", "GC stops: X stop @0 +0"]);
    const heap = (await app.trace.read()).traceEvents.find((e) => e.name === "heap")!;
    assert.equal(heap.ph, "C");
    assert.ok(Number(heap.args!.goal) > Number(heap.args!.live));
  });

  it("has what the program says of itself", async () => {
    const { app, mock } = await start({ trace: true });
    await mock.drive(app.exports.says!());
    const { traceEvents } = await app.trace.read();
    const said = traceEvents.filter((e) => "bei".includes(e.ph)).map(({ ph, name, cat, args }) => ({ ph, name, cat, ...args }));
    assert.deepEqual(said, [
      { ph: "b", name: "request", cat: "task", task: 1 },
      { ph: "b", name: "part", cat: "task", task: 2, parent: 1 },
      { ph: "b", name: "parse", cat: "region", task: 2 },
      { ph: "b", name: "inside", cat: "region" },
      { ph: "b", name: "unended", cat: "task", task: 3 },
      { ph: "i", name: "category", cat: "log", message: "a longer message: wörld 🎈", task: 3 },
      { ph: "e", name: "inside", cat: "region" },
      { ph: "e", name: "parse", cat: "region" },
      { ph: "e", name: "part", cat: "task" },
      { ph: "i", name: "log", cat: "log", message: "x".repeat(252) },
      { ph: "e", name: "request", cat: "task" },
    ]);
  });

  it("keeps the end when the ring is full", async () => {
    const { app, mock } = await start({ trace: { bytes: TRACE_LEAST } });
    await mock.drive(app.exports.yields!(1000));
    await mock.drive(app.exports.sleeps!());
    const { otherData } = await app.trace.read();
    assert.equal(otherData.wrapped, true);
    const drawn = without(await lines(app, "X"), "scheduler");
    assert.ok(drawn.length > 10 && drawn.length < 2 * TRACE_LEAST / SLOT, `${drawn.length}`);
    assert.match(drawn.at(-1)!, /^G3 traced\.sleeps: X running @2000/);
  });

  it("is off until it is begun, and behind its end", async () => {
    const { app, mock } = await start();
    await mock.drive(app.exports.passes!());
    await assert.rejects(app.trace.read(), { name: "ProfileError", message: "no execution trace was started" });
    await app.trace.start();
    await assert.rejects(app.trace.start(), { name: "ProfileError", message: /already enabled/ });
    await mock.drive(app.exports.sleeps!());
    await app.trace.stop();
    await mock.drive(app.exports.passes!());
    assert.equal((await lines(app, "X")).filter((line) => !/sleeps|scheduler/.test(line)).length, 0);
    await app.trace.start();
    assert.deepEqual(await lines(app, "X"), []);
    await assert.rejects(load(bytes, { imports: { app: { later: () => {} } }, trace: { bytes: 15 } }, mock), RangeError);
  });

  it("can be the program's own", async () => {
    const { app, mock } = await start();
    assert.equal(await mock.drive(app.exports.itself!(4096)), "true false true false");
    const drawn = await lines(app, "X");
    assert.match(drawn.join("\n"), /^G2: X running.*\nG2: X runnable .* traced\.itself tests\/host\/guest\/traced\.ts:\d+\n/);
  });

  for (const how of ["panics", "traps"]) {
    it(`can be read when the program has died: ${how}`, async () => {
      const { app, mock } = await start({ trace: true });
      await assert.rejects(mock.drive(app.exports[how]!()));
      const drawn = without(await lines(app, "X"), "scheduler");
      assert.ok(drawn.some((line) => line.startsWith(`G2 traced.${how}: X running`)), drawn.join("\n"));
      await assert.rejects(app.trace.start(), /the program has ended/);
    });
  }
});

describe("goroutines to which nothing happens", () => {
  const counters = async (app: App): Promise<Record<string, number>[]> =>
    (await app.trace.read()).traceEvents.filter((e) => e.name === "goroutines").map(({ ts, args }) => ({ ts, ...args as Record<string, number> }));
  const waits = (goid: number, dur: number) =>
    `G${goid} traced.forever: X chan receive @0 +${dur} traced.forever tests/host/guest/traced.ts:24`;

  /** A program in which G2 and G3 wait for good. */
  async function waiting(): Promise<Started> {
    const started = await start();
    for (let i = 0; i < 2; i++) started.app.exports.forever!().catch(() => {});
    await started.mock.drive(started.app.exports.yields!(0));
    return started;
  }

  it("have tracks, and are counted from the beginning", async () => {
    const { app, mock } = await waiting();
    await app.trace.start();
    await mock.drive(app.exports.sleeps!());
    assert.deepEqual((await lines(app, "X")).filter((line) => line.includes("forever")), [waits(2, 2000), waits(3, 2000)]);
    assert.deepEqual(await counters(app), [
      { ts: 0, running: 0, runnable: 0, waiting: 2 }, { ts: 0, running: 0, runnable: 0, waiting: 3 }, { ts: 2000, running: 0, runnable: 0, waiting: 2 },
    ]);
  });

  it("have them when nothing at all happens", async () => {
    const { app } = await waiting();
    await app.trace.start();
    assert.deepEqual(await lines(app, "X"), [waits(2, 0), waits(3, 0)]);
    assert.deepEqual(await counters(app), [{ ts: 0, running: 0, runnable: 0, waiting: 2 }]);
  });

  it("have them when the ring has begun anew, and when the program has died", async () => {
    const { app, mock } = await waiting();
    await app.trace.start({ bytes: TRACE_LEAST });
    await mock.drive(app.exports.yields!(1000));
    await assert.rejects(mock.drive(app.exports.dies!()));
    assert.equal((await app.trace.read()).otherData.wrapped, true);
    assert.deepEqual((await lines(app, "X")).filter((line) => line.includes("forever")), [waits(2, 0), waits(3, 0)]);
    assert.equal((await counters(app))[0]!.waiting, 2);
  });

  it("are known by what they waited for, when they are woken", async () => {
    const { app, mock } = await waiting();
    await app.trace.start();
    await mock.drive(app.exports.wakes!());
    const woken = (await lines(app, "X", "f")).filter((line) => line.startsWith("G2"));
    assert.deepEqual(woken, [
      waits(2, 0), waits(2, 0).replace("chan receive", "runnable"), "G2 traced.forever: f unblock @0", "G2 traced.forever: X running @0 +0",
    ]);
  });

  it("are those of when the trace was stopped", async () => {
    const { app, mock } = await waiting();
    await app.trace.start();
    await mock.drive(app.exports.sleeps!());
    await app.trace.stop();
    const then = await lines(app, "X", "C");
    await mock.drive(app.exports.wakes!());
    app.exports.forever!().catch(() => {});
    await mock.drive(app.exports.yields!(0));
    assert.deepEqual(await lines(app, "X", "C"), then);
  });

  it("are none of those that began behind a program's own trace", async () => {
    const { app, mock } = await waiting();
    await mock.drive(app.exports.itself!(4096));
    app.exports.forever!().catch(() => {});
    await mock.drive(app.exports.yields!(0));
    assert.deepEqual((await lines(app, "X")).filter((line) => line.includes("forever")), [waits(2, 0), waits(3, 0)]);
  });

  it("have no track beyond 4,096, but are counted", () => {
    const alive = new Map(Array.from({ length: 5000 }, (_, i) => [i + 1, { state: "waiting", reason: waitSleep, pc: 0, start: null } as const]));
    const pctab = { has: () => false } as unknown as PcTab;
    const { traceEvents } = chromeTrace({ events: [], wrapped: false }, { file: "x", pctab, alive, before: new Map() });
    assert.equal(traceEvents.filter((e) => e.name === "sleep").length, 4096);
    assert.equal(traceEvents.find((e) => e.name === "goroutines")!.args!.waiting, 5000);
  });
});

describe("regions and tasks", () => {
  it("are nested, but for regions that end out of order", async () => {
    const { app, mock } = await start({ trace: true });
    await mock.drive(app.exports.crosses!());
    const { traceEvents } = await app.trace.read();
    assert.deepEqual(traceEvents.filter((e) => e.cat === "region").map(({ ph, name, id }) => `${ph} ${name} ${id}`), [
      "b A G2 1", "b B G2", "e A G2 1", "b C G2", "e C G2", "e B G2",
    ]);
  });

  it("have no end without their beginning", async () => {
    const { app, mock } = await start({ trace: { bytes: TRACE_LEAST } });
    await mock.drive(app.exports.opens!());
    assert.deepEqual(await lines(app, "b", "e"), []);
  });
});

describe("/debug/pprof/trace", () => {
  it("traces for some seconds", async () => {
    const { app, mock } = await start();
    const asked = app.pprof.fetch(new Request("http://x/debug/pprof/trace?seconds=0.5"));
    const begun = () => app.trace.read().then(() => true, () => false);
    while (!(await begun())) await new Promise((resolve) => setImmediate(resolve));
    const slept = app.exports.sleeps!();
    const response = await mock.drive(asked);
    await slept;
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/octet-stream");
    assert.equal(response.headers.get("content-disposition"), 'attachment; filename="trace"');
    const { traceEvents } = await response.json() as { traceEvents: ChromeEvent[] };
    assert.ok(traceEvents.some((e) => e.name === "sleep" && e.dur === 2000));
  });

  for (const [seconds, want] of [["0.5abc", 1000], ["0x1", 1000], ["-1", 1000], ["", 1000], [".25", 250], ["2.", 2000], ["5e-1", 500]] as const) {
    it(`traces for as long as Go would: ?seconds=${seconds}`, async () => {
      const { app, mock } = await start();
      await mock.drive(app.pprof.fetch(new Request(`http://x/debug/pprof/trace?seconds=${seconds}`)));
      assert.equal(mock.now(), want);
    });
  }

  it("is the end of the flight recorder that runs already", async () => {
    const { app, mock } = await start({ trace: true });
    await mock.drive(app.exports.sleeps!());
    mock.elapse(60_000);
    const asked = app.pprof.fetch(new Request("http://x/debug/pprof/trace?seconds=0.5"));
    const slept = app.exports.sleeps!();
    const response = await mock.drive(asked);
    await mock.drive(slept);
    assert.equal(response.status, 200);
    const { traceEvents } = await response.json() as { traceEvents: ChromeEvent[] };
    assert.equal(traceEvents.filter((e) => e.name === "sleep").length, 1, "the earlier sleep was long before");
    assert.ok(traceEvents.some((e) => e.ph === "M"));
    assert.doesNotThrow(() => app.trace.read(), "it goes on");
  });

  it("is Go's 500 while another is asked for", async () => {
    const { app, mock } = await start();
    const first = app.pprof.fetch(new Request("http://x/debug/pprof/trace?seconds=0.5"));
    const begun = () => app.trace.read().then(() => true, () => false);
    while (!(await begun())) await new Promise((resolve) => setImmediate(resolve));
    const response = await app.pprof.fetch(new Request("http://x/debug/pprof/trace"));
    await mock.drive(first);
    assert.equal(response.status, 500);
    assert.equal(await response.text(), "Could not enable tracing: execution tracer already enabled\n");
  });
});

describe("the reader of a ring", () => {
  const RING = MEMORY_BASE;
  const SLOTS = TRACE_LEAST / SLOT;

  interface Ring {
    readonly view: MemoryView;
    put(slot: number, kind: number, high?: number, sub?: number): void;
    clock(slot: number, now: number, kind?: number): void;
  }

  /** A memory with a ring, the next event going to slot `pos`. */
  function ring(pos: number, laps = 0): Ring {
    const view = new MemoryView({ buffer: new ArrayBuffer(MEMORY_BASE + TRACE_LEAST) });
    view.setI32(TRACER + TRACER_BUF, RING);
    view.setI32(TRACER + TRACER_END, RING + TRACE_LEAST);
    view.setI32(TRACER + TRACER_POS, RING + pos * SLOT);
    view.setI32(TRACER + TRACER_LAPS, laps);
    const put = (slot: number, kind: number, high = 0, sub = 0) => {
      view.setI32(RING + slot * SLOT, kind | sub << SLOT_SUB_SHIFT);
      view.setI32(RING + slot * SLOT + 4, high);
    };
    const clock = (slot: number, now: number, kind = EV_CLOCK) => put(slot, now << SLOT_SUB_SHIFT | kind);
    return { view, put, clock };
  }

  const readTrace = (view: MemoryView) => {
    const copy = copyTrace(view);
    return copy && decodeTrace(copy);
  };
  const of = (kind: number, events: readonly RawTraceEvent[]) => events.filter((e) => e.kind === kind);
  const drawn = ({ view }: Ring) => readTrace(view)!.events.map((e) => `${e.kind === TRACED_RUN ? "run" : e.kind} ${e.high} @${e.time}`);

  it("begins behind the slot that may be torn, and goes on from the front", () => {
    const { view, put } = ring(2, 1);
    for (let i = 0; i < SLOTS; i++) put(i, EV_PARK, i);
    put(2, 31); // half written
    const { events, wrapped } = readTrace(view)!;
    assert.equal(wrapped, true);
    assert.deepEqual(of(EV_PARK, events).map((e) => e.high), [...Array.from({ length: SLOTS - 3 }, (_, i) => i + 3), 0, 1]);
  });

  it("spreads what the program ran for evenly between two readings of the clock", () => {
    const it = ring(8);
    it.clock(0, 100, EV_BEGIN);
    it.put(1, EV_TIMER);
    it.put(2, EV_PARK, 1);
    it.put(3, EV_END, 2);
    it.clock(4, 200);
    it.put(5, EV_LOG, 3);
    it.put(6, EV_LOG, 3);
    it.clock(7, 300);
    assert.deepEqual(drawn(it), [
      `${EV_TIMER} 0 @100`, "run 1 @100", `${EV_PARK} 1 @150`, "run 2 @150", `${EV_END} 2 @200`, `${EV_LOG} 3 @200`, `${EV_LOG} 3 @250`,
    ]);
  });

  it("tells from who left off who had run, and woke others", () => {
    const it = ring(7);
    it.clock(0, 0, EV_BEGIN);
    it.put(1, EV_READY, 7); // a timer's
    it.put(2, EV_READY, 8, 1);
    it.put(3, EV_PARK, 5);
    it.clock(4, 30, EV_BEGIN);
    it.put(5, EV_READY, 9, 1);
    it.clock(6, 40);
    const { events } = readTrace(it.view)!;
    assert.deepEqual(of(EV_READY, events).map((e) => [e.high, e.by]), [[7, 0], [8, 5], [9, 0]]);
    it.view.setI32(TRACER + TRACER_RAN, 6);
    assert.deepEqual(of(EV_READY, readTrace(it.view)!.events).map((e) => [e.high, e.by]), [[7, 0], [8, 5], [9, 6]]);
    assert.deepEqual(drawn(it).slice(-2), ["run 6 @30", `${EV_READY} 9 @35`]);
  });

  it("has what runs now to the end, while events are taken", () => {
    const it = ring(2);
    const gp = 0x1000;
    it.view.setI32(SCHED + SCHED_WATCH, WATCH_TRACE);
    it.view.setI32(M0, TRACE_TOP);
    it.view.setI32(M0 + M_CURG, gp);
    it.view.setI32(gp + G_GOID, 12);
    it.clock(0, 50, EV_BEGIN);
    it.clock(1, 90);
    assert.deepEqual(drawn(it), ["run 12 @90"]);
  });

  it("leaves out text whose event has given way", () => {
    const { view, put } = ring(0, 1);
    for (let i = 0; i < SLOTS; i++) put(i, i < 3 ? EV_TEXT : EV_PARK, 0, 3);
    assert.deepEqual(readTrace(view)!.events.map((e) => e.text), Array.from({ length: SLOTS - 3 }, () => ""));
  });

  it("names what is not a trace", () => {
    const broken = ring(0);
    broken.view.setI32(TRACER + TRACER_END, RING + TRACE_LEAST * 2);
    assert.throws(() => readTrace(broken.view), { name: "AbiError", message: /the execution trace at 0x100000 ends at 0x100800/ });
    const unknown = ring(1);
    unknown.put(0, 29);
    assert.throws(() => readTrace(unknown.view), { name: "AbiError", message: "the execution trace has an event of kind 29" });
    assert.equal(readTrace(new MemoryView({ buffer: new ArrayBuffer(MEMORY_BASE) })), null);
  });
});

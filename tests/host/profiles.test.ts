// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { Profile as Proto } from "pprof-format";
import { MockPlatform } from "../../host/adapter/mock.ts";
import { type App, DeadlockError, type LoadOptions, load } from "../../host/index.ts";
import { load as loadOn } from "../../host/instance/instantiate.ts";
import { build } from "../run/prog.ts";
import { buildGuest } from "./build.ts";
import { packageRoot } from "../../host/cli/compile.ts";

process.chdir(packageRoot());

let module: WebAssembly.Module;
const imports = { test: { work: () => {} } };
const start = (options: LoadOptions = {}): Promise<App> =>
  load(module, { name: "profiles.wasm", stderr: () => {}, imports, ...options });

before(async () => {
  module = await build("tests/golden/profiles.ts", "-O3");
});

/** The program on a clock that moves when it works, and not of itself. */
async function mocked() {
  const mock = new MockPlatform();
  const work = { test: { work: (ms: number) => mock.elapse(ms) } };
  return { mock, app: await loadOn(module, { name: "profiles.wasm", imports: work }, mock) };
}

/** A platform whose turns take time. */
class Turning extends MockPlatform {
  override immediate(f: () => void): void {
    this.elapse(0.01);
    super.immediate(f);
  }
}

/** Decodes a profile: per sample its values, labels and functions, innermost first. */
function decode(bytes: Uint8Array) {
  const proto = Proto.decode(gunzipSync(bytes));
  const text = (i: number | bigint) => proto.stringTable.strings[Number(i)]!;
  const names = new Map(proto.function.map((f) => [Number(f.id), text(f.name)]));
  const places = new Map(proto.location.map((l) => [Number(l.id), names.get(Number(l.line[0]!.functionId))!]));
  return {
    types: proto.sampleType.map((t) => `${text(t.type)}/${text(t.unit)}`),
    period: [text(proto.periodType!.type), text(proto.periodType!.unit), Number(proto.period)],
    comments: proto.comment.map(text),
    duration: Number(proto.durationNanos),
    samples: proto.sample.map((s) => ({
      values: s.value.map(Number),
      labels: Object.fromEntries(s.label.map((l) => [text(l.key), text(l.str)])),
      stack: s.locationId.map((id) => places.get(Number(id))!),
    })),
  };
}

describe("labels", () => {
  const labels = { req: 'a "b"', shard: "7" };

  it("tell apart goroutines of one stack, in profile.proto", async () => {
    const app = await start();
    await app.exports.labelled!();
    const { samples } = decode(await app.pprof.profile("goroutine"));
    assert.deepEqual(samples.map((s) => [s.values, s.labels]), [[[2], labels], [[1], {}]]);
    app.close();
  });

  it("are Go's line in the text", async () => {
    const app = await start();
    await app.exports.labelled!();
    const text = await app.pprof.text("goroutine");
    assert.match(text, /^goroutine profile: total 3\n2 (@ 0x\w+)\n# labels: \{"req":"a \\"b\\"", "shard":"7"\}\n#\t0x.*\n\n1 \1\n#\t/);
    app.close();
  });

  it("are in the records, and in headers with GODEBUG=tracebacklabels=1", async () => {
    const app = await start({ env: { GODEBUG: "tracebacklabels=1" } });
    await app.exports.labelled!();
    const found = app.runtime.goroutineProfile().map((r) => r.labels!.join());
    assert.deepEqual(found.sort(), ["", 'req,a "b",shard,7', 'req,a "b",shard,7']);
    assert.match(app.runtime.stack(), /\[chan receive labels:\{"req": "a \\"b\\"", "shard": "7"\}\]:/);
    app.close();
  });

  it("are not in headers otherwise", async () => {
    const app = await start();
    await app.exports.labelled!();
    assert.doesNotMatch(app.runtime.stack(), /labels/);
    app.close();
  });
});

describe("block and mutex", () => {
  let app: App;
  before(async () => {
    const { mock, app: loaded } = await mocked();
    app = loaded;
    mock.elapse(1); // 0 is no time for a wait to begin
    await mock.drive(app.exports.contends!());
  });

  it("are profile.proto with Go's types, longest first", async () => {
    const block = decode(await app.pprof.profile("block"));
    assert.deepEqual(block.types, ["contentions/count", "delay/nanoseconds"]);
    assert.deepEqual(block.period, ["contentions", "count", 1]);
    assert.deepEqual(block.samples.map((s) => [s.values[0], s.stack]), [[2, ["profiles.locks"]], [1, ["profiles.contends"]]]);
    assert.equal(block.samples[0]!.values[1], 10e6, "two have waited 5 ms each");
    const mutex = decode(await app.pprof.profile("mutex"));
    const holder = mutex.samples.find((s) => s.stack[0] === "profiles.holds")!;
    assert.equal(holder.values[0], 1);
    assert.equal(holder.values[1], 10e6, "it is charged for both");
    assert.deepEqual(holder.stack, ["profiles.holds", "profiles.contends"]);
  });

  it("are Go's texts", async () => {
    const frame = "#\\t0x\\w+\\t\\S+\\+0x\\w+\\t+tests/golden/profiles\\.ts:\\d+\\n";
    const records = `(\\d+ \\d+ @( 0x\\w+)+\\n(${frame})+\\n)+`;
    assert.match(await app.pprof.text("block"), new RegExp(`^--- contention:\\ncycles/second=1000000000\\n${records}$`));
    assert.match(await app.pprof.text("mutex"), new RegExp(`^--- mutex:\\ncycles/second=1000000000\\nsampling period=1\\n${records}$`));
  });

  it("are records", () => {
    const [first] = app.runtime.blockProfile().sort((a, b) => b.cycles - a.cycles);
    assert.deepEqual([first!.count, first!.frames[0]!.function], [2, "profiles.locks"]);
    assert.equal(app.runtime.mutexProfile().length, 2);
  });

  it("are empty, and well formed, in a program that does not count", async () => {
    const quiet = await start();
    assert.deepEqual(quiet.runtime.blockProfile(), []);
    assert.equal(await quiet.pprof.text("block"), "--- contention:\ncycles/second=1000000000\n");
    assert.deepEqual(decode(await quiet.pprof.profile("mutex")).samples, []);
    quiet.close();
  });
});

describe("goroutineleak", () => {
  it("has those that nothing alive can wake, and no others", async () => {
    const app = await start();
    await app.exports.leaks!();
    const p = decode(await app.pprof.profile("goroutineleak"));
    assert.deepEqual([p.types, p.period], [["goroutineleak/count"], ["goroutineleak", "count", 1]]);
    assert.deepEqual(p.samples.map((s) => [s.values[0], s.labels, s.stack[0]]),
      [[2, {}, "profiles.forgotten"], [1, { who: "me" }, "profiles.forgotten"]]);
    assert.equal(app.runtime.goroutineLeakProfile().length, 3);
    assert.equal(app.runtime.numGoroutine(), 4);
    assert.match(await app.pprof.text("goroutineleak"), /^goroutineleak profile: total 3\n2 @ 0x/);
    app.close();
  });

  it("as text 2 is all goroutines, the leaked ones told", async () => {
    const app = await start();
    await app.exports.leaks!();
    assert.doesNotMatch(await app.pprof.text("goroutine", 2), /leaked/);
    const text = await app.pprof.text("goroutineleak", 2);
    assert.equal(text.match(/^goroutine \d+ \[chan receive \(leaked\)\]:$/gm)!.length, 3);
    assert.equal(text.match(/^goroutine \d+ \[chan receive\]:$/gm)!.length, 1);
    app.close();
  });

  it("is empty in a program that waits for nobody", async () => {
    const app = await load(await build("tests/golden/heap.ts", "-O3"), { stderr: () => {} });
    assert.deepEqual(app.runtime.goroutineLeakProfile(), []);
    app.close();
  });
});

describe("a profile of the program's own", () => {
  it("is listed and served by its name", async () => {
    const app = await start();
    assert.equal(app.pprof.kinds().at(-1), "app.sessions");
    assert.equal(await app.pprof.text("app.sessions"), "app.sessions profile: total 0\n");
    assert.equal(await app.exports.session!(), 3);
    const p = decode(await app.pprof.profile("app.sessions"));
    assert.deepEqual([p.types, p.period], [["app.sessions/count"], ["app.sessions", "count", 1]]);
    assert.deepEqual(p.samples.map((s) => [s.values[0], s.stack]), [[2, ["profiles.session"]], [1, ["profiles.session"]]]);
    assert.match(await app.pprof.text("app.sessions"), /^app\.sessions profile: total 3\n2 @ 0x/);
    await assert.rejects(app.pprof.profile("nothing"), /no profile "nothing": there are goroutine, .*, app\.sessions$/);
    app.close();
  });

  it("keeps its stacks over collections", async () => {
    const app = await start();
    await app.exports.session!();
    const before = await app.pprof.text("app.sessions");
    await app.exports.recycles!();
    assert.equal(await app.pprof.text("app.sessions"), before);
    app.close();
  });
});

describe("the CPU profile", () => {
  it("is of the time that goroutines run, by stack and labels; sleeping is not work", async () => {
    const { mock, app } = await mocked();
    await app.pprof.startCPUProfile();
    await mock.drive(app.exports.computes!());
    const p = decode(await app.pprof.stopCPUProfile());
    assert.deepEqual(p.types, ["samples/count", "cpu/nanoseconds"]);
    assert.deepEqual(p.period, ["cpu", "nanoseconds", 10_000_000]);
    const found = p.samples.map((s) => [s.values[0], s.values[1], s.stack[0], s.labels]);
    assert.deepEqual(found.sort((a, b) => Number(a[0]) - Number(b[0])), [
      [10, 100_000_000, "profiles.busy", {}],
      [30, 300_000_000, "profiles.busier", { who: "busier" }],
    ]);
    assert.equal(p.duration, 1e9);
    assert.match(p.comments[0]!, /^sampled where goroutines park/);
    assert.equal(p.comments[1], "the program was at work for 400 ms of 1000 ms");
  });

  const shares = async (app: App, call: Promise<unknown>, mock: MockPlatform) => {
    await app.pprof.startCPUProfile();
    await mock.drive(call);
    const { samples } = decode(await app.pprof.stopCPUProfile());
    const of = (name: string) => samples.filter((s) => s.stack[0] === `profiles.${name}`).reduce((sum, s) => sum + s.values[0]!, 0);
    return { of, total: samples.reduce((sum, s) => sum + s.values[0]!, 0) };
  };

  it("is of the time that goroutines run where they switch all the time, though nobody is asked at most switches", async () => {
    const { mock, app } = await mocked();
    let random = 0.5;
    mock.random = () => (random = random * 7.31 % 1);
    const { of, total } = await shares(app, app.exports.alternates!(200_000), mock); // 2 s
    assert.ok(total >= 195 && total <= 201, `${total}`);
    assert.ok(Math.abs(of("much") - 0.9 * total) < 0.09 * total, `${of("much")} of ${total}`); // four deviations
  });

  it("is of the long runs among short ones, too", async () => {
    const { mock, app } = await mocked();
    let random = 0.5;
    mock.random = () => (random = random * 7.31 % 1);
    const { of, total } = await shares(app, app.exports.mixes!(400), mock); // 5 ms and 1 ms in turn
    assert.ok(total >= 235 && total <= 241, `${total}`);
    assert.ok(Math.abs(of("long") - total * 5 / 6) < 0.1 * total, `${of("long")} of ${total}`);
  });

  it("ends with its seconds, or when it is aborted; there is one at a time", async () => {
    const { mock, app } = await mocked();
    const pending = app.pprof.profile("profile", { seconds: 2 });
    const second = app.pprof.profile("profile", { seconds: 1 });
    await assert.rejects(second, /could not enable CPU profiling: cpu profiling already in use/);
    await mock.turn(); // the seconds pass; gzip takes turns that are not the mock's
    assert.equal(decode(await pending).duration, 2e9);
    const abort = new AbortController();
    const aborted = app.pprof.profile("profile", { signal: abort.signal });
    abort.abort(new Error("enough"));
    await assert.rejects(aborted, /enough/);
    await assert.rejects(app.pprof.stopCPUProfile(), /no CPU profile was started/);
    await assert.rejects(app.pprof.text("profile"), /no text form/);
  });

  it("says that the program was idle", async () => {
    const { mock, app } = await mocked();
    const p = decode(await mock.drive(app.pprof.profile("profile", { seconds: 1 })));
    assert.deepEqual(p.samples, []);
    assert.equal(p.comments[1], "the program was at work for 0 ms of 1000 ms");
  });
});

describe("schedtrace", () => {
  it("prints Go's line at the start and every so many milliseconds, also while the program sleeps", async () => {
    const mock = new MockPlatform();
    const work = { test: { work: (ms: number) => mock.elapse(ms) } };
    const env = { GODEBUG: "gctrace=0,schedtrace=500" };
    const app = await loadOn(module, { name: "profiles.wasm", imports: work, env }, mock);
    await mock.drive(app.exports.computes!());
    const line = /^SCHED (\d+)ms: gomaxprocs=1 idleprocs=[01] threads=1 spinningthreads=0 needspinning=0 idlethreads=[01] runqueue=0 \[ \d+ \] schedticks=\[ \d+ \]$/;
    const lines = mock.written[2]!.trimEnd().split("\n");
    const times = lines.map((text) => Number(line.exec(text)![1]));
    assert.deepEqual(times, [0, 500, 1000]);
    assert.match(lines[0]!, /idleprocs=0 .* \[ [1-9]\d* \]/, "at the start it could run");
    assert.match(lines[1]!, /idleprocs=1 .* \[ 0 \]/);
  });

  it("counts goroutines that were chosen, not the turns in which a timer is not due yet", async () => {
    const mock = new Turning();
    const app = await loadOn(module, { name: "profiles.wasm", imports }, mock);
    const ticks = async () => (await (await app.pprof.fetch(new Request("http://127.0.0.1/debug/vars"))).json()).schedtick;
    const before = await ticks();
    await mock.drive(app.exports.naps!(10));
    assert.equal(await ticks() - before, 11, "a start and ten ends of sleep");
  });

  it("prints while the program waits for its host, until it ends, and does not keep it from ending", async () => {
    const mock = new MockPlatform();
    const traced = await buildGuest("traced");
    const later = () => new Promise((resolve) => mock.timer(1700, () => resolve("x")));
    const app = await loadOn(traced, { name: "traced.wasm", imports: { app: { later } }, env: { GODEBUG: "schedtrace=500" } }, mock);
    await mock.drive(app.exports.calls!());
    const times = () => [...mock.written[2]!.matchAll(/^SCHED (\d+)ms/gm)].map((m) => Number(m[1]));
    assert.deepEqual(times(), [0, 500, 1000, 1500]);
    await assert.rejects(mock.drive(app.exports.forever!()), DeadlockError); // at the end of the event loop
    assert.deepEqual(times(), [0, 500, 1000, 1500]);
    while (await mock.turn());
    assert.deepEqual(times(), [0, 500, 1000, 1500]);
  });
});

describe("a stack that is deeper than a StackRecord", () => {
  for (const kind of ["goroutine", "heap", "block", "kept"]) {
    it(`is in profile ${kind} with its callers`, async () => {
      const app = await load(await buildGuest("deepstacks"), { name: "deepstacks.wasm" });
      await app.exports.park!();
      const deep = decode(await app.pprof.profile(kind)).samples.map(({ stack }) => stack).filter((fs) => fs.length > 50);
      assert.deepEqual(deep.map((fs) => fs.at(-1)).sort().filter((f, i, all) => f !== all[i - 1]), ["deepstacks.viaA", "deepstacks.viaB"]);
      app.close();
    });
  }
});

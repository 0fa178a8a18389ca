// SPDX-License-Identifier: MIT
/** Programs in shared memory, read from another thread than theirs. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { Profile } from "pprof-format";
import { MEMORY_BASE } from "../../host/abi/layout.ts";
import { MockPlatform } from "../../host/adapter/mock.ts";
import { node } from "../../host/adapter/node.ts";
import { attach, type Attached, type ChromeTrace, load, type RemoteApp, StopError } from "../../host/index.ts";
import { open } from "../../host/instance/attached.ts";
import { load as loadOn } from "../../host/instance/instantiate.ts";
import { loader } from "../../host/instance/loader.ts";
import { buildGuest } from "./build.ts";

const tight = WebAssembly.compile(await buildGuest("tight", "threads"));
const dumped = WebAssembly.compile(await buildGuest("dumped", "threads"));
const many = WebAssembly.compile(await buildGuest("many", "threads"));
const stuck = WebAssembly.compile(await buildGuest("stuck", "threads"));

interface Tight extends Record<string, (...args: any[]) => Promise<any>> {
  work(rounds: number): Promise<number>;
  nap(ms: number): Promise<void>;
}

function decode(bytes: Uint8Array) {
  const profile = Profile.decode(gunzipSync(bytes));
  const text = (n: number | bigint) => profile.stringTable.strings[Number(n)]!;
  const names = new Map(profile.function.map((f) => [Number(f.id), text(f.name)]));
  const stacks = new Map(profile.location.map((l) => [Number(l.id), l.line.map((line) => names.get(Number(line.functionId))!)]));
  return profile.sample.map((s) => ({
    count: Number(s.value[0]), stack: s.locationId.flatMap((id) => stacks.get(Number(id))!),
  }));
}

const memory = (initial: number, shared = true, maximum = 16384) => new WebAssembly.Memory({ initial, maximum, shared });

test("a second instance on the memory of a program neither writes the data again nor runs module-level code", async () => {
  const module = await tight;
  const given = memory(32);
  const app = await load<Tight>(module, { memory: given });
  const before = await app.exports.work(3);
  const bytes = new Uint8Array(given.buffer);
  bytes[MEMORY_BASE + 12] ^= 0xff;
  const copy = bytes.slice();
  const imports: Record<string, Record<string, unknown>> = { env: { memory: given } };
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind === "function") (imports[from] ??= {})[name] = () => assert.fail(`${from}.${name} was called`);
  }
  const second = new WebAssembly.Instance(module, imports as WebAssembly.Imports);
  (second.exports._initialize as () => void)();
  assert.deepEqual(Buffer.compare(bytes.slice(), copy), 0);
  assert.equal(await app.exports.work(3), before);
});

test("load says what is wrong with a memory that it is given", async () => {
  const [module, own] = [await tight, await buildGuest("tight", "release")];
  const used = memory(32);
  await load(module, { memory: used });
  const tests = [
    { name: "not shared", source: module, given: memory(32, false), want: /options\.memory is not shared, and the program's must be/ },
    { name: "too small", source: module, given: memory(1), want: /options\.memory has 1 pages of 64 KiB, and the program needs \d+/ },
    { name: "a larger maximum", source: module, given: memory(32, true, 20000), want: /options\.memory does not fit \(its maximum must be 16384 pages at most\)/ },
    { name: "in use", source: module, given: used, want: /options\.memory is that of a program already: attach reads it/ },
    { name: "not wanted", source: own, given: memory(32), want: /has a memory of its own: options\.memory is for programs built with --target threads/ },
  ];
  for (const { name, source, given, want } of tests) {
    await assert.rejects(load(source, { memory: given }), { name: "ModuleError", message: want }, name);
  }
});

test("where memory cannot be posted, a worker makes its own, and one that is given is refused", async (t) => {
  const [module, loadThere] = [await tight, loader({ ...node, unshared: true })];
  const app = await loadThere<Tight>(module, { worker: true });
  t.after(() => app.close());
  assert.equal(app.memory, null);
  assert.ok(await app.exports.work(3));
  assert.equal(await app.runtime.numGoroutine(), 0);
  await assert.rejects(loadThere(module, { worker: true, memory: memory(32) }), { name: "ModuleError", message: /options\.memory cannot go to a worker: the page must be cross-origin isolated/ });
  assert.ok(await loadThere(module, { memory: memory(32) }));
});

test("a worker is told how long a slice is", async () => {
  await assert.rejects(load(await tight, { worker: true, slice: 0 }), { name: "RangeError", message: /options\.slice must be a number of milliseconds above 0/ });
});

test("what needs no help of a program is told while it computes, and its CPU profile has what it computes", async () => {
  const app = await load<Tight>(await tight, { worker: true });
  const working = app.exports.work(1_000_000_000); // it does not end
  working.catch(() => {});
  const names = (bytes: Uint8Array) => decode(bytes).flatMap(({ stack }) => stack);
  while (!(await app.runtime.numGoroutine())); // it has begun
  let seen: string[] = [];
  while (!seen.length) seen = names(await app.pprof.profile("profile", { seconds: 0.1 }));
  assert.ok(seen.some((name) => /\.fib$/.test(name)), seen.join());
  await app.pprof.startCPUProfile();
  const answer = await app.pprof.fetch(new Request("http://x/debug/pprof/profile?seconds=1"));
  assert.deepEqual([answer.status, await answer.text()], [500, "Could not enable CPU profiling: cpu profiling already in use\n"]);
  await app.pprof.stopCPUProfile();
  app.close();
  await assert.rejects(app.pprof.profile("profile", { seconds: 1 }), { name: "ClosedError" });
});

describe("attach, to a program in a worker", () => {
  let app: RemoteApp<Tight>;
  let seen: Attached;

  before(async () => {
    app = await load<Tight>(await tight, { worker: true });
    seen = attach({ memory: app.memory!, module: await tight, timeout: 100 });
  });
  after(() => app.close());

  test("tells of an idle program at once", async () => {
    assert.equal(await seen.runtime.numGoroutine(), 0);
    assert.equal(await seen.runtime.stack(), "");
    assert.deepEqual(await seen.runtime.goroutineProfile(), []);
  });

  test("idle is no CPU time", async () => {
    assert.deepEqual(decode(await seen.pprof.profile("profile", { seconds: 0.1 })).filter((s) => s.count), []);
  });

  test("samples a loop that never asks for anything, and names it", async () => {
    await seen.pprof.startCPUProfile();
    let samples: ReturnType<typeof decode> = [];
    for (let rounds = 100; !samples.length; rounds *= 2) {
      await app.exports.work(rounds);
      samples = decode(await seen.pprof.stopCPUProfile());
      await seen.pprof.startCPUProfile();
    }
    await seen.pprof.stopCPUProfile();
    assert.ok(samples.some(({ stack }) => stack.some((name) => /\.fib$/.test(name))), JSON.stringify(samples));
  });

  test("names the goroutine that does not stop", async () => {
    const working = app.exports.work(1_000_000);
    working.catch(() => {});
    let error: unknown = null;
    while (!error) await seen.runtime.goroutineProfile().catch((e: unknown) => (error = e)); // null: it had not begun
    assert.ok(error instanceof StopError, String(error));
    assert.match(error.message, /did not stop within 100 ms: goroutine \d+ neither parks nor asks for the time/);
    assert.ok(error.goid > 0);
    assert.match(error.dump, /^goroutine \d+ \[running\]:\n(.*\n)*tight\.fib\(\.\.\.\)\n/);
  });
});

interface Stuck extends Record<string, (...args: any[]) => Promise<any>> {
  prepare(n: number): Promise<void>;
  waits(): Promise<void>;
  spin(rounds: bigint): Promise<bigint>;
  churn(rounds: bigint): Promise<void>;
}

const FOR_EVER = 1n << 60n;
const namesOf = (records: readonly { frames: readonly { function: string }[] }[]) => records.flatMap(({ frames }) => frames.map((f) => f.function));

describe("a program that does not stop", () => {
  let app: RemoteApp<Stuck>;
  let seen: Attached;

  before(async () => {
    app = await load<Stuck>(await stuck, { worker: true, args: ["a"] });
    await app.exports.prepare(100);
    seen = attach({ memory: app.memory!, module: await stuck, timeout: 100 });
    app.exports.spin(FOR_EVER).catch(() => {}); // until close()
    while (!(await seen.runtime.stack().catch((e: unknown) => e) instanceof StopError)); // it has begun
  });
  after(() => app.close());

  test("tells attach its counters", async () => {
    const stats = await seen.runtime.readMemStats();
    assert.ok(stats.mallocs > 100 && stats.numGC === 2 && stats.pauseNs[1]! > 0, JSON.stringify(stats));
    assert.equal(stats.sys, stats.heapSys + stats.stackInuse + stats.buckHashSys + stats.gcSys + stats.otherSys);
    assert.deepEqual(await seen.runtime.readMemStats(), stats, "nothing goes on");
    assert.equal(await seen.runtime.numGoroutine(), 1);
    assert.equal((await seen.runtime.threadCreateProfile()).length, 1);
  });

  test("stops for nobody who wants all of one moment", async () => {
    await assert.rejects(seen.runtime.readMemStats({ stop: true }), { name: "StopError" });
  });

  test("tells attach its buckets, and the profiles made of them", async () => {
    const kept = (await seen.runtime.memProfile()).filter(({ stack, frames }) => stack.length && frames[0]!.function === "stuck.prepare");
    assert.ok(kept.some((r) => r.allocObjects - r.freeObjects === 100), JSON.stringify(kept));
    assert.ok(namesOf(await seen.runtime.blockProfile()).includes("stuck.contend"));
    assert.ok(namesOf(await seen.runtime.mutexProfile()).includes("stuck.prepare"));
    for (const kind of ["heap", "allocs", "block", "mutex", "threadcreate"]) assert.ok(decode(await seen.pprof.profile(kind)).length, kind);
    assert.match(await seen.pprof.text("heap"), /\n# NumGC = 2\n/);
    assert.ok((await seen.pprof.kinds()).includes("own"));
  });

  test("tells who has loaded it the same", async () => {
    assert.deepEqual(await app.runtime.readMemStats(), await seen.runtime.readMemStats());
    assert.deepEqual(await app.runtime.memProfile(), await seen.runtime.memProfile());
    assert.deepEqual(await app.runtime.blockProfile(), await seen.runtime.blockProfile());
    assert.deepEqual(await app.runtime.mutexProfile(), await seen.runtime.mutexProfile());
    assert.equal((await app.runtime.threadCreateProfile()).length, 1);
    for (const kind of ["heap", "block"]) assert.ok(decode(await app.pprof.profile(kind)).length, kind);
    assert.match(await app.pprof.text("block"), /^--- contention:\n/);
    assert.ok((await app.pprof.kinds()).includes("own"));
  });

  test("is shown by its page", async () => {
    const get = (path: string) => app.pprof.fetch(new Request(`http://x${path}`));
    for (const path of ["/debug/", "/debug/element.js", "/debug/speedscope", "/debug/pprof/heap", "/debug/pprof/block?debug=1"]) assert.equal((await get(path)).status, 200, path);
    assert.equal(await (await get("/debug/pprof/cmdline")).text(), "app.wasm\0a");
    const vars = await (await get("/debug/vars")).json() as { goroutines: number; schedtick: number; profiles: string[]; memstats: { NumGC: number } };
    assert.deepEqual([vars.goroutines, vars.schedtick > 0, vars.profiles.includes("own"), vars.memstats.NumGC], [1, true, true, 2]);
  });

  test("is named by each reader that needs it to stop, or to answer", async () => {
    const readers: Record<string, () => Promise<unknown>> = {
      stack: () => app.runtime.stack(),
      goroutineProfile: () => app.runtime.goroutineProfile(),
      goroutineLeakProfile: () => app.runtime.goroutineLeakProfile(),
      heapHistogram: () => app.runtime.heapHistogram(),
      "profile goroutine": () => app.pprof.profile("goroutine"),
      "profile heap, gc": () => app.pprof.profile("heap", { gc: true }),
      "profile own": () => app.pprof.profile("own"),
      "text goroutine": () => app.pprof.text("goroutine", 2),
      "text goroutineleak": () => app.pprof.text("goroutineleak"),
      "trace.start": () => app.trace.start(),
      "trace.stop": () => app.trace.stop(),
    };
    await Promise.all(Object.entries(readers).map(async ([name, read]) => {
      const error = await read().then(() => null, (e: unknown) => e);
      assert.ok(error instanceof StopError, `${name}: ${error}`);
      assert.match(error.message, /: goroutine \d+ (does not park|neither parks nor asks for the time)\n\ngoroutine \d+ \[running\]:\n(.*\n)*stuck\.spin/, name);
    }));
  });

  test("has no profile of a name that it has not made", async () => {
    for (const { pprof } of [seen, app]) await assert.rejects(pprof.profile("nosuch"), { name: "ProfileError", message: /^no profile "nosuch": there are .*, own$/ });
  });

  test("has its page say who does not stop, and its index list what can be told", async () => {
    const get = async (path: string) => {
      const response = await app.pprof.fetch(new Request(`http://x/debug/${path}`));
      return [response.status, await response.text()] as const;
    };
    const waits = ["goroutines", "histogram", "pprof/goroutine?debug=1", "pprof/heap?gc=1", "pprof/goroutineleak", "pprof/trace?seconds=0.1", "pprof/own"];
    await Promise.all(waits.map(async (path) => {
      const [status, text] = await get(path);
      assert.equal(status, 503, path);
      assert.match(text, /goroutine \d+ (does not park|neither parks nor asks for the time)\n/, path);
    }));
    assert.deepEqual(await get("pprof/nosuch"), [404, "Unknown profile\n"]);
    assert.deepEqual((await get("nosuch"))[0], 404);
    const [status, index] = await get("pprof/");
    assert.equal(status, 200);
    for (const row of ["1</td><td><a href='goroutine?", "?</td><td><a href='own?", "?</td><td><a href='goroutineleak?"]) assert.ok(index.includes(`<td>${row}`), `${row} in ${index}`);
  });
});

test("what is asked of a program that does not stop, and given up, does not pile up before it", async (t) => {
  const sent: { name?: string }[] = [];
  const counted = loader({
    ...node,
    async worker() {
      const port = await node.worker();
      return { ...port, post: (message) => (sent.push(message as { name?: string }), port.post(message)) };
    },
  });
  const app = await counted<Stuck>(await stuck, { worker: true });
  t.after(() => app.close());
  app.exports.spin(FOR_EVER).catch(() => {}); // until close()
  while (!(await app.runtime.stack().catch((e: unknown) => e) instanceof StopError)); // it has begun
  sent.length = 0;
  for (let i = 0; i < 2; i++) {
    const asked = [app.runtime.heapHistogram(), app.pprof.profile("heap", { gc: true }), app.trace.start(), app.pprof.text("goroutineleak")];
    for (const result of await Promise.allSettled(asked)) assert.ok(result.status === "rejected" && result.reason instanceof StopError, JSON.stringify(result));
  }
  assert.ok(sent.length <= 1, sent.map(({ name }) => name).join());
});

describe("a program that stops, but does not park", () => {
  let app: RemoteApp<Stuck>;
  const get = (path: string) => app.pprof.fetch(new Request(`http://x/debug/${path}`));

  before(async () => {
    app = await load<Stuck>(await stuck, { worker: true, trace: true });
    await app.exports.prepare(100);
    app.exports.churn(FOR_EVER).catch(() => {}); // until close()
  });
  after(() => app.close());

  test("tells its goroutines and its own profiles", async () => {
    assert.match(await app.runtime.stack(), /^goroutine \d+ \[running\]:\n(.*\n)*stuck\.churn/, "what was called before is seen");
    assert.ok(namesOf(await app.runtime.goroutineProfile()).includes("stuck.churn"));
    assert.match(await app.pprof.text("goroutine", 2), /stuck\.churn/);
    for (const kind of ["goroutine", "own"]) assert.ok(decode(await app.pprof.profile(kind)).length, kind);
    for (const path of ["pprof/", "pprof/goroutine?debug=1", "pprof/own", "pprof/symbol?0x1"]) assert.equal((await get(path)).status, 200, path);
    const { total, groups } = await (await get("goroutines")).json() as { total: number; groups: { frames: { function: string }[] }[] };
    assert.deepEqual([total, namesOf(groups).includes("stuck.churn")], [1, true]);
  });

  test("tells its trace, and ends it", async () => {
    const names = ({ traceEvents }: ChromeTrace) => traceEvents.map((e) => e.name);
    assert.ok(names(await app.trace.read()).includes("GC"));
    const { traceEvents } = await (await get("pprof/trace?seconds=0.1")).json() as ChromeTrace;
    assert.ok(traceEvents.length);
    await app.trace.stop();
    assert.deepEqual(await app.trace.read(), await app.trace.read());
  });

  test("is named by what only it can answer", async () => {
    await assert.rejects(app.runtime.heapHistogram(), { name: "StopError", message: /has not answered for 1000 ms: goroutine \d+ does not park\n/ });
  });
});

describe("the endpoint of a program in shared memory", () => {
  const SECONDS = 77;
  let app: RemoteApp<Stuck>;
  let waiting = 0;
  let began: () => void; // is called when the seconds begin
  let pass: () => void; // has them be over

  before(async () => {
    const timer = (ms: number, f: () => void) => {
      const cancel = node.timer(ms, f);
      if (ms === SECONDS * 1000) pass = () => (cancel(), f()), began();
      return cancel;
    };
    app = await loader({ ...node, timer })<Stuck>(await stuck, { worker: true });
  });
  after(() => app.close());

  /** Asks for what the seconds bring; resolves with the answer to come when they have begun. */
  async function ask(kind: string): Promise<{ answer: Promise<Response> }> {
    const waits = new Promise<void>((resolve) => (began = resolve));
    const answer = app.pprof.fetch(new Request(`http://x/debug/pprof/${kind}?seconds=${SECONDS}`));
    await waits;
    return { answer };
  }

  const tests: { kind: string; want: [name: string, count: number][] }[] = [
    { kind: "allocs", want: [["stuck.prepare", 5]] }, { kind: "heap", want: [["stuck.prepare", 5]] },
    { kind: "block", want: [["stuck.contend", 1]] }, { kind: "mutex", want: [["stuck.prepare", 1]] },
    { kind: "goroutine", want: [["stuck.waits", 1]] }, { kind: "threadcreate", want: [] },
  ];
  for (const { kind, want } of tests) {
    test(`tells what seconds bring of ${kind}`, async () => {
      await app.exports.prepare(7);
      const { answer } = await ask(kind);
      await app.exports.prepare(5);
      app.exports.waits().catch(() => {}); // until close()
      while (await app.runtime.numGoroutine() <= waiting); // it has begun
      waiting++;
      pass();
      const response = await answer;
      assert.equal(response.headers.get("content-disposition"), `attachment; filename="${kind}-delta"`);
      const samples = decode(new Uint8Array(await response.arrayBuffer()));
      for (const [name, count] of want) assert.ok(samples.some((s) => s.stack[0] === name && s.count === count), `${name}: ${JSON.stringify(samples)}`);
      if (!want.length) assert.deepEqual(samples, []);
    });
  }

  test("is a 503 when the program is closed before the seconds are over", async () => {
    const { answer } = await ask("heap");
    app.close();
    pass();
    assert.equal((await answer).status, 503);
  });
});

test("what a call returns is told before that nothing else will happen: an owner that nothing holds would end in between", async () => {
  const told: string[] = [];
  const worker = async () => {
    const port = await node.worker();
    const listen: typeof port.listen = (message, failure) => port.listen((data) => (told.push((data as { op: string }).op), message(data)), failure);
    return { ...port, listen };
  };
  const app = await loader({ ...node, worker })<Stuck>(await stuck, { worker: true });
  const quiet = async () => {
    while (told.at(-1) !== "quiet") await new Promise(setImmediate);
    told.length = 0;
  };
  app.exports.waits().catch(() => {}); // until close()
  await quiet();
  await app.exports.prepare(1);
  assert.deepEqual(told, ["reply"]);
  await quiet();
  app.close();
});

test("a program that was closed while it computed is run by nobody", async () => {
  const app = await load<Stuck>(await stuck, { worker: true });
  const seen = attach({ memory: app.memory!, module: await stuck, timeout: Infinity });
  app.exports.spin(FOR_EVER).catch(() => {}); // until close()
  while (!decode(await seen.pprof.profile("profile", { seconds: 0.1 })).some((s) => s.count)); // it has begun
  app.close();
  const error = { name: "StopError", message: /^nobody runs the memory any more: the program was closed while goroutine \d+ ran\n\ngoroutine/ };
  await assert.rejects(seen.runtime.stack(), error);
  await assert.rejects(seen.runtime.readMemStats({ stop: true }), error);
  await assert.rejects(seen.pprof.profile("profile", { seconds: 1 }), { name: "ProfileError", message: /nobody runs the memory any more/ });
  assert.equal(await seen.runtime.numGoroutine(), 1, "what is read without a stop is there");
});

test("what is taken for seconds ends with its program", async () => {
  for (const trace of [false, true]) {
    const app = await load<Tight>(await tight, { worker: true, trace });
    const asked = ["heap", "goroutine", "profile"].map((kind) => app.pprof.profile(kind, { seconds: 2 }));
    const served = ["mutex?seconds=2", "trace?seconds=2"].map((path) => app.pprof.fetch(new Request(`http://x/debug/pprof/${path}`)));
    const states = Promise.allSettled(asked);
    await new Promise((resolve) => setTimeout(resolve, 200)); // all have begun
    app.close();
    const names = (await states).map((s) => (s.status === "rejected" ? (s.reason as Error).name : s.status));
    assert.deepEqual(names, ["ClosedError", "ClosedError", "ClosedError"]);
    const [delta, recorded] = await Promise.all(served);
    assert.deepEqual([delta!.status, /the program was closed\n$/.test(await delta!.text())], [503, true]);
    assert.equal(recorded!.status, 200);
    assert.ok((await recorded!.json() as ChromeTrace).traceEvents.length, "what there was of the trace");
  }
});

test("attach refuses seconds that are no number", async () => {
  const given = memory(32);
  await load<Tight>(await tight, { memory: given });
  const { pprof } = attach({ memory: given, module: await tight });
  for (const kind of ["heap", "profile"]) await assert.rejects(pprof.profile(kind, { seconds: NaN }), { name: "ProfileError", message: /^seconds: NaN is not between/ });
});

test("attach refuses a timeout that is none, and leaves the program alone", async () => {
  const given = memory(32);
  const app = await load<Tight>(await tight, { memory: given });
  for (const timeout of [NaN, -1, "soon" as never]) {
    await assert.rejects(attach({ memory: given, module: await tight, timeout }).runtime.stack(), { name: "RangeError", message: /^attach: timeout must be a number of milliseconds, got / });
  }
  assert.ok(await app.exports.work(3));
});

test("the trace of a program that does not stop can be read", async (t) => {
  const app = await load<Stuck>(await stuck, { worker: true, trace: true });
  t.after(() => app.close());
  await app.exports.prepare(1);
  const spinning = app.exports.spin(FOR_EVER);
  spinning.catch(() => {}); // until close()
  while (!(await app.runtime.numGoroutine())); // it has begun
  const { traceEvents } = await app.trace.read();
  assert.ok(traceEvents.some((e) => e.name === "thread_name" && / stuck\.contend$/.test(String(e.args!.name))), JSON.stringify(traceEvents));
});

test("what is read of a program knows of the calls before it", async (t) => {
  const app = await load<Tight>(await tight, { worker: true });
  t.after(() => app.close());
  const naps = [app.exports.nap(50), app.exports.nap(50)];
  assert.equal((await app.runtime.goroutineProfile()).length, 2);
  await Promise.all(naps);
  assert.deepEqual(await app.runtime.goroutineLeakProfile(), []);
});

test("the counters on the page of a program in shared memory go on while it only allocates", async (t) => {
  const app = await load<Stuck>(await stuck, { worker: true });
  t.after(() => app.close());
  app.exports.churn(FOR_EVER).catch(() => {}); // until close()
  const allocated = async () => (await (await app.pprof.fetch(new Request("http://x/debug/vars"))).json()).memstats.TotalAlloc as number;
  const first = await allocated();
  for (let more = 0; more < 3; ) if (await allocated() > first) more++;
});

test("attach reads the counters and buckets that the program itself does", async () => {
  const given = memory(32);
  const app = await load<Stuck>(await stuck, { memory: given });
  await app.exports.prepare(1000);
  const seen = attach({ memory: given, module: await stuck });
  for (const stop of [false, true]) {
    const want = app.runtime.readMemStats(); // first: the program has its answer counted
    assert.deepEqual(await seen.runtime.readMemStats({ stop }), want);
  }
  const byStack = (records: readonly { stack: Uint32Array }[]) => new Map(records.map((r) => [r.stack.join(), r]));
  assert.deepEqual(byStack(await seen.runtime.memProfile()), byStack(app.runtime.memProfile()));
  assert.deepEqual(byStack(await seen.runtime.blockProfile()), byStack(app.runtime.blockProfile()));
  assert.deepEqual(byStack(await seen.runtime.mutexProfile()), byStack(app.runtime.mutexProfile()));
});

test("attach reads a program of many goroutines while it runs", async (t) => {
  const module = await many;
  let go_on = true;
  const app = await load(module, { worker: true, imports: { test: { more: async () => go_on } } });
  t.after(() => app.close());
  const ran = app.run();
  const seen = attach({ memory: app.memory!, module, timeout: 60_000 });
  while ((await seen.runtime.numGoroutine()) < 51);
  for (let i = 0; i < 200; i++) {
    const profile = await seen.runtime.goroutineProfile();
    const hops = profile.filter(({ frames }) => frames.some((f) => /\.hop$/.test(f.function)));
    assert.equal(hops.length, 50);
    assert.ok(profile.length === 51 || profile.length === 52, `${profile.length} goroutines`);
    for (const { frames } of profile) assert.match(frames.at(-1)!.function, /\.(hop|visitor|main)$/);
  }
  assert.equal((await seen.runtime.stack()).match(/^goroutine \d+ \[[\w ]+\]:$/gm)!.filter((line) => line).length >= 51, true);
  assert.ok((await seen.runtime.readMemStats()).mallocs > 50);
  assert.ok(Array.isArray(await seen.runtime.memProfile()));
  assert.deepEqual(await seen.runtime.blockProfile(), []);
  assert.ok((await seen.pprof.kinds()).includes("rounds"));
  assert.match(await seen.pprof.text("rounds"), /^rounds profile: total 1\n/);
  assert.match(await seen.pprof.text("heap"), /^heap profile: /);
  assert.match(await seen.pprof.text("goroutine", 2), /^goroutine \d+ \[/);
  assert.equal(decode(await seen.pprof.profile("goroutine")).filter((s) => s.stack.some((name) => /hop$/.test(name))).reduce((n, s) => n + s.count, 0), 50);
  await assert.rejects(seen.runtime.heapHistogram(), { name: "ProfileError", message: /only the program itself can collect/ });
  await assert.rejects(seen.pprof.profile("goroutineleak"), { name: "ProfileError" });
  await assert.rejects(seen.pprof.profile("heap", { gc: true }), { name: "ProfileError" });
  go_on = false;
  await ran;
});

test("attach reads the bytes of a memory", async () => {
  const module = await tight;
  const given = memory(32);
  const app = await load<Tight>(module, { memory: given });
  const nap = app.exports.nap(20);
  await new Promise(setImmediate);
  const stack = app.runtime.stack();
  const bytes = new Uint8Array(given.buffer).slice();
  await nap;
  const seen = attach({ memory: bytes, module });
  assert.match(stack, /nap/);
  assert.equal(await seen.runtime.stack(), stack);
  assert.equal(await seen.runtime.numGoroutine(), 1);
  assert.match(await attach({ memory: given, module }).pprof.text("heap"), /\n# DebugGC = false\n# MaxRSS = \d+\n$/);
  assert.match(await seen.pprof.text("heap"), /\n# DebugGC = false\n$/, "of whose memory this is a copy nobody knows");
  await assert.rejects(seen.pprof.profile("profile", { seconds: 1 }), { name: "ProfileError", message: /nothing runs in a memory that is not shared/ });
});

test("attach dumps what the program has asked for and how long goroutines have waited, as it does itself", async () => {
  const module = await dumped;
  const platform = new MockPlatform();
  const given = memory(32);
  const app = await loadOn(module, { memory: given }, platform);
  await platform.drive(app.exports.waits!());
  platform.elapse(90_000);
  const want = app.runtime.stack();
  assert.match(want, /\[sleep, 1 minutes labels:{"shard": "7", "tenant": "a\\"\\\\\\n\\x01\\u00e4\\u007f~\\U0001f388\\ufffd"}]:/);
  assert.match(want, /^\[originating from goroutine \d+]:\n.*\n.*\ncreated by dumped\.waits\.func1$/m);
  assert.match(want, /^\.\.\.additional frames elided\.\.\.$/m);
  const seen = await open({ memory: given, module }, platform);
  assert.equal(await seen.runtime.stack(), want);
  assert.equal(await seen.pprof.text("goroutine", 2), want);
  const copy = await open({ memory: new Uint8Array(given.buffer).slice(), module }, platform);
  assert.equal(await copy.runtime.stack(), want.replaceAll(", 1 minutes", ""), "no time passes there");
});

test("attach refuses a memory of another build, and what is no memory", async () => {
  const given = memory(32);
  await load(await tight, { memory: given });
  await assert.rejects(attach({ memory: given, module: await many }).runtime.numGoroutine(), { name: "CoreError", message: /is of build [0-9a-f]{40}, app\.wasm is build/ });
  await assert.rejects(attach({ memory: new Uint8Array(10), module: await many }).runtime.stack(), { name: "CoreError", message: /not that of a gopark program/ });
  await assert.rejects(attach({ memory: "x" as never, module: await many }).runtime.stack(), { name: "TypeError" });
});

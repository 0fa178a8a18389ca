// SPDX-License-Identifier: MIT
/** Programs in workers: what can be asked of them when they have ended, and what they leave behind. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { type App, type ChromeTrace, load, type RemoteApp } from "../../host/index.ts";
import { buildGuest } from "./build.ts";

const own = await WebAssembly.compile(await buildGuest("traced"));
const shared = await WebAssembly.compile(await buildGuest("traced", "threads"));

interface Started {
  readonly app: App | RemoteApp;
  /** Resolves when the owner knows that the program has ended. */
  ended(): Promise<void>;
  readonly said: () => string;
}

async function start(module: WebAssembly.Module, worker: boolean, trace = true): Promise<Started> {
  let text = "";
  const { signal } = new AbortController();
  const options = { signal, trace, imports: { app: { later: async () => "" } }, stderr: (s: string) => void (text += s) };
  const app = await (worker ? load(module, { ...options, worker }) : load(module, options));
  return {
    app,
    said: () => text,
    async ended() {
      while (getEventListeners(signal, "abort").length) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** The tracks of a trace on which something has run. */
function ran({ traceEvents }: ChromeTrace): unknown[] {
  const running = new Set(traceEvents.filter((e) => e.ph === "X" && e.name === "running").map((e) => e.tid));
  return traceEvents.filter((e) => e.name === "thread_name" && running.has(e.tid)).map((e) => e.args!.name);
}

const PLACES = [
  { where: "without a worker", module: own, worker: false },
  { where: "in a worker", module: own, worker: true },
  { where: "in a worker that shares its memory", module: shared, worker: true },
];

for (const { where, module, worker } of PLACES) {
  describe(`a program that has died ${where}`, () => {
    for (const [how, dump] of [["panics", /^panic: boom\n/], ["traps", /^panic: runtime error: invalid memory address/]] as const) {
      it(`tells its trace, its CPU profile and its kinds: ${how}`, async () => {
        const { app, ended, said } = await start(module, worker);
        await app.pprof.startCPUProfile();
        await assert.rejects(app.exports[how]!());
        await ended();
        assert.match(said(), dump);
        assert.ok(ran(await app.trace.read()).includes(`G2 traced.${how}`));
        await app.trace.stop();
        assert.ok(ran(await app.trace.read()).includes(`G2 traced.${how}`), "again");
        assert.ok(gunzipSync(await app.pprof.stopCPUProfile()).length);
        assert.ok((await app.pprof.kinds()).includes("goroutine"));
        await assert.rejects(app.trace.start(), /the program has ended/);
        const status = async (path: string) => (await app.pprof.fetch(new Request(`http://x/debug/${path}`))).status;
        for (const path of ["", "element.js", "pprof/cmdline", "pprof/symbol?0x1"]) assert.equal(await status(path), 200, path);
        for (const path of ["vars", "goroutines", "pprof/", "pprof/heap", "pprof/profile"]) assert.equal(await status(path), 503, path);
        await assert.rejects(async () => app.runtime.stack(), /the program has ended/);
      });
    }

    it("has its page tell the end of its trace, and the names of its pcs", async () => {
      const { app, ended } = await start(module, worker);
      await assert.rejects(app.exports.panics!());
      await ended();
      const get = async (path: string) => (await app.pprof.fetch(new Request(`http://x/debug/pprof/${path}`))).text();
      assert.ok(ran(JSON.parse(await get("trace?seconds=600"))).includes("G2 traced.panics")); // which nobody waits for
      assert.match(await get("symbol?0x1+0x2"), /^num_symbols: 1\n0x1 \S+\n0x2 \S+\n$/);
    });

    it("tells them at once, too", async () => {
      const { app } = await start(module, worker);
      await app.pprof.startCPUProfile();
      await assert.rejects(app.exports.panics!());
      const [trace, profile] = await Promise.all([app.trace.read(), app.pprof.stopCPUProfile()]);
      assert.ok(ran(trace).includes("G2 traced.panics"));
      assert.ok(gunzipSync(profile).length);
    });

    it("has no trace and no CPU profile if there never were any", async () => {
      const { app, ended } = await start(module, worker, false);
      await assert.rejects(app.exports.panics!());
      await ended();
      await assert.rejects(app.trace.read(), { name: "ProfileError", message: "no execution trace was started" });
      await assert.rejects(app.pprof.stopCPUProfile(), { name: "ProfileError", message: "no CPU profile was started" });
      const response = await app.pprof.fetch(new Request("http://x/debug/pprof/trace?seconds=0.1"));
      assert.deepEqual([response.status, /: the program has ended: panic: boom\n/.test(await response.text())], [503, true]);
    });
  });
}

for (const { where, module, worker } of PLACES) {
  it(`close() leaves the trace of a program ${where}`, async () => {
    const { app } = await start(module, worker);
    await app.exports.passes!();
    app.close();
    assert.ok(ran(await app.trace.read()).includes("G2 traced.passes"));
    assert.ok(ran(await app.trace.read()).includes("G2 traced.passes"), "again");
  });

  it(`close() leaves the trace that was begun while a program ran ${where}`, async () => {
    const { app } = await start(module, worker, false);
    await app.trace.start();
    await app.exports.passes!();
    app.close();
    assert.ok(ran(await app.trace.read()).includes("G2 traced.passes"));
  });

  it(`close() leaves the CPU profile that was being taken of a program ${where}`, async () => {
    const { app } = await start(module, worker, false);
    await app.pprof.startCPUProfile();
    await app.exports.passes!();
    app.close();
    assert.ok(gunzipSync(await app.pprof.stopCPUProfile()).length);
  });
}

it("close() leaves no trace of a program that computes in memory of its own: its worker does not come to say it", async () => {
  const { app, said } = await start(own, true);
  app.exports.spins!().catch(() => {}); // until close()
  while (!said()) await new Promise((resolve) => setImmediate(resolve));
  app.close();
  await assert.rejects(app.trace.read(), { name: "ClosedError" });
});

it("a worker that cannot be told what to run is stopped, and leaves nothing on the signal", async () => {
  const { signal } = new AbortController();
  await assert.rejects(load(own, { worker: true, signal, args: [(() => {}) as never] }), { name: "DataCloneError" });
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

it("what is asked of a worker with a signal leaves nothing on it", async (t) => {
  const { signal } = new AbortController();
  const app = await load(own, { worker: true, signal, imports: { app: { later: async () => "" } } });
  t.after(() => app.close());
  const before = getEventListeners(signal, "abort").length;
  await app.pprof.profile("goroutine", { signal });
  await assert.rejects(app.pprof.profile("nothing", { signal }));
  await assert.rejects(app.pprof.profile("goroutine", { signal, gc: (() => {}) as never }), { name: "DataCloneError" });
  assert.equal(getEventListeners(signal, "abort").length, before);
  const waiting = app.pprof.profile("heap", { signal, seconds: 600 });
  app.close();
  await assert.rejects(waiting, { name: "ClosedError" });
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

// SPDX-License-Identifier: MIT
/**
 * Shared memory on every platform: programs in workers, seen by `attach` from the thread that has loaded them;
 * on pages that are isolated, and on those that are not.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import type { Server } from "node:http";
import { after, before, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { Profile } from "pprof-format";
import type { Browser } from "puppeteer-core";
import { packageRoot } from "../../host/cli/compile.ts";
import { BROWSERS, bundlePage, launch, missing, onPage, RUNTIMES, serve } from "../run/platforms.ts";
import { buildFile, SHARED } from "../run/prog.ts";
import type { Sight } from "../run/watch.ts";

process.chdir(packageRoot());

const GUEST = "tests/host/guest/watched.ts";
const wasm = await buildFile(GUEST, "-O3", SHARED);
const own = await buildFile(GUEST, "-O3");

/** Values and function names of a profile's samples. */
function samples(base64: string): { value: number[]; stack: string[] }[] {
  const profile = Profile.decode(gunzipSync(Buffer.from(base64, "base64")));
  const text = (n: number | bigint) => profile.stringTable.strings[Number(n)]!;
  const names = new Map(profile.function.map((f) => [Number(f.id), text(f.name)]));
  const stacks = new Map(profile.location.map((l) => [Number(l.id), l.line.map((line) => names.get(Number(line.functionId))!)]));
  return profile.sample.map((s) => ({ value: s.value.map(Number), stack: s.locationId.flatMap((id) => stacks.get(Number(id))!) }));
}

function check(seen: Sight): void {
  assert.equal(seen.goroutines, 5);
  assert.equal(seen.parked, 5);
  assert.equal(seen.stack.match(/^goroutine \d+ \[chan receive\]:\nwatched\.keep\(\.\.\.\)\n\t.*watched\.ts:15\n/gm)?.length, 5, seen.stack);
  const kept = samples(seen.heap).filter(({ stack }) => stack.includes("watched.keep"));
  assert.ok(kept.reduce((sum, { value }) => sum + value[3]!, 0) >= 5000, JSON.stringify(kept));
  assert.ok(samples(seen.cpu).some(({ stack }) => stack.some((name) => /\.(fib|spin)$/.test(name))), JSON.stringify(samples(seen.cpu)));
  assert.deepEqual(seen.collections, [2, 2]);
  assert.equal(seen.traced, 1);
  assert.ok(seen.stop.isStopError && seen.stop.goid > 0, seen.stop.message);
  assert.match(seen.stop.message, /^the program did not stop within 100 ms: goroutine \d+ neither parks nor asks for the time/);
  assert.match(seen.stop.dump, /^goroutine \d+ \[running\]:\n/);
  assert.ok(seen.turns > 0, "the thread that looks was blocked");
}

for (const runtime of RUNTIMES) {
  it(`attach, on ${runtime.name}, to a program in a worker`, { skip: missing(runtime) }, () => {
    const driver = runtime.driver.replace("drive", "drive.watch");
    const [command, ...args] = [...runtime.command, driver, runtime.entry, wasm];
    const { stdout, stderr, status } = spawnSync(command!, args, { encoding: "utf8", timeout: 60_000 });
    assert.equal(status, 0, stderr);
    check(JSON.parse(stdout) as Sight);
  });
}

const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

for (const kind of BROWSERS) {
  const skip = missing(kind);
  describe(`shared memory on a page of ${kind.name}`, { skip }, () => {
    let browser: Browser;
    const servers: Server[] = [];
    let isolated: string;
    let plain: string;

    before(async () => {
      const root = await bundlePage();
      copyFileSync(wasm, `${root}/shared.wasm`);
      copyFileSync(own, `${root}/own.wasm`);
      const start = async (headers: Record<string, string>) => {
        const { server, origin } = await serve(root, (_url, _request, response) => {
          for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
          return false;
        });
        servers.push(server);
        return origin;
      };
      [isolated, plain] = [await start(ISOLATED), await start({})];
      browser = await launch(kind);
    });
    after(async () => {
      await browser?.close();
      for (const server of servers) server.close();
    });

    const evaluate = <T>(origin: string, name: string, code: string) =>
      onPage(browser, origin, `${kind.name} ${name}`, async (page) => {
        await page.waitForFunction("globalThis.gopark");
        return await page.evaluate(`(async () => { ${code} })()`) as T;
      });

    it("attach sees a program in a worker, and its page goes on", async () => {
      const { may, seen } = await evaluate<{ may: boolean; seen: Sight }>(isolated, "attach", `
        let may = true;
        try { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0); } catch { may = false; }
        return { may, seen: await gopark.watch("shared.wasm") };`);
      assert.equal(may, false, "a page's thread may wait: this proves nothing");
      check(seen);
    });

    it("a worker's attach sees a program that runs on the page", async () => {
      const counts = await evaluate<unknown[]>(isolated, "page watched", `
        const module = await WebAssembly.compileStreaming(fetch("shared.wasm"));
        const memory = new WebAssembly.Memory({ initial: 32, maximum: 16384, shared: true });
        const app = await gopark.load(module, { memory });
        await app.exports.park(3);
        const watcher = new Worker("watcher.js", { type: "module" });
        const counts = new Promise((resolve) => watcher.onmessage = ({ data }) => resolve(data));
        watcher.postMessage({ memory, module, times: 30 });
        let done = false;
        counts.then(() => done = true);
        while (!done) await app.exports.spin(1000n);
        return counts;`);
      assert.equal(counts.length, 30);
      assert.ok(counts.every((n) => n === 3 || n === 4), JSON.stringify(counts)); // 4: in the midst of a call
    });

    it("a page's attach sees a program on the same page", async () => {
      assert.equal(await evaluate(isolated, "same page", `
        const memory = new WebAssembly.Memory({ initial: 32, maximum: 16384, shared: true });
        const app = await gopark.load("shared.wasm", { memory });
        await app.exports.park(3);
        const seen = gopark.attach({ memory, module: "shared.wasm" });
        const calls = Promise.all([1, 2, 3].map((n) => app.exports.put(n)));
        const before = (await seen.runtime.goroutineProfile()).length;
        await calls;
        return before >= 3 ? seen.runtime.numGoroutine() : before;`), 0);
    });

    for (const worker of [false, true]) {
      it(`a page that is not isolated runs the same build${worker ? " in a worker, which keeps the memory" : ""}`, async () => {
        assert.deepEqual(await evaluate(plain, "not isolated", `
          const app = await gopark.load("shared.wasm", { worker: ${worker} });
          await app.exports.park(3);
          const stack = await app.runtime.stack();
          const profile = await app.pprof.profile("heap");
          app.close();
          return [app.memory ?? null, stack.match(/watched\\.keep/g).length, profile[0]];`), [null, 3, 0x1f]);
      });
    }

    it("says what such a page lacks to share a memory with a worker", async () => {
      assert.match(await evaluate<string>(plain, "not shared", `
        const memory = new WebAssembly.Memory({ initial: 32, maximum: 16384, shared: true });
        return gopark.load("shared.wasm", { worker: true, memory }).then(() => "loaded", (e) => e.name + ": " + e.message);`),
      /^ModuleError: shared\.wasm: options\.memory cannot go to a worker: the page must be cross-origin isolated \(.*Cross-Origin-Opener-Policy: same-origin.*require-corp\)$/);
    });

    it("a program with a memory of its own runs in a worker of such a page, and what is asked of it is copied", async () => {
      assert.deepEqual(await evaluate(plain, "copied", `
        const app = await gopark.load("own.wasm", { worker: true, trace: true });
        await app.exports.park(3);
        const stack = await app.runtime.stack();
        const profile = await app.pprof.profile("heap");
        await app.exports.crash().catch(() => {});
        const { traceEvents } = await app.trace.read();
        const died = traceEvents.filter((e) => e.name === "thread_name" && /watched\\.crash$/.test(e.args.name)).length;
        return [app.memory, stack.match(/watched\\.keep/g).length, profile[0], died];`), [null, 3, 0x1f, 1]);
    });
  });
  if (skip) it(`shared memory on a page of ${kind.name}`, { skip });
}

// SPDX-License-Identifier: MIT
/**
 * What only pages show: the console, a page that stays free, calls from its callbacks, a worker.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import type { Server, ServerResponse } from "node:http";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import { packageRoot } from "../../host/cli/compile.ts";
import { BROWSERS, bundlePage, launch, missing, onPage, serve } from "../run/platforms.ts";
import { buildFile } from "../run/prog.ts";

process.chdir(packageRoot());

/** Defined on each page: loads a guest with the functions that it imports. */
const START = `globalThis.start = async (name, options = {}) => {
  let app;
  const poke = (n) => void app.exports.put(n);
  const imports = { host: gopark.hostCalls, page: { poke } };
  return app = await gopark.load(name + ".wasm", { imports, ...options });
};`;

/** A custom section: a module with it is as large, and does the same. */
function ballast(bytes: number): Buffer {
  const size = [bytes & 0x7f | 0x80, bytes >>> 7 & 0x7f | 0x80, bytes >>> 14 & 0x7f | 0x80, bytes >>> 21];
  return Buffer.concat([Buffer.from([0, ...size]), Buffer.from([7]), Buffer.from("ballast"), Buffer.alloc(bytes - 8)]);
}

for (const kind of BROWSERS) {
  const skip = missing(kind);
  describe(`a page of ${kind.name}`, { skip }, () => {
    let server: Server;
    let origin: string;
    let browser: Browser;
    /** Who waits for a request for /never. */
    const never: ((response: ServerResponse) => void)[] = [];

    before(async () => {
      const root = await bundlePage();
      for (const name of ["page", "asleep"]) {
        const wasm = await buildFile(`tests/host/guest/${name}.ts`, "-O3", ["--use", "GO_PREEMPT=1"]);
        copyFileSync(wasm, `${root}/${name}.wasm`);
      }
      writeFileSync(`${root}/large.wasm`, Buffer.concat([readFileSync(`${root}/page.wasm`), ballast(9 << 20)]));
      ({ server, origin } = await serve(root, ({ pathname }, _, response) => {
        if (pathname === "/hello") response.end("hello");
        if (pathname === "/never") for (const tell of never.splice(0)) tell(response); // which is never answered
        if (pathname === "/arrived") never.length ? never.push(() => response.end()) : response.end();
        return ["/hello", "/never", "/arrived"].includes(pathname);
      }));
      browser = await launch(kind);
    });
    after(async () => {
      await browser?.close();
      server?.closeAllConnections();
      server?.close();
    });

    const evaluate = (name: string, code: string, spy?: (page: Page) => void) =>
      onPage(browser, origin, `${kind.name} ${name}`, async (page) => {
        spy?.(page);
        await page.waitForFunction("globalThis.gopark");
        await page.evaluate(START);
        return page.evaluate(`(async () => { ${code} })()`);
      });

    const test = (name: string, code: string, want: unknown) =>
      it(name, async () => assert.deepEqual(await evaluate(name, code), want));

    it("prints to the console, and tells a deadlock there, with stacks", async () => {
      const lines: string[] = [];
      const name = await evaluate("console", `
        const app = await start("asleep");
        return app.run().catch((e) => e.name);`,
      (page) => page.on("console", (message) => void lines.push(message.text())));
      assert.equal(name, "DeadlockError");
      assert.match(lines.join("\n"),
        /^before\nfatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 \[chan receive\]:\nasleep\.main\(\.\.\.\)/);
    });

    test("waits in a fetch, and is not deadlocked meanwhile", `
      const app = await start("page");
      const ended = app.run().then(() => "main returned", (e) => e.name);
      const never = app.exports.fetched("/never").catch((e) => e.name);
      const hello = await app.exports.fetched("/hello");
      await app.exports.put(1);
      return [hello, await ended, await never];`, ["hello", "main returned", "ExitError"]);

    test("panics with the reason of a failed fetch", `
      const app = await start("page", { stderr() {} });
      return app.exports.fetched("/missing").catch((e) => e.dump.split("\\n")[0]);`, "panic: /missing: HTTP 404");

    for (const worker of [false, true]) {
      it(`closes the connection of a fetch whose context ends${worker ? ", of a program in a worker too" : ""}`, async () => {
        const closed = new Promise<void>((resolve) => never.push((response) => response.on("close", resolve)));
        const want = evaluate("cancelled fetch", `
          const app = await start("page", { worker: ${worker} });
          const text = app.exports.fetchedUntilPut("/never");
          await fetch("/arrived"); // which is answered behind a request for /never
          await app.exports.put(1);
          return text;`);
        assert.equal(await want, "context canceled");
        await closed;
      });
    }

    test("lets an AbortSignal end what waits in a fetch", `
      const stop = new AbortController();
      const app = await start("page", { signal: stop.signal });
      const waits = app.exports.fetched("/never").catch((e) => e.message);
      await app.exports.put(1);
      stop.abort(new Error("enough"));
      return waits;`, "enough");

    test("starts goroutines from events", `
      const app = await start("page");
      const taken = app.exports.take();
      addEventListener("ping", () => void app.exports.put(7), { once: true });
      dispatchEvent(new Event("ping"));
      return taken;`, 7);

    test("queues an export that a host function calls while the scheduler runs", `
      const app = await start("page");
      return app.exports.poked(5);`, 5);

    test("has turns while a goroutine computes", `
      const app = await start("page");
      const computing = app.exports.compute();
      await new Promise((turn) => setTimeout(turn, 50));
      await app.exports.halt();
      return computing;`, 1);

    test("reads and profiles a program in a worker", `
      const app = await start("page", { worker: true });
      const poked = await app.exports.poked(3);
      const waits = app.exports.take();
      while (await app.runtime.numGoroutine() !== 1);
      const stack = await app.runtime.stack();
      const profile = await app.pprof.profile("goroutine");
      app.close();
      return [poked, stack.split("\\n")[1], profile[0], await waits.catch((e) => e.name)];`,
    [3, "page.take(...)", 0x1f, "ClosedError"]);

    test("brings an error home from a worker, and its output", `
      let text = "";
      const app = await start("asleep", { worker: true, stderr: (s) => void (text += s) });
      return app.run().catch((e) => [e instanceof gopark.DeadlockError, e.status, text.endsWith(e.dump)]);`, [true, 2, true]);

    test("loads a module of more than 8 MiB", `return (await start("large")).exports.poked(3);`, 3);

    test("refuses a foreign file, and says what it is", `
      return gopark.load("/").catch((e) => e.name + ": " + e.message.replace(/,.*/, ""));`,
    "ModuleError: app.wasm is not a WebAssembly module: it begins with 3c 21 64 6f 63 74 79 70");

    it("keeps moving while the example's 10,000 goroutines work", async () => {
      execFileSync(process.execPath, ["build/host/cli/main.js", "build", "--preempt", "examples/browser/work.ts"]);
      const child = spawn(process.execPath, ["examples/browser/serve.mjs", "0"], { stdio: ["ignore", "pipe", "inherit"] });
      try {
        const url = await new Promise<string>((said) => child.stdout.once("data", (d: Buffer) => said(String(d).trim())));
        const text = await onPage(browser, url, `${kind.name} example`, async (page) => {
          await page.waitForFunction("document.getElementById('end').textContent", { timeout: 120_000 });
          assert.equal(await page.evaluate(`import("pprof-format").then(({ Profile }) => typeof Profile)`), "function", "profiles can be written");
          return page.evaluate("document.body.innerText") as Promise<string>;
        });
        assert.match(text, /10000 of 10000 goroutines are done/);
        assert.match(text, /283146 primes below 4000000/);
        assert.match(text, /the fetch took its time/);
        assert.ok(Number(/moved (\d+) times/.exec(text)![1]) > 1, text);
      } finally {
        child.kill();
      }
    });
  });
  if (skip) it(`pages of ${kind.name}`, { skip });
}

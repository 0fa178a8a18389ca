// SPDX-License-Identifier: MIT
/**
 * The endpoint where programs run: on the servers of Node, Deno and Bun, and in a page's service
 * worker, each by the line that the README has.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { build as bundle } from "esbuild";
import { Profile as Proto } from "pprof-format";
import { packageRoot } from "../../host/cli/compile.ts";
import { BROWSERS, launch, missing, onPage, RUNTIMES, serve } from "../run/platforms.ts";
import { buildFile } from "../run/prog.ts";

process.chdir(packageRoot());

const ROOT = "build/tests/mount";

/** By the name of a runtime's entry: serves `app`, and says where. */
const MOUNTS: Record<string, string> = {
  index: `import { createServer } from "node:http";
    const server = createServer(requestListener(app.pprof.fetch)).listen(0, "127.0.0.1", () => console.log(server.address().port));`,
  deno: `Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) }, app.pprof.fetch);`,
  bun: `console.log(Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.pprof.fetch }).port);`,
};

async function prepare(): Promise<void> {
  mkdirSync(ROOT, { recursive: true });
  copyFileSync(await buildFile("tests/host/guest/served.ts", "-O3"), join(ROOT, "served.wasm"));
}

/** Asks an endpoint as a scraper does. Each of these platforms knows how much memory it has had at most. */
async function scrape(origin: string): Promise<void> {
  const [, maxRSS] = /\n# DebugGC = false\n# MaxRSS = (\d+)\n$/.exec(await (await fetch(`${origin}/debug/pprof/heap?debug=1`)).text())!;
  assert.ok(Number(maxRSS) > 10e6 && Number(maxRSS) < 10e9, `${maxRSS} bytes`);
  const response = await fetch(`${origin}/debug/pprof/goroutine`);
  assert.equal(response.headers.get("content-disposition"), 'attachment; filename="goroutine"');
  const profile = Proto.decode(gunzipSync(new Uint8Array(await response.arrayBuffer())));
  assert.equal(profile.sample.reduce((sum, s) => sum + Number(s.value[0]), 0), 4);
  assert.equal((await fetch(`${origin}/debug/pprof/heap`, { method: "POST", body: "x" })).status, 405);
  assert.equal((await fetch(`${origin}/debug/pprof/heap`, { method: "HEAD" })).status, 200);
  const scrapes = Array.from({ length: 16 }, async () => (await fetch(`${origin}/debug/pprof/heap?gc=1`)).arrayBuffer());
  for (const bytes of await Promise.all(scrapes)) Proto.decode(gunzipSync(new Uint8Array(bytes)));
}

for (const runtime of RUNTIMES) {
  it(`serves on ${runtime.name}`, { skip: missing(runtime) }, async () => {
    await prepare();
    const file = resolve(ROOT, `${runtime.entry}.mjs`);
    writeFileSync(file, `import * as gopark from ${JSON.stringify(resolve(`build/host/${runtime.entry}.js`))};
      const { load, requestListener } = gopark;
      const app = await load(${JSON.stringify(resolve(ROOT, "served.wasm"))});
      await app.exports.park(3);
      ${MOUNTS[runtime.entry]}`);
    const [command, ...args] = runtime.command;
    const child = spawn(command!, [...args, file], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const port = await new Promise<string>((said, failed) => {
        child.stdout.once("data", (chunk: Buffer) => said(String(chunk).trim()));
        child.on("close", () => failed(new Error("it ended")));
      });
      await scrape(`http://127.0.0.1:${port}`);
    } finally {
      child.kill();
    }
  });
}

const WORKER = `import { load } from "../../host/browser.js";
  const app = load("served.wasm").then(async (app) => (await app.exports.park(3), app));
  addEventListener("install", () => skipWaiting());
  addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  addEventListener("fetch", (event) => {
    if (event.request.url.includes("/debug/")) event.respondWith(app.then(({ pprof }) => pprof.fetch(event.request)));
  });`;

const ASK = `(async () => {
  await navigator.serviceWorker.register("worker.js");
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((claimed) => navigator.serviceWorker.addEventListener("controllerchange", claimed, { once: true }));
  }
  const response = await fetch("/debug/pprof/goroutine");
  const bytes = new Uint8Array(await response.arrayBuffer());
  const { total } = await (await fetch("/debug/goroutines")).json();
  return [response.status, response.headers.get("content-type"), bytes[0], total];
})()`;

for (const kind of BROWSERS) {
  describe(`a service worker of ${kind.name}`, { skip: missing(kind) }, () => {
    it("answers its page", async () => {
      await prepare();
      // One file: service workers have no import().
      await bundle({
        stdin: { contents: WORKER, resolveDir: resolve("build/tests/mount") },
        bundle: true, format: "iife", outfile: join(ROOT, "worker.js"), logLevel: "error", conditions: ["browser"],
      });
      writeFileSync(join(ROOT, "index.html"), "<!doctype html><title>mount</title>\n");
      const { server, origin } = await serve(ROOT);
      const browser = await launch(kind);
      try {
        const got = await onPage(browser, `${origin}/`, `${kind.name} service worker`, (page) => page.evaluate(ASK));
        assert.deepEqual(got, [200, "application/octet-stream", 0x1f, 4]);
      } finally {
        await browser.close();
        server.closeAllConnections();
        server.close();
      }
    });
  });
}

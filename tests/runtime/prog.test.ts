// SPDX-License-Identifier: MIT
/**
 * The programs of tests/prog on every platform: what they print is the same everywhere.
 *
 * Node, Deno and Bun run host/ in a process (Deno and Bun its sources), Chromium and Firefox a
 * bundle on a page. Programs without host functions of their own run in a worker as well.
 * PROG=name,name runs only those.
 *
 * @module
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import type { Server } from "node:http";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser } from "puppeteer-core";
import { packageRoot } from "../../host/cli/compile.ts";
import { BROWSERS, bundlePage, keyOf, launch, missing, onPage, RUNTIMES, runJobs, serve } from "../run/platforms.ts";
import { buildFile, type Prog, readProg, TRAPS } from "../run/prog.ts";

process.chdir(packageRoot());

const DIR = "tests/prog";
const driven = ["exports"]; // by tests of its own
/**
 * A quiet function that uses up the engine's stack is seen on that stack only, of which V8 and
 * JavaScriptCore show everything, SpiderMonkey 128 frames: its frames count as one.
 */
function alike(text: string | null | undefined): string | undefined {
  return text?.replace(/(fatals\.down\(\.\.\.\)\n.*\n|\.\.\.\S+ frames elided\.\.\.\n)+/g, "fatals.down…\n");
}

interface Built extends Prog {
  readonly wasm: string;
  readonly workers: boolean;
  /** For an engine that names no offsets. */
  readonly bun: string;
}

const wanted = process.env.PROG?.split(",");
const names = readdirSync(DIR).filter((name) => name.endsWith(".ts")).map((name) => name.slice(0, -3));
const progs: Built[] = [];
for (const name of names.filter((n) => wanted?.includes(n) ?? !driven.includes(n))) {
  const prog = await readProg(join(DIR, `${name}.ts`));
  const wasm = await buildFile(prog.file, "-O3", prog.flags);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(wasm)));
  const workers = !imports.some(({ module, name }) => module === "test" || name === "table");
  const bun = name === "traps" ? await buildFile(prog.file, "-O3", [...prog.flags, ...TRAPS]) : wasm;
  progs.push({ ...prog, wasm, workers, bun });
}

const runs = progs.flatMap((prog) => (prog.workers ? [false, true] : [false]).map((worker) => ({ prog, worker })));

for (const runtime of RUNTIMES) {
  const skip = missing(runtime);
  describe(`on ${runtime.name}`, { skip }, () => {
    let texts = new Map<string, string>();
    before(async () => {
      const jobs = runs.map(({ prog: { name, wasm, bun, cases }, worker }) => ({ name, wasm: runtime.entry === "bun" ? bun : wasm, cases, worker }));
      texts = await runJobs(runtime, jobs);
    });
    for (const { prog, worker } of runs) {
      const key = keyOf({ name: prog.name, worker });
      const shown = () => texts.get(key) ?? texts.get("") ?? "it was not reached";
      it(key, () => assert.equal(alike(shown()), alike(prog.want)));
    }
  });
  if (skip) it(`programs on ${runtime.name}`, { skip });
}

for (const kind of BROWSERS) {
  const skip = missing(kind);
  describe(`on a page of ${kind.name}`, { skip }, () => {
    let server: Server;
    let origin: string;
    let browser: Browser;
    before(async () => {
      const root = await bundlePage();
      mkdirSync(join(root, "wasm"), { recursive: true });
      for (const { wasm } of progs) copyFileSync(wasm, join(root, "wasm", basename(wasm)));
      ({ server, origin } = await serve(root));
      browser = await launch(kind);
    });
    after(async () => {
      await browser?.close();
      server?.close();
    });
    for (const { prog, worker } of runs) {
      const { name, wasm, cases } = prog;
      it(keyOf({ name, worker }), async () => {
        await onPage(browser, origin, `${kind.name} ${keyOf({ name, worker })}`, async (page) => {
          await page.waitForFunction("globalThis.gopark");
          const call = `gopark.run("wasm/${basename(wasm)}", ${JSON.stringify(cases)}, ${worker})`;
          assert.equal(alike(await page.evaluate(call) as string), alike(prog.want));
        });
      });
    }
  });
  if (skip) it(`programs on ${kind.name}`, { skip });
}

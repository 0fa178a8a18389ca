// SPDX-License-Identifier: MIT
/**
 * `npm run bench -- --platforms`: what switches and channels cost on each platform, beside Node.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import type { Browser } from "puppeteer-core";
import { findWasmtime, type WasiEngine, type WasiResult } from "../run/engines.ts";
import { BROWSERS, bundlePage, launch, missing, onPage, RUNTIMES, serve } from "../run/platforms.ts";
import { buildCommand, buildContestant } from "./contestants.ts";
import { type Row, rows } from "./rows.ts";

const ROWS = ["yield-0", "yield-32", "spawn", "handoff", "buffered", "select", "ring"];
const MODULES = ["switch", "chan"];
const OUT = "build/bench";

/** A platform, and how it runs a row: nanoseconds of one operation. */
interface Platform {
  readonly name: string;
  run(row: Row): Promise<number> | number;
}

/** Measures in turn, the best of `rounds` counts, and prints the table. */
export async function comparePlatforms(rounds: number, log: (line: string) => void): Promise<void> {
  const chosen = rows.filter((row) => ROWS.includes(row.name));
  buildContestant("gopark", chosen);
  const root = await bundlePage();
  for (const name of MODULES) copyFileSync(`${OUT}/${name}.wasm`, `${root}/${name}.wasm`);
  const { server, origin } = await serve(root);
  const browsers: Browser[] = [];
  try {
    const platforms = processes(log);
    const wasmtime = findWasmtime();
    if (wasmtime) platforms.push({ name: wasmtime.name, run: commandRunner(wasmtime, buildCommand()) });
    else log("bench: no wasmtime here: .ci/run installs it");
    for (const kind of BROWSERS) {
      const why = missing(kind);
      if (why) {
        log(`bench: ${why}`);
        continue;
      }
      const browser = await launch(kind);
      browsers.push(browser);
      platforms.push({ name: kind.name, run: (row) => onPage(browser, origin, kind.name, async (page) => {
        await page.waitForFunction("globalThis.gopark");
        return page.evaluate(pageCode(row)) as Promise<number>;
      }) });
    }
    console.log(format(platforms, chosen, await measure(platforms, chosen, rounds, log)));
  } finally {
    for (const browser of browsers) await browser.close();
    server.close();
  }
}

function processes(log: (line: string) => void): Platform[] {
  const present = RUNTIMES.filter((runtime) => {
    const why = missing(runtime);
    if (why) log(`bench: ${why}`);
    return !why;
  });
  return present.map(({ name, entry, command: [file, ...flags] }) => ({
    name,
    run: (row) => {
      const args = [...flags, "build/tests/bench/platform.bench.js", entry, `${OUT}/${row.module}.wasm`, row.program];
      return Number(execFileSync(file!, [...args, ...row.args.map(String)], { encoding: "utf8", timeout: 120_000 }));
    },
  }));
}

/** Nothing is to be warmed up: the engine compiles before it runs. */
function commandRunner(engine: WasiEngine, command: string): Platform["run"] {
  return ({ program, args }) => {
    const [{ status, output, trap }] = engine.run(command, [{ args: [program, ...args.map(String)] }]) as [WasiResult];
    if (status) throw new Error(`${engine.name}: ${output}${trap}`);
    return Number(output);
  };
}

function pageCode({ module, program, args }: Row): string {
  const first = [...args.slice(0, -1), Math.ceil(args.at(-1)! / 4)];
  return `gopark.load("${module}.wasm").then(async ({ exports: { ${program}: f } }) => {
    await f(${first});
    return f(${args});
  })`;
}

async function measure(
  platforms: readonly Platform[], chosen: readonly Row[], rounds: number, log: (line: string) => void,
): Promise<number[][]> {
  const best = chosen.map(() => platforms.map(() => Infinity));
  for (let round = 1; round <= rounds; round++) {
    for (const [r, row] of chosen.entries()) {
      for (const [p, platform] of platforms.entries()) {
        best[r]![p] = Math.min(best[r]![p]!, await platform.run(row));
      }
      log(`round ${round}/${rounds}  ${row.name}`);
    }
  }
  return best;
}

/** Nanoseconds, and behind them the ratio to the first platform. */
function format(platforms: readonly Platform[], chosen: readonly Row[], best: readonly number[][]): string {
  const head = ["row (ns)", ...platforms.flatMap(({ name }, i) => (i ? [name, "ratio"] : [name]))];
  const body = chosen.map(({ name }, r) => {
    const base = best[r]![0]!;
    const cells = best[r]!.flatMap((ns, i) => (i ? [ns.toFixed(1), (ns / base).toFixed(2)] : [ns.toFixed(1)]));
    return [name, ...cells];
  });
  const width = head.map((_, i) => Math.max(...[head, ...body].map((cells) => cells[i]!.length)));
  const print = (cells: string[]) => cells.map((c, i) => (i ? c.padStart(width[i]!) : c.padEnd(width[i]!))).join("  ");
  return [head, ...body].map(print).join("\n");
}

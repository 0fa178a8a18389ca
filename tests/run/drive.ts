// SPDX-License-Identifier: MIT
/**
 * Runs programs in a process of Node, Deno or Bun: `drive.ts ENTRY JOB` prints a line of JSON for
 * each program of the job's file. ENTRY is index, deno or bun. Deno and Bun run this file as it is.
 *
 * Nothing is awaited at top level: there Deno and Bun do not say when their event loop ends.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { type Entry, runner } from "./cases.ts";

/** A program to run. */
export interface Job {
  readonly name: string;
  readonly wasm: string;
  readonly cases: readonly string[];
  /** In a worker of its own. */
  readonly worker: boolean;
}

async function drive(entry: string, file: string): Promise<void> {
  const suffix = /\.\w+$/.exec(import.meta.url)![0];
  const run = runner(await import(`../../host/${entry}${suffix}`) as Entry);
  for (const { name, wasm, cases, worker } of JSON.parse(readFileSync(file, "utf8")) as Job[]) {
    const text = await run(wasm, cases, worker);
    process.stdout.write(`${JSON.stringify({ name, worker, text })}\n`);
  }
}

const [entry, file] = process.argv.slice(2);
drive(entry!, file!).catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});

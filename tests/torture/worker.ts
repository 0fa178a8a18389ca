// SPDX-License-Identifier: MIT
/**
 * The process in which a program of tests/prog is built and run under harder conditions.
 *
 * @module
 */
import { resolve } from "node:path";
import { compile, packageRoot } from "../../host/cli/compile.ts";
import { serve } from "../run/pool.ts";
import { build, readProg, runCases } from "../run/prog.ts";
import { limitMemory } from "./memory.ts";

process.chdir(packageRoot());

/** Collect, or mark a step, at every n-th allocation, or run with each of these many pages more than at the start. */
export type Job = { readonly file: string } & ({ readonly collect: number } | { readonly step: number } | { readonly pages: readonly number[] });

/** What the program printed, in each run. */
async function work(job: Job): Promise<string[]> {
  const { file, flags, cases } = await readProg(job.file);
  if ("collect" in job) {
    const module = await build(file, "-O3", [...flags, "--use", `GO_TORTURE=${job.collect}`]);
    return [await runCases(module, cases)];
  }
  if ("step" in job) {
    const own = flags.some((flag) => flag.startsWith("GO_TORTURE_STEP=")); // asc takes no name twice
    const module = await build(file, "-O3", own ? flags : [...flags, "--use", `GO_TORTURE_STEP=${job.step}`]);
    return [await runCases(module, cases)];
  }
  const out = resolve(file.replace(/\.ts$/, ".wasm"));
  const wasm = (await compile(file, out, "debug", flags))?.get(out) as Uint8Array;
  const texts = [];
  for (const pages of job.pages) {
    const module = await WebAssembly.compile(limitMemory(wasm, pages));
    if (!cases.length) texts.push(await runCases(module, []));
    for (const name of cases) texts.push(await runCases(module, [name]));
  }
  return texts;
}

serve(work);

// SPDX-License-Identifier: MIT
/**
 * Builds a generated program, with asc's own runtime or in one of the ways of this one, and runs it.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import asc from "assemblyscript/asc";
import { compile, type Target } from "../../host/cli/compile.ts";
import { ProgramError } from "../../host/index.ts";
import { load } from "../../host/instance/instantiate.ts";
import { SHARED, TRAPS } from "../run/prog.ts";
import { SeededPlatform } from "../run/seeded.ts";
import { generate, type Waiting } from "./generate.ts";

const DIR = "build/tests/fuzz/programs";
const SLICE = 0.05; // ms: the host has a turn often

/** asc's runtime that frees nothing, and so nothing too early: its others lose objects when a comparator allocates. */
export const STOCK = "asc's own runtime";

const use = (...defines: string[]) => defines.flatMap((define) => ["--use", define.includes("=") ? define : `${define}=1`]);

interface Way {
  readonly target?: Target;
  readonly flags: readonly string[];
  /** Each allocation is in the memory profile, and collections come as often as they may. */
  readonly profiled?: boolean;
}

/** Builds that differ in what the compiler, the collector and the scheduler do. */
export const BUILDS = {
  "-O0": { target: "debug", flags: [] },
  "-O3": { flags: [] },
  "-Oz": { flags: ["-Oz"] },
  "-O3, a collection at each allocation": { flags: use("GO_DEBUG", "GO_TORTURE") },
  "-O3, preempted at each check": { flags: use("GO_PREEMPT", "GO_TORTURE_PREEMPT", "GO_TORTURE=3", "GO_DEBUG") },
  "-Oz, a step of marking at each allocation": { flags: ["-Oz", ...use("GO_TORTURE_STEP")] },
  "-O0, preempted at each check": { target: "debug", flags: use("GO_PREEMPT", "GO_TORTURE_PREEMPT", "GO_TORTURE_STEP") },
  "-O3, each allocation profiled": { flags: TRAPS, profiled: true },
  "-Oz, preempted at every 3rd check": { flags: ["-Oz", ...TRAPS, ...use("GO_PREEMPT", "GO_TORTURE_PREEMPT=3", "GO_TORTURE")] },
  "-O3, a step of marking at each allocation": { flags: use("GO_DEBUG", "GO_TORTURE_STEP") },
  "-O3, preempted at each check, profiled": { flags: use("GO_PREEMPT", "GO_TORTURE_PREEMPT"), profiled: true },
  "-O3, in shared memory": { flags: [...SHARED, ...use("GO_TORTURE_STEP=2")] },
} as const satisfies Record<string, Way>;
export type Build = keyof typeof BUILDS;

export interface Job {
  readonly seed: number;
  readonly build: Build | typeof STOCK;
}

/** What each task told, in its order, and how the program ended. */
export interface Outcome {
  readonly trails: readonly (readonly number[])[];
  readonly end: string;
}

export function sourceOf(seed: number, waiting: Waiting): string {
  return join(DIR, `p${seed}.${waiting}.ts`);
}

/** Writes both sources of a program. Before any job: two that wrote the same file would read halves. */
export function write(seed: number): void {
  mkdirSync(DIR, { recursive: true });
  for (const waiting of ["plain", "parked"] as const) writeFileSync(sourceOf(seed, waiting), generate(seed, waiting));
}

export function runJob({ seed, build }: Job): Promise<Outcome> {
  return build === STOCK ? runPlain(seed) : runParked(seed, BUILDS[build]);
}

async function runPlain(seed: number): Promise<Outcome> {
  let wasm: Uint8Array<ArrayBuffer> | undefined;
  const file = sourceOf(seed, "plain");
  const { error, stderr } = await asc.main(
    [file, "--config", "none", "--runtime", "stub", "-O1", "--outFile", "plain.wasm"],
    { writeFile: (_name: string, contents: unknown) => void (wasm = contents as typeof wasm) } as Parameters<typeof asc.main>[1],
  );
  if (error || !wasm) throw new Error(`${file} does not compile: ${stderr}`);
  const { trails, note } = recorder();
  const abort = (_message: number, _file: number, line: number, column: number) => {
    throw new Error(`aborted at ${line}:${column}`);
  };
  const { instance } = await WebAssembly.instantiate(wasm, { env: { abort }, test: { note } });
  (instance.exports.main as () => void)();
  return { trails, end: "returned" };
}

async function runParked(seed: number, { target = "release", flags, profiled = false }: Way): Promise<Outcome> {
  const file = sourceOf(seed, "parked");
  const out = resolve(file.replace(/\.ts$/, ".wasm"));
  const outputs = await compile(file, out, target, flags);
  if (!outputs) throw new Error(`${file} does not compile`);
  const module = await WebAssembly.compile(outputs.get(out) as Uint8Array<ArrayBuffer>);
  const platform = new SeededPlatform(seed);
  const { trails, note } = recorder();
  const test = { note, garbage: () => seed % 3 > 0, profiled: () => profiled, later: (s: string) => platform.later(s) };
  try {
    const app = await load(module, { imports: { test }, slice: SLICE }, platform);
    await platform.drive(app.run());
  } catch (error) {
    return { trails, end: error instanceof ProgramError ? `${error.name}\n${error.dump}` : String((error as Error).stack) };
  }
  return { trails, end: "returned" };
}

function recorder() {
  const trails: number[][] = [];
  return { trails, note: (task: number, sum: number) => void (trails[task] ??= []).push(sum >>> 0) };
}

/** Where two outcomes part, in words; null if they do not. */
export function difference(want: Outcome, got: Outcome): string | null {
  for (const [task, trail] of want.trails.entries()) {
    const step = trail.findIndex((sum, i) => got.trails[task]?.[i] !== sum);
    if (step >= 0) return `step ${step} of task ${task} came to ${got.trails[task]?.[step]} instead of ${trail[step]}; the end: ${got.end}`;
  }
  return got.end === want.end ? null : `all steps were right; the end: ${got.end}`;
}

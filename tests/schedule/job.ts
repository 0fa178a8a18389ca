// SPDX-License-Identifier: MIT
/**
 * Compiles generated programs into one module, and runs each of them in an instance of its own.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { compile, type Target } from "../../host/cli/compile.ts";
import { DeadlockError, ProgramError } from "../../host/index.ts";
import { load } from "../../host/instance/instantiate.ts";
import { SeededPlatform } from "../run/seeded.ts";
import { generate } from "./generate.ts";
import type { Outcome } from "./model.ts";

const DIR = "build/tests/schedule/programs";

/** Builds that differ in what the compiler and the collector do. */
export const BUILDS = {
  "-O0": { target: "debug", flags: [] },
  "-O3": { target: "release", flags: [] },
  "-O3, a collection at each allocation": { target: "release", flags: ["--use", "GO_TORTURE=1"] },
} as const satisfies Record<string, { target: Target; flags: readonly string[] }>;

export interface Job {
  /** What `write` returned for the seeds. */
  readonly file: string;
  readonly seeds: readonly number[];
  readonly build: keyof typeof BUILDS;
}

const HEAD = `// SPDX-License-Identifier: MIT
// Generated: runs the program that the host names.
@external("test", "program") declare function program(): i32;
`;

/** Writes the sources; returns the file to compile. Before any job: two that wrote the same file would read halves. */
export function write(seeds: readonly number[]): string {
  mkdirSync(DIR, { recursive: true });
  for (const seed of seeds) writeFileSync(join(DIR, `p${seed}.ts`), generate(seed).assemblyscript);
  const imports = seeds.map((seed, i) => `import { run as run${i} } from "./p${seed}";\n`).join("");
  const calls = seeds.map((_, i) => `  if (program() == ${i}) run${i}();\n`).join("");
  const file = join(DIR, `main${seeds[0]}.ts`);
  writeFileSync(file, `${HEAD}${imports}\nexport function main(): void {\n${calls}}\n`);
  return file;
}

/** What each program printed and how it ended, in the order of the seeds. */
export async function runJob({ file, seeds, build }: Job): Promise<Outcome[]> {
  const { target, flags } = BUILDS[build];
  const out = resolve(file.replace(/\.ts$/, ".wasm"));
  const outputs = await compile(file, out, target, flags);
  if (!outputs) throw new Error(`${file} does not compile`);
  const module = await WebAssembly.compile(outputs.get(out) as Uint8Array<ArrayBuffer>);
  const outcomes: Outcome[] = [];
  for (const [i, seed] of seeds.entries()) outcomes.push(await runOnce(module, i, seed));
  return outcomes;
}

async function runOnce(module: WebAssembly.Module, program: number, seed: number): Promise<Outcome> {
  const platform = new SeededPlatform(seed);
  let end = "returned";
  try {
    const app = await load(module, { imports: { test: { program: () => program, ...functionsOf(platform) } } }, platform);
    await platform.drive(app.run());
  } catch (error) {
    end = describe(error);
  }
  return { lines: platform.written[2]!.split("\n").filter((line) => /^g\d+:/.test(line)).sort(), end };
}

function describe(error: unknown): string {
  if (error instanceof DeadlockError) return `deadlock of ${error.dump.match(/^goroutine \d+ \[/gm)?.length}`;
  return error instanceof ProgramError ? `${error.name}\n${error.dump}` : String((error as Error).stack);
}

function functionsOf(platform: SeededPlatform): Record<string, (v: any) => unknown> {
  return {
    text: (s: string) => platform.later(`<${s}>`),
    half: (x: number) => platform.later(x / 2),
    reversed: (a: number[]) => platform.later([...a].reverse()),
  };
}

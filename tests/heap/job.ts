// SPDX-License-Identifier: MIT
/**
 * Builds the drivers of guest/ and has them work: on asc's own runtime, or as goroutines on this one.
 *
 * @module
 */
import { resolve } from "node:path";
import asc from "assemblyscript/asc";
import { MockPlatform } from "../../host/adapter/mock.ts";
import { compile, type Target } from "../../host/cli/compile.ts";
import { ProgramError } from "../../host/index.ts";
import { load } from "../../host/instance/instantiate.ts";

export const STOCK = "asc's incremental runtime";

/** Builds that differ in what the compiler and the collector do. */
export const BUILDS = {
  "-O0": { target: "debug", flags: [] },
  "-O3": { target: "release", flags: [] },
  "-O3, a collection at every 13th allocation": { target: "release", flags: ["--use", "GO_TORTURE=13"] },
  "-O3, a step of marking at every 3rd allocation": { target: "release", flags: ["--use", "GO_TORTURE_STEP=3"] },
} as const satisfies Record<string, { target: Target; flags: readonly string[] }>;

export interface Job {
  readonly build: keyof typeof BUILDS | typeof STOCK;
  /** Drivers with the seeds from this one on. */
  readonly seed: number;
  readonly drivers: number;
  readonly steps: number;
}

const GUEST = "tests/heap/guest";
const HALF_GIBS = 4; // put all else beyond the first 2 GiB

/** What was printed, or would be: a line for each driver, by its seed. A second run is above 2 GiB, where -O3 alone goes. */
export async function runJob(job: Job): Promise<string[][]> {
  if (job.build === STOCK) return [await stock(job)];
  const { target, flags } = BUILDS[job.build];
  const out = resolve("parked.wasm");
  const outputs = await compile(`${GUEST}/parked.ts`, out, target, flags);
  if (!outputs) throw new Error("parked.ts does not compile");
  const module = await WebAssembly.compile(outputs.get(out) as Uint8Array<ArrayBuffer>);
  const lines = [await parked(module, job, 0)];
  if (job.build === "-O3") lines.push(await parked(module, job, HALF_GIBS));
  return lines;
}

async function stock({ seed, drivers, steps }: Job): Promise<string[]> {
  let wasm: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    [`${GUEST}/plain.ts`, "--config", "none", "--runtime", "incremental", "--use", "STOCK=1", "-O1", "--outFile", "plain.wasm"],
    { writeFile: (_name: string, contents: unknown) => void (wasm = contents as typeof wasm) } as Parameters<typeof asc.main>[1],
  );
  if (error || !wasm) throw new Error(`plain.ts does not compile: ${stderr}`);
  const abort = (_message: number, _file: number, line: number) => {
    throw new Error(`aborted at line ${line}`);
  };
  const { instance } = await WebAssembly.instantiate(wasm, { env: { abort } });
  const run = instance.exports.run as (seed: number, steps: number) => bigint;
  return Array.from({ length: drivers }, (_, i) => `${seed + i}: ${BigInt.asUintN(64, run(seed + i, steps))}`).sort();
}

async function parked(module: WebAssembly.Module, { seed, drivers, steps }: Job, high: number): Promise<string[]> {
  const platform = new MockPlatform();
  const numbers = [seed, drivers, steps, high];
  try {
    const app = await load(module, { imports: { test: { number: (which: number) => numbers[which] } } }, platform);
    await platform.drive(app.run());
  } catch (error) {
    throw new Error(error instanceof ProgramError ? `${error.name}\n${error.dump}` : (error as Error).stack);
  }
  return platform.written[2]!.trimEnd().split("\n").sort();
}

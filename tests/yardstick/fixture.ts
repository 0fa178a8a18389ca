// SPDX-License-Identifier: MIT
/**
 * Builds and runs a test of AssemblyScript's compiler with this runtime, as its own runner does
 * with the stock ones: the module starts, and whatever is wrong in it traps. Most of a build's time
 * is the runtime's, so one module can have several tests.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { compile, packageRoot, type Target } from "../../host/cli/compile.ts";
import { ALONE } from "./excluded.ts";

export const FIXTURES = "tests/yardstick/fixtures";

export const BUILDS = {
  // Not the debug target: a fixture may read a raw block that nobody wrote, and there it is poisoned.
  "-O0": { target: "release", flags: ["-O0", "--debug"] },
  "-O3": { target: "release", flags: [] },
  "-O3, a collection at every 7th allocation": { target: "release", flags: ["--use", "GO_TORTURE=7"] },
} as const satisfies Record<string, { target: Target; flags: readonly string[] }>;

/** Fixtures that are one module: its entries, whose statements run in this order. */
export interface Job {
  readonly names: readonly string[];
  readonly build: keyof typeof BUILDS;
}

interface Config {
  readonly asc_flags?: readonly string[];
  readonly features?: readonly string[];
  readonly skipInstantiate?: boolean;
}

interface Glue {
  preInstantiate?(imports: WebAssembly.Imports, exports: object): void;
  postInstantiate?(instance: WebAssembly.Instance): void;
  postStart?(instance: WebAssembly.Instance): void;
}

const SEED = 0xa5534817; // as the original runner has it
const OURS = ["--runtime", "--exportStart"]; // options that the build has, whatever a fixture says

/** What is wrong with each fixture, or null. If something is wrong with them as one module, each is tried alone. */
export async function runFixtures({ names, build }: Job): Promise<(string | null)[]> {
  const together = await faultOf(names, build);
  if (together === null || names.length === 1) return names.map(() => together);
  const faults: (string | null)[] = [];
  for (const name of names) faults.push(await faultOf([name], build));
  return faults.some((fault) => fault !== null) ? faults : names.map(() => `only as one module with others: ${together}`);
}

function faultOf(names: readonly string[], build: Job["build"]): Promise<string | null> {
  return run(names, build).then(() => null, (error: Error) => error.message);
}

/** Compiles and runs; in the folder of the fixtures. Throws what is wrong. */
async function run(names: readonly string[], build: Job["build"]): Promise<void> {
  const [name, ...others] = names as [string, ...string[]];
  const { target, flags } = BUILDS[build];
  const out = resolve(`${name}.wasm`);
  const entries = others.map((other) => `${other}.ts`);
  const outputs = await compile(`${name}.ts`, out, target, [...entries, ...names.flatMap(ownFlags), ...flags]);
  if (!outputs) throw new Error(`${name} does not compile`);
  if (!configOf(name).skipInstantiate) await start(name, outputs.get(out) as Uint8Array<ArrayBuffer>);
}

/** Whether it asks for nothing that another fixture in the same module would notice. */
export function isPlain(name: string): boolean {
  return !(name in ALONE) && !ownFlags(name).length && !configOf(name).skipInstantiate && !existsSync(fileOf(name, "js"));
}

function configOf(name: string): Config {
  const file = fileOf(name, "json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Config) : {};
}

function fileOf(name: string, extension: string): string {
  return join(packageRoot(), FIXTURES, `${name}.${extension}`);
}

/** The flags that a fixture asks for, without those that the build gives. */
function ownFlags(name: string): string[] {
  const { asc_flags = [], features = [] } = configOf(name);
  const own = [...asc_flags, ...features.map((feature) => `--enable ${feature}`)].flatMap((flag) => flag.split(" "));
  return own.filter((flag, i) => !OURS.includes(flag) && !OURS.includes(own[i - 1]!));
}

async function start(name: string, wasm: Uint8Array<ArrayBuffer>): Promise<void> {
  const script = fileOf(name, "js");
  const glue: Glue = existsSync(script) ? await import(pathToFileURL(script).href) : {};
  const printed: string[] = [];
  let memory = new WebAssembly.Memory({ initial: 10 });
  const imports = importsFor(() => memory, printed);
  try {
    glue.preInstantiate?.(imports, {});
    const { instance } = await WebAssembly.instantiate(wasm, imports);
    const exports = instance.exports as Record<string, unknown>;
    memory = (exports.memory as WebAssembly.Memory) ?? memory;
    glue.postInstantiate?.(instance);
    ((exports._start ?? exports._initialize) as (() => void) | undefined)?.();
    glue.postStart?.(instance);
  } catch (error) {
    throw new Error(`${printed.join("")}${(error as Error).stack}`);
  }
}

/** What the original runner gives a module, and what the runtime asks of its host. */
function importsFor(memory: () => WebAssembly.Memory, printed: string[]): WebAssembly.Imports {
  const text = (ptr: number, len: number) => new TextDecoder().decode(new Uint8Array(memory().buffer, ptr, len).slice());
  return {
    gopark: {
      write: (_fd: number, ptr: number, len: number) => void printed.push(text(ptr >>> 0, len >>> 0)),
      nanotime: () => performance.now() * 1e6,
      walltime: () => Date.now() * 1e6,
      random: () => 0.5,
      done() {},
      exit(kind: number, status: number) {
        throw new Error(`the module ended itself: kind ${kind}, status ${status}`);
      },
    },
    env: {
      ...(globalThis as object as WebAssembly.ModuleImports), memory: memory(), seed: () => SEED, trace() {}, visit() {},
      abort() {}, "Date.getTimezoneOffset": () => new Date().getTimezoneOffset(),
      ...named("Date", Date), ...named("Math", Math), "performance.now": () => performance.now(),
      ...Object.fromEntries(["log", "info", "debug", "warn", "error", "assert", "time", "timeLog", "timeEnd"].map((f) => [`console.${f}`, () => {}])),
    },
  };
}

/** The functions of a global object, as asc names them in imports. */
function named(name: string, object: object): WebAssembly.ModuleImports {
  const value = (key: string) => bound((object as Record<string, unknown>)[key], object);
  const entries = Object.getOwnPropertyNames(object).map((key) => [`${name}.${key}`, value(key)]);
  return Object.fromEntries(entries) as WebAssembly.ModuleImports;
}

function bound(value: unknown, object: object): unknown {
  return typeof value === "function" ? value.bind(object) : value;
}

// SPDX-License-Identifier: MIT
/**
 * Builds and runs a test of AssemblyScript's compiler with this runtime, as its own runner does
 * with the stock ones: the module starts, and whatever is wrong in it traps.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { compile, type Target } from "../../host/cli/compile.ts";

export const FIXTURES = "tests/yardstick/fixtures";

export const BUILDS = {
  "-O0": { target: "debug", flags: [] },
  "-O3": { target: "release", flags: [] },
  "-O3, a collection at each allocation": { target: "release", flags: ["--use", "GO_TORTURE=1"] },
} as const satisfies Record<string, { target: Target; flags: readonly string[] }>;

export interface Job {
  readonly name: string;
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

/** Compiles and runs; in the folder of the fixtures, whose names asc puts into modules. Throws what is wrong. */
export async function runFixture({ name, build }: Job): Promise<void> {
  const config = existsSync(`${name}.json`) ? (JSON.parse(readFileSync(`${name}.json`, "utf8")) as Config) : {};
  const own = [...(config.asc_flags ?? []), ...(config.features ?? []).map((f) => `--enable ${f}`)];
  const { target, flags } = BUILDS[build];
  const out = resolve(`${name}.wasm`);
  const outputs = await compile(`${name}.ts`, out, target, [...own.flatMap((f) => f.split(" ")), ...flags]);
  if (!outputs) throw new Error(`${name} does not compile`);
  if (!config.skipInstantiate) await start(name, outputs.get(out) as Uint8Array<ArrayBuffer>);
}

async function start(name: string, wasm: Uint8Array<ArrayBuffer>): Promise<void> {
  const glue: Glue = existsSync(`${name}.js`) ? await import(pathToFileURL(resolve(`${name}.js`)).href) : {};
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

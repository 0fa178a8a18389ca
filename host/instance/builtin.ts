// SPDX-License-Identifier: MIT
/**
 * Provides what programs import without being told to: the runtime's own module, the parts of
 * `env` that AssemblyScript's standard library declares, and `host.args` and `host.env`.
 *
 * @module
 */
import type { Imports, RuntimeImports } from "../abi/imports.ts";
import { FD_STDERR, FD_STDOUT } from "../abi/layout.ts";
import type { ImportEntry } from "../abi/manifest.ts";
import { TypeTable } from "../abi/types.ts";
import type { Outputs } from "./output.ts";
import type { LoadOptions, Platform } from "./platform.ts";
import type { Sampling } from "./program.ts";

/** Returns the imports that only need the platform; their values are lifted. */
export function builtinImports(
  platform: Platform,
  outputs: Outputs,
  options: LoadOptions,
): Imports {
  return {
    env: { ...stdImports(platform), ...consoleImports(outputs) },
    Math: Math as unknown as Record<string, unknown>, // std's JSMath
    Date: Date as unknown as Record<string, unknown>,
    host: {
      args: () => [...(options.args ?? [])],
      env: (name: string) => options.env?.[name] ?? null,
    },
  };
}

/** Returns the clocks of module "gopark"; done, exit and write are the instance's. */
export function clockImports(
  platform: Platform,
  sampling: Sampling,
): Pick<RuntimeImports, "nanotime" | "walltime" | "random"> {
  return {
    nanotime: () => {
      const now = platform.now() * 1e6;
      sampling.sampler?.tick(now);
      return now;
    },
    walltime: () => platform.walltime() * 1e6,
    random: () => platform.random(),
  };
}

function stdImports(platform: Platform): Record<string, unknown> {
  const std: Record<string, unknown> = {
    seed: () => platform.random() * 2 ** 53,
    "Date.now": () => platform.walltime(),
    "performance.now": () => platform.now(),
  };
  for (const name of Object.getOwnPropertyNames(Math)) {
    std[`Math.${name}`] = (Math as unknown as Record<string, unknown>)[name];
  }
  return std;
}

function consoleImports(outputs: Outputs): Record<string, unknown> {
  const printer = (fd: number) => (text: string) =>
    outputs.write(fd, new TextEncoder().encode(`${text}\n`));
  const out = printer(FD_STDOUT);
  const err = printer(FD_STDERR);
  return {
    "console.log": out,
    "console.info": out,
    "console.debug": out,
    "console.warn": err,
    "console.error": err,
    "console.assert": (ok: boolean, text: string) => {
      if (!ok) err(`Assertion failed: ${text}`);
    },
    trace: (text: string, n: number, ...values: number[]) => {
      err(`trace: ${text}${n ? " " : ""}${values.slice(0, n).join(", ")}`);
    },
  };
}

const TEXT = ["string"];
const TRACE = ["string", "i32", "f64", "f64", "f64", "f64", "f64"];

/** The functions of `env` that take strings. The manifest lists only the user's own imports. */
const SIGNATURES: Record<string, readonly string[]> = {
  "console.log": TEXT, "console.info": TEXT, "console.debug": TEXT, "console.warn": TEXT,
  "console.error": TEXT, "console.assert": ["bool", "string"], trace: TRACE,
};

/** Returns the signature of a function that the standard library imports and we lift for. */
export function builtinEntry(module: string, name: string): ImportEntry | undefined {
  if (module !== "env" || !Object.hasOwn(SIGNATURES, name)) return undefined;
  const types = new TypeTable({});
  const params = SIGNATURES[name]!.map((type) => types.get(type));
  return { module, name, params, result: types.get("void"), blocking: false };
}

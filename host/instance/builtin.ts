// SPDX-License-Identifier: MIT
/**
 * Provides what programs import without being told to: the runtime's own module, the parts of
 * `env` that AssemblyScript's standard library declares, and `host.args` and `host.env`.
 *
 * @module
 */
import type { Imports, RuntimeImports } from "../abi/imports.ts";
import { FD_STDERR, FD_STDOUT } from "../abi/layout.ts";
import type { Outputs } from "./output.ts";
import type { LoadOptions, Platform } from "./platform.ts";

/** Returns the imports that only need the platform; their values are lifted. */
export function builtinImports(
  platform: Platform,
  outputs: Outputs,
  options: LoadOptions,
): Imports {
  return {
    env: { ...stdImports(platform), ...consoleImports(outputs) },
    host: {
      args: () => [...(options.args ?? [])],
      env: (name: string) => options.env?.[name] ?? null,
    },
  };
}

/** Returns the clocks of module "gopark"; done, exit and write are the instance's. */
export function clockImports(platform: Platform): Pick<RuntimeImports, "nanotime" | "walltime" | "random"> {
  return {
    nanotime: () => platform.now() * 1e6,
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
  };
}

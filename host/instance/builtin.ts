// SPDX-License-Identifier: MIT
/**
 * Provides what programs import without being told to: the runtime's own module, the parts of
 * `env` that most programs use, and of `host` what every host has. std.ts has the rest of `env`.
 *
 * @module
 */
import type { Imports, RuntimeImports } from "../abi/imports.ts";
import { FD_STDOUT } from "../abi/layout.ts";
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
    env: stdImports(platform),
    Math: Math as unknown as Record<string, unknown>, // std's JSMath
    Date: Date as unknown as Record<string, unknown>,
    host: {
      args: () => [...(options.args ?? [])],
      env: (name: string) => options.env?.[name] ?? null,
      write: (text: string) => outputs.print(FD_STDOUT, text),
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

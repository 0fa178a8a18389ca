// SPDX-License-Identifier: MIT
/**
 * Provides what few programs use of AssemblyScript's standard library: loaded for those.
 *
 * @module
 */
import type { Imports } from "../abi/imports.ts";
import { FD_STDERR, FD_STDOUT } from "../abi/layout.ts";
import type { Outputs } from "./output.ts";
import type { Platform } from "./platform.ts";

/** Returns the imports of console.time and of crypto. */
export function seldomImports(platform: Platform, outputs: Outputs): Imports {
  return { env: { ...stopwatches(platform, outputs), "crypto.getRandomValuesN": randomBytes } };
}

/** console.time and what ends it, with Node's words. */
function stopwatches(platform: Platform, outputs: Outputs): Record<string, unknown> {
  const out = (text: string) => outputs.print(FD_STDOUT, `${text}\n`);
  const err = (text: string) => outputs.print(FD_STDERR, `${text}\n`);
  const started = new Map<string, number>();
  const tell = (name: string, label: string) => {
    const start = started.get(label);
    if (start === undefined) return err(`Warning: No such label '${label}' for console.${name}()`);
    const ms = platform.now() - start;
    out(`${label}: ${ms < 1000 ? `${ms.toFixed(3)}ms` : `${(ms / 1000).toFixed(3)}s`}`);
  };
  return {
    "console.time": (label: string) => {
      if (started.has(label)) err(`Warning: Label '${label}' already exists for console.time()`);
      else started.set(label, platform.now());
    },
    "console.timeLog": (label: string) => tell("timeLog", label),
    "console.timeEnd": (label: string) => {
      tell("timeEnd", label);
      started.delete(label);
    },
  };
}

const CHUNK = 65536; // bytes that one call of getRandomValues gives at most

function randomBytes(n: number): Uint8Array {
  const bytes = new Uint8Array(n);
  for (let at = 0; at < n; at += CHUNK) crypto.getRandomValues(bytes.subarray(at, at + CHUNK));
  return bytes;
}

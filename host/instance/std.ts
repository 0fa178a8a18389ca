// SPDX-License-Identifier: MIT
/**
 * Provides what AssemblyScript's standard library imports for console, trace, crypto and process:
 * loaded for programs that use them.
 *
 * @module
 */
import { EXIT_CODE, FD_STDERR, FD_STDOUT } from "../abi/layout.ts";
import type { Context } from "./hostcall.ts";

type Print = (text: string) => void;

/** Returns functions of module "env", by name. */
export function stdImports({ door, outputs, platform }: Context): Record<string, unknown> {
  const printer = (fd: number): Print => (text) => outputs.print(fd, `${text}\n`);
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
    ...stopwatches(out, err, () => platform.now()),
    trace: (text: string, n: number, ...values: number[]) => {
      err(`trace: ${text}${n ? " " : ""}${values.slice(0, n).join(", ")}`);
    },
    "crypto.getRandomValuesN": randomBytes,
    "process.exit": (status: number) => door.exit(EXIT_CODE, status),
  };
}

/** console.time and what ends it, with Node's words. */
function stopwatches(out: Print, err: Print, now: () => number): Record<string, unknown> {
  const started = new Map<string, number>();
  const tell = (name: string, label: string) => {
    const start = started.get(label);
    if (start === undefined) return err(`Warning: No such label '${label}' for console.${name}()`);
    out(`${label}: ${duration(now() - start)}`);
  };
  return {
    "console.time": (label: string) => {
      if (started.has(label)) err(`Warning: Label '${label}' already exists for console.time()`);
      else started.set(label, now());
    },
    "console.timeLog": (label: string) => tell("timeLog", label),
    "console.timeEnd": (label: string) => {
      tell("timeEnd", label);
      started.delete(label);
    },
  };
}

/** 1.5ms, 1.235s, 1:01.234 (m:ss.mmm), 1:01:01.234 (h:mm:ss.mmm). */
function duration(ms: number): string {
  if (ms < 1000) return `${Number(ms.toFixed(3))}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(3)}s`;
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60];
  const seconds = (ms / 1000 % 60).toFixed(3).padStart(6, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds} (h:mm:ss.mmm)` : `${minutes}:${seconds} (m:ss.mmm)`;
}

const CHUNK = 65536; // bytes that one call of getRandomValues gives at most

function randomBytes(n: number): Uint8Array {
  const bytes = new Uint8Array(n);
  for (let at = 0; at < n; at += CHUNK) crypto.getRandomValues(bytes.subarray(at, at + CHUNK));
  return bytes;
}

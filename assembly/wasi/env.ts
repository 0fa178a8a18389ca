// SPDX-License-Identifier: MIT
// What AssemblyScript's standard library imports from module "env", by WASI's means.
//
// The transform binds an import env.NAME to gopark_env_NAME, dots as underscores. What is not
// here fails the build with the import's name.

import { nanotime, osrandom, walltime } from "../sys/os";
import { random_get } from "../sys/wasi";
import { FD_STDERR } from "../shared/status";
import { printline } from "./console";

export * from "./console";

/** A number as JavaScript prints it. */
function numeral(x: f64): string {
  const s = x.toString();
  return s.endsWith(".0") ? s.substring(0, s.length - 2) : s;
}

/** trace(text, n, …): the text and n numbers. */
export function gopark_env_trace(text: string, n: i32, a: f64, b: f64, c: f64, d: f64, e: f64): void {
  let line = `trace: ${text}`;
  if (n > 0) line += ` ${numeral(a)}`;
  if (n > 1) line += `, ${numeral(b)}`;
  if (n > 2) line += `, ${numeral(c)}`;
  if (n > 3) line += `, ${numeral(d)}`;
  if (n > 4) line += `, ${numeral(e)}`;
  printline(FD_STDERR, line);
}

/** Seeds Math.random. */
export function gopark_env_seed(): f64 {
  return osrandom() * 9007199254740992.0;
}

/** Milliseconds since 1970. */
export function gopark_env_Date_now(): f64 {
  return Math.floor(walltime() / 1e6);
}

/** Monotonic milliseconds. */
export function gopark_env_performance_now(): f64 {
  return nanotime() / 1e6;
}

/** crypto.getRandomValues. */
export function gopark_env_crypto_getRandomValuesN(n: u32): Uint8Array {
  const bytes = new Uint8Array(n);
  random_get(bytes.dataStart, n);
  return bytes;
}

// SPDX-License-Identifier: MIT
// What AssemblyScript's standard library imports from module "env", by WASI's means.
//
// The transform binds an import env.NAME to gopark_env_NAME, dots as underscores. What is not
// here fails the build with the import's name.

import { nanotime, osrandom, oswrite, walltime } from "../sys/os";
import { random_get } from "../sys/wasi";
import { FD_STDERR, FD_STDOUT } from "../shared/status";
import { encodeutf8 } from "./utf8";

function printline(fd: i32, text: string): void {
  const bytes = encodeutf8(text + "\n");
  oswrite(fd, changetype<usize>(bytes), bytes.byteLength);
}

/** console.log; info and debug are the same. */
export function gopark_env_console_log(text: string): void {
  printline(FD_STDOUT, text);
}
export function gopark_env_console_info(text: string): void {
  printline(FD_STDOUT, text);
}
export function gopark_env_console_debug(text: string): void {
  printline(FD_STDOUT, text);
}

/** console.warn; error is the same. */
export function gopark_env_console_warn(text: string): void {
  printline(FD_STDERR, text);
}
export function gopark_env_console_error(text: string): void {
  printline(FD_STDERR, text);
}

export function gopark_env_console_assert(condition: bool, text: string): void {
  if (!condition) printline(FD_STDERR, `Assertion failed: ${text}`);
}

/** trace(text, n, …): the text and n numbers. */
export function gopark_env_trace(text: string, n: i32, a: f64, b: f64, c: f64, d: f64, e: f64): void {
  let line = `trace: ${text}`;
  if (n > 0) line += ` ${a}`;
  if (n > 1) line += `, ${b}`;
  if (n > 2) line += `, ${c}`;
  if (n > 3) line += `, ${d}`;
  if (n > 4) line += `, ${e}`;
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

// SPDX-License-Identifier: MIT
// AssemblyScript's console, by WASI's means: what Node prints, on the streams on which Node does.

import { nanotime, oswrite } from "../sys/os";
import { FD_STDERR, FD_STDOUT } from "../shared/status";
import { encodeutf8 } from "./utf8";

/** Milliseconds. */
// @ts-ignore: decorator
@inline const SECOND: f64 = 1000;
// @ts-ignore: decorator
@inline const MINUTE: f64 = 60 * SECOND;
// @ts-ignore: decorator
@inline const HOUR: f64 = 60 * MINUTE;

/** Prints a line. Allocates. */
export function printline(fd: i32, text: string): void {
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

/** When each timer was started, by its label. A program that uses none does not pay for it. */
let timers: Map<string, f64> | null = null;

export function gopark_env_console_time(label: string): void {
  let known = timers;
  if (!known) timers = known = new Map<string, f64>();
  if (known.has(label)) printline(FD_STDERR, `Warning: Label '${label}' already exists for console.time()`);
  else known.set(label, nanotime());
}

export function gopark_env_console_timeLog(label: string): void {
  showtimer(label, "timeLog");
}

export function gopark_env_console_timeEnd(label: string): void {
  if (showtimer(label, "timeEnd")) timers!.delete(label);
}

/** Prints what a timer shows; tells whether there is one. */
function showtimer(label: string, asked: string): bool {
  const now = nanotime();
  const known = timers;
  if (!known || !known.has(label)) {
    printline(FD_STDERR, `Warning: No such label '${label}' for console.${asked}()`);
    return false;
  }
  printline(FD_STDOUT, `${label}: ${elapsed((now - known.get(label)) / 1e6)}`);
  return true;
}

/** Milliseconds as Node shows them: 1.5ms, 1.500s, 1:30.000 (m:ss.mmm). */
export function elapsed(ms: f64): string {
  if (ms < SECOND) return trimmed(fixed(ms)) + "ms";
  if (ms < MINUTE) return fixed(ms / SECOND) + "s";
  const minutes = <i64>(ms % HOUR / MINUTE);
  const seconds = fixed(ms % MINUTE / SECOND).padStart(6, "0");
  if (ms < HOUR) return `${minutes}:${seconds} (m:ss.mmm)`;
  return `${<i64>(ms / HOUR)}:${minutes.toString().padStart(2, "0")}:${seconds} (h:mm:ss.mmm)`;
}

/** Three digits behind the point. */
function fixed(x: f64): string {
  const thousandths = <i64>Math.round(x * 1000);
  return `${thousandths / 1000}.${(thousandths % 1000).toString().padStart(3, "0")}`;
}

/** Without zeros at the end, and the point if nothing is behind it. */
function trimmed(s: string): string {
  let end = s.length;
  while (s.charCodeAt(end - 1) == 0x30) --end;
  return s.substring(0, s.charCodeAt(end - 1) == 0x2e ? end - 1 : end);
}

// SPDX-License-Identifier: MIT
// AssemblyScript's namespace `process`, by WASI's means: the transform has programs find this one.

import { EXIT_CODE } from "../shared/status";
import { atreturn } from "../sys/hooks";
import { nanotime, osexit, walltime } from "../sys/os";
import { flush } from "../sys/print";
import { readargs, readenviron } from "./args";
import { ReadableStream, WritableStream } from "./stream";

export namespace process {
  // @ts-ignore: decorator
  @lazy export const arch = "wasm32";

  // @ts-ignore: decorator
  @lazy export const platform = "wasm";

  /** The command's name and its arguments. */
  // @ts-ignore: decorator
  @lazy export const argv = readargs();

  /** The environment, by name. */
  // @ts-ignore: decorator
  @lazy export const env = environ();

  /** What exit() exits with. */
  // @ts-ignore: decorator
  @lazy export let exitCode = 0;

  // @ts-ignore: decorator
  @lazy export const stdin = new ReadableStream(0);

  // @ts-ignore: decorator
  @lazy export const stdout = new WritableStream(1);

  // @ts-ignore: decorator
  @lazy export const stderr = new WritableStream(2);

  /** Ends the program with a status. Does not return. */
  export function exit(code: i32 = exitCode): void {
    flush();
    atreturn();
    osexit(EXIT_CODE, code);
  }

  /** Milliseconds since 1970. */
  export function time(): i64 {
    return <i64>(walltime() / 1e6);
  }

  /** Monotonic nanoseconds. */
  export function hrtime(): u64 {
    return <u64>nanotime();
  }
}

function environ(): Map<string, string> {
  const map = new Map<string, string>();
  const list = readenviron();
  for (let i = 0; i < list.length; ++i) {
    const at = list[i].indexOf("=");
    if (at > 0) map.set(list[i].substring(0, at), list[i].substring(at + 1));
  }
  return map;
}

// SPDX-License-Identifier: MIT
// The arguments and the environment of the command.

import { args_get, args_sizes_get, environ_get, environ_sizes_get } from "../sys/wasi";
import { decodezero } from "./utf8";

const sizes = memory.data(8, 4);

/** The command's name and its arguments. Allocates. */
export function readargs(): string[] {
  const list: string[] = [];
  if (args_sizes_get(sizes, sizes + 4)) return list;
  const n = load<usize>(sizes);
  const ptrs = __alloc((n << 2) + load<usize>(sizes, 4));
  if (!args_get(ptrs, ptrs + (n << 2))) taketexts(ptrs, n, list);
  __free(ptrs);
  return list;
}

/** The environment: `NAME=value` each. Allocates. */
export function readenviron(): string[] {
  const list: string[] = [];
  if (environ_sizes_get(sizes, sizes + 4)) return list;
  const n = load<usize>(sizes);
  const ptrs = __alloc((n << 2) + load<usize>(sizes, 4));
  if (!environ_get(ptrs, ptrs + (n << 2))) taketexts(ptrs, n, list);
  __free(ptrs);
  return list;
}

function taketexts(ptrs: usize, n: usize, list: string[]): void {
  for (let i: usize = 0; i < n; ++i) list.push(decodezero(load<usize>(ptrs + (i << 2))));
}

/** A variable of the environment, null if it is not set. Allocates. */
export function getenv(name: string): string | null {
  const environ = readenviron();
  const prefix = name + "=";
  for (let i = 0; i < environ.length; ++i) {
    if (environ[i].startsWith(prefix)) return environ[i].substring(prefix.length);
  }
  return null;
}

// SPDX-License-Identifier: MIT
// Module "host" for a WASI command: what `gopark run` gives to programs, by WASI's means.
//
// The transform binds an import host.NAME to gopark_host_NAME (host/transform/bind.ts), and
// compares the types. Before those that are declared to wait it lets the other goroutines run, as they
// do when a host works in the background; reading and writing itself is done at once.

import { FD_STDOUT } from "../shared/status";
import { gopanic } from "../sys/fatal";
import { getenv, readargs } from "./args";
import { readdir, readfile, walkdir, writefile } from "./file";
import { readline } from "./stdin";
import { writestream } from "./stream";
import { encodeutf8 } from "./utf8";

/** The program's arguments. */
export function gopark_host_args(): string[] {
  return readargs().slice(1);
}

/** A variable of the environment, null if it is not set. */
export function gopark_host_env(name: string): string | null {
  return getenv(name);
}

/** Reads a file as UTF-8. Panics if it cannot be read. */
export function gopark_host_readFile(path: string): string {
  return readfile(path);
}

/** Writes a file as UTF-8, replacing what was there. Panics if it cannot be written. */
export function gopark_host_writeFile(path: string, text: string): void {
  writefile(path, text);
}

/** Lists the names in a directory, sorted. Panics if it cannot be read. */
export function gopark_host_readDir(path: string): string[] {
  return readdir(path);
}

/** Lists the files below a directory at any depth, sorted, as paths from it. */
export function gopark_host_walkDir(path: string): string[] {
  return walkdir(path);
}

/** Reads a line from standard input without its end, null behind the last. May park. */
export function gopark_host_readLine(): string | null {
  return readline();
}

/** Writes text to standard output. Panics if it cannot; ends the program when the reader has gone. */
export function gopark_host_write(text: string): void {
  writestream(FD_STDOUT, encodeutf8(text));
}

/** Panics: WASI preview 1 opens no connections. */
export function gopark_host_fetchText(url: string): string {
  gopanic(`host.fetchText: ${url}: a WASI command cannot open connections`);
  return "";
}

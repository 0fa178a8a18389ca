// SPDX-License-Identifier: MIT
/**
 * Gives programs the host calls of a command: files, standard streams, fetch.
 *
 * As import module "host". Those that wait must be declared @blocking:
 *
 * ```ts
 * @blocking @external("host", "readFile") declare function readFile(path: string): string;
 * ```
 *
 * All of them may take a context first, and give up when it is done: a connection is closed, reading
 * and writing stop, and a line that comes later is the next reader's.
 *
 * ```ts
 * @blocking @external("host", "fetchText") declare function fetchText(ctx: context.Context, url: string): string;
 * ```
 *
 * A file that cannot be opened, read or written is Go's PathError: `open x: no such file or directory`.
 * With them come `args(): string[]` and `env(name: string): string | null`, which every host has.
 *
 * @module
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pathError } from "./errno.ts";
import { fetchText } from "./fetch.ts";
import { Lines, standardInput } from "./lines.ts";

const lines: Lines = new Lines(standardInput((line) => lines.take(line)));

/** Waits for what is done about `path`, and tells what goes wrong as Go does. */
async function about<T>(path: string, done: Promise<T>): Promise<T> {
  try {
    return await done;
  } catch (error) {
    throw pathError(error, path);
  }
}

/** The functions of module "host" where there are files: Node, Deno, Bun. */
export const hostCalls = {
  /** Reads a file as UTF-8. @blocking */
  readFile: (path: string, signal?: AbortSignal): Promise<string> =>
    about(path, readFile(path, { encoding: "utf8", ...(signal && { signal }) })),

  /** Writes a file as UTF-8, replacing what was there. @blocking */
  writeFile: (path: string, text: string, signal?: AbortSignal): Promise<void> =>
    about(path, writeFile(path, text, signal ? { signal } : {})),

  /** Lists the names in a directory, sorted. @blocking */
  readDir: async (path: string): Promise<string[]> => (await about(path, readdir(path))).sort(),

  /** Lists the files below a directory at any depth, sorted, as paths from it. @blocking */
  async walkDir(path: string): Promise<string[]> {
    const entries = await about(path, readdir(path, { withFileTypes: true, recursive: true }));
    const files = entries.filter((e) => e.isFile());
    return files.map((e) => relative(path, join(e.parentPath ?? e.path, e.name))).sort();
  },

  /** Reads a line from standard input without its end, null behind the last. @blocking */
  readLine: (signal?: AbortSignal): Promise<string | null> => lines.read(signal),

  /** Fetches a URL as text; a status that is not 2xx is an error. @blocking */
  fetchText,
};

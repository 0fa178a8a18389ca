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
import { createInterface, type Interface } from "node:readline";
import { pathError } from "./errno.ts";
import { fetchText } from "./fetch.ts";

/** Lines of standard input that nobody has read yet, and those who wait for one, the first first. */
const lines: string[] = [];
const readers: ((line: string | null) => void)[] = [];
let input: Interface | null = null;
let ended = false;

/** Opens standard input, which is read while somebody waits for a line. */
function openInput(): Interface {
  const opened = createInterface({ input: process.stdin });
  opened.on("line", (line) => {
    const reader = readers.shift();
    if (reader) reader(line);
    else lines.push(line);
    if (!readers.length) opened.pause();
  });
  opened.on("close", () => {
    ended = true;
    for (const reader of readers.splice(0)) reader(null);
  });
  return opened;
}

async function readLine(signal?: AbortSignal): Promise<string | null> {
  if (lines.length) return lines.shift()!;
  if (ended) return null;
  const opened = (input ??= openInput());
  opened.resume();
  return new Promise((resolve) => {
    readers.push(resolve);
    signal?.addEventListener("abort", () => {
      if (readers.includes(resolve)) readers.splice(readers.indexOf(resolve), 1);
      if (!readers.length) opened.pause();
    }, { once: true });
  });
}

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
  readLine,

  /** Fetches a URL as text; a status that is not 2xx is an error. @blocking */
  fetchText,
};

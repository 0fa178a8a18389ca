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
 * With them come `args(): string[]` and `env(name: string): string | null`, which every host has.
 *
 * @module
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { writeAll } from "./node.ts";
import { fetchText } from "./web.ts";

let lines: AsyncIterator<string> | null = null;

/** The functions of module "host" where there are files: Node, Deno, Bun. */
export const hostCalls = {
  /** Reads a file as UTF-8. @blocking */
  readFile: (path: string): Promise<string> => readFile(path, "utf8"),

  /** Writes a file as UTF-8, replacing what was there. @blocking */
  writeFile: (path: string, text: string): Promise<void> => writeFile(path, text),

  /** Lists the names in a directory, sorted. @blocking */
  readDir: async (path: string): Promise<string[]> => (await readdir(path)).sort(),

  /** Lists the files below a directory at any depth, sorted, as paths from it. @blocking */
  async walkDir(path: string): Promise<string[]> {
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    const files = entries.filter((e) => e.isFile());
    return files.map((e) => relative(path, join(e.parentPath ?? e.path, e.name))).sort();
  },

  /** Reads a line from standard input without its end, null behind the last. @blocking */
  async readLine(): Promise<string | null> {
    lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const { done, value } = await lines.next();
    return done ? null : value;
  },

  /** Writes text to standard output. */
  write: (text: string): void => writeAll(1, new TextEncoder().encode(text)),

  /** Fetches a URL as text; a status that is not 2xx is an error. @blocking */
  fetchText,
};

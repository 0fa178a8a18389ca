// SPDX-License-Identifier: MIT
/**
 * Adapts Node: the platform, and host calls for programs.
 *
 * @module
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { writeSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Platform } from "../instance/platform.ts";

const gzipAsync = promisify(gzip);

// One listener for all programs, kept: Node warns of more than ten, and each wait adds one.
const idlers = new Set<() => void>();
let listening = false;

// What may call back one day. Standard streams and the like keep a process alive, but say nothing.
const ALIVE = /^(Timeout|TCP|UDP|HTTP|TLS|FS|Stat|GetAddrInfo|Query|Process|Worker)/;

/** Node as a platform. */
export const node: Platform = {
  now: () => performance.now(),
  walltime: () => performance.timeOrigin + performance.now(),
  random: Math.random,
  timer(ms, f) {
    const timeout = setTimeout(f, ms);
    return () => clearTimeout(timeout);
  },
  immediate: (f) => void setImmediate(f),
  onIdleEnd(f) {
    if (!listening) process.on("beforeExit", () => [...idlers].forEach((idle) => idle()));
    listening = true;
    idlers.add(f);
    return () => idlers.delete(f);
  },
  pendingElsewhere: () => process.getActiveResourcesInfo().some((name) => ALIVE.test(name)),
  readFile: readSource,
  write: writeAll,
  gzip: async (bytes) => new Uint8Array(await gzipAsync(bytes, { level: constants.Z_BEST_SPEED })),
};

async function readSource(source: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const url = source instanceof URL ? source : asUrl(source);
  if (url && url.protocol !== "file:") {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`HTTP ${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  }
  // A copy of its own: small files share a pool's buffer.
  return new Uint8Array(await readFile(url ?? source));
}

/** Reads text as a URL if it has a scheme; one letter is a drive. */
function asUrl(text: string): URL | null {
  return /^[a-z][a-z0-9+.-]+:/i.test(text) ? new URL(text) : null;
}

/** Writes synchronously, so that what a dying program said is out before the process ends. */
function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); // a full pipe: give it 1 ms
    }
  }
}

let lines: AsyncIterator<string> | null = null;

/**
 * The host calls that `gopark run` gives to programs, as import module "host". Those that
 * wait must be declared @blocking:
 *
 * ```ts
 * @blocking @external("host", "readFile") declare function readFile(path: string): string;
 * ```
 *
 * With them come `args(): string[]` and `env(name: string): string | null`, which every host has.
 */
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
  async fetchText(url: string): Promise<string> {
    const response = await fetch(url).catch((error: Error) => {
      // "fetch failed" is all that Node says; the reason is behind it.
      throw new Error(`${url}: ${(error.cause as Error | undefined)?.message || error.message}`);
    });
    if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
    return response.text();
  },
};

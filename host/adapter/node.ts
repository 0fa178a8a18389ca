// SPDX-License-Identifier: MIT
/**
 * Adapts Node.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { writeSync } from "node:fs";
import { clearTimeout as clearTimeoutOf, setTimeout as setTimeoutOf } from "node:timers"; // Deno's own have no unref
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { constants, gzip } from "node:zlib";
import { onBun } from "./engine.ts";
import type { Platform, WorkerPort } from "../instance/platform.ts";

const gzipAsync = promisify(gzip);

// One listener for all programs, kept: Node warns of more than ten, and each wait adds one.
const idlers = new Set<() => void>();
let listening = false;

/** Node as a platform. */
export const node: Platform = {
  now: () => performance.now(),
  walltime: () => performance.timeOrigin + performance.now(),
  random: Math.random,
  timer(ms, f) {
    const timeout = setTimeout(f, ms);
    return () => clearTimeout(timeout);
  },
  meanwhile(ms, f) {
    const timeout = setTimeoutOf(f, ms).unref();
    return () => clearTimeoutOf(timeout);
  },
  immediate: (f) => void setImmediate(f),
  onIdleEnd(f) {
    if (!listening) process.on("beforeExit", () => [...idlers].forEach((idle) => idle()));
    listening = true;
    idlers.add(f);
    return () => idlers.delete(f);
  },
  open: openSource,
  sink: (fd) => ({ write: (bytes) => writeAll(fd, bytes), end() {} }),
  gzip: async (bytes) => new Uint8Array(await gzipAsync(bytes, { level: constants.Z_BEST_SPEED })),
  ...(process.resourceUsage && { maxRSS: () => process.resourceUsage().maxRSS * 1024 }), // Deno and Bun have it too, those of today
  // The command runs on Bun with this adapter too.
  ...(onBun && { stackOf: wasmStack }),
  worker: () => startWorker(workerFile(import.meta.url)),
};

/** The file that a platform's worker runs stands beside its adapter: node.js, node.worker.js. */
export function workerFile(adapter: string): string {
  return adapter.replace(/(\.\w+)$/, ".worker$1");
}

/** Starts a worker that runs a file, given by its URL. */
export function startWorker(file: string): WorkerPort {
  const worker = new Worker(new URL(file));
  return {
    post: (message) => worker.postMessage(message),
    listen(message, failure) {
      worker.on("message", message);
      worker.on("error", failure);
      worker.on("messageerror", failure);
    },
    hold: (on) => (on ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}

async function openSource(source: string | URL, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer> | Response> {
  const url = source instanceof URL ? source : asUrl(source);
  if (url && url.protocol !== "file:") return fetch(url, { signal });
  // A copy of its own: small files share a pool's buffer.
  return new Uint8Array(await readFile(url ?? source));
}

/** Reads text as a URL if it has a scheme; one letter is a drive. */
function asUrl(text: string): URL | null {
  return /^[a-z][a-z0-9+.-]+:/i.test(text) ? new URL(text) : null;
}

/** Writes synchronously, so that what a dying program said is out before the process ends. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); // a full pipe: give it 1 ms
    }
  }
}

/** Bun writes "unknown" for each frame of wasm, unless somebody else does the writing. */
function wasmStack(error: Error): string | undefined {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (_, sites) => `${error}\n${sites.map((site) => `    at ${site}`).join("\n")}`;
  try {
    return error.stack; // which stays as it is written the first time
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}

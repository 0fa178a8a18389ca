// SPDX-License-Identifier: MIT
/**
 * Adapts browsers: pages, and workers of theirs.
 *
 * Output goes to the console, whole lines at a time. A turn of the event loop is a message: a
 * timer of 0 ms would be held back for 4 as soon as a few follow each other. When a frame is late it is
 * such a timer: Firefox paints when nothing else waits, and a message always does.
 *
 * @module
 */
import { FD_STDOUT } from "../abi/layout.ts";
import type { Platform, Sink } from "../instance/platform.ts";
import { TextStream } from "../memory/text.ts";
import { fetchText } from "./fetch.ts";

const FRAME = 16; // ms
const PAINT = 4; // ms: browsers round less up to it

const { port1, port2 } = new MessageChannel();
const turns: (() => void)[] = [];
port1.onmessage = () => turns.shift()!();

/** Since when the frame that was asked for is waited for; 0: none was asked for. */
let waiting = 0;

/**
 * Whether a frame that would be seen is late. Says so once in FRAME ms only: where no frame comes at all, as in an
 * element that is out of sight, the program goes on.
 */
function frameIsLate(): boolean {
  if (globalThis.document?.hidden !== false) return false; // a worker, or nobody looks
  const now = performance.now();
  if (!waiting) {
    waiting = now;
    requestAnimationFrame(() => (waiting = 0));
  }
  if (now - waiting <= FRAME) return false;
  waiting = now;
  return true;
}

function timer(ms: number, f: () => void): () => void {
  const id = setTimeout(f, ms);
  return () => clearTimeout(id);
}

/** A browser as a platform. */
export const browser: Platform = {
  now: () => performance.now(),
  walltime: () => performance.timeOrigin + performance.now(),
  random: Math.random,
  timer,
  meanwhile: timer,
  immediate(f) {
    if (frameIsLate()) return void timer(PAINT, f);
    turns.push(f);
    port2.postMessage(null);
  },
  onIdleEnd: () => () => {}, // a page's event loop never ends
  unshared: !globalThis.crossOriginIsolated,
  open: (source, signal) => fetch(source, { signal }),
  sink: consoleSink,
  gzip: async (bytes) => (await import("./web.ts")).gzip(bytes),
  // Bundlers look for exactly these words.
  worker: async () => (await import("./web.ts")).portOf(new Worker(new URL("./browser.worker.js", import.meta.url), { type: "module" })),
};

/** Prints to the console what ends in a newline; the rest waits for the rest of its line. */
function consoleSink(fd: number): Sink {
  const print = fd === FD_STDOUT ? console.log : console.error;
  const text = new TextStream();
  let line = "";
  return {
    write(bytes) {
      line += text.push(bytes);
      const end = line.lastIndexOf("\n");
      if (end < 0) return;
      print(line.slice(0, end));
      line = line.slice(end + 1);
    },
    end() {
      line += text.end();
      if (line) print(line);
      line = "";
    },
  };
}

/** The functions of module "host" that a page can have; `args`, `env` and `write` every host has. */
export const hostCalls = {
  /** Fetches a URL as text; a status that is not 2xx is an error. @blocking */
  fetchText,
};

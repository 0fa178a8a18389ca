// SPDX-License-Identifier: MIT
/**
 * Adapts browsers: pages, and workers of theirs.
 *
 * Output goes to the console, whole lines at a time. A turn of the event loop is a message: a
 * timer of 0 ms would be held back for 4 as soon as a few follow each other.
 *
 * @module
 */
import { FD_STDOUT } from "../abi/layout.ts";
import type { Platform, Sink } from "../instance/platform.ts";
import { TextStream } from "../memory/text.ts";
import { fetchText, gzip, portOf } from "./web.ts";

const { port1, port2 } = new MessageChannel();
const turns: (() => void)[] = [];
port1.onmessage = () => turns.shift()!();

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
    turns.push(f);
    port2.postMessage(null);
  },
  onIdleEnd: () => () => {}, // a page's event loop never ends
  unshared: !globalThis.crossOriginIsolated,
  open: (source) => fetch(source),
  sink: consoleSink,
  gzip,
  // Bundlers look for exactly these words.
  worker: () => portOf(new Worker(new URL("./browser.worker.js", import.meta.url), { type: "module" })),
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

const out = consoleSink(FD_STDOUT);

/** The functions of module "host" that a page can have; `args` and `env` every host has. */
export const hostCalls = {
  /** Writes text to the console, a line at a time. */
  write: (text: string): void => out.write(new TextEncoder().encode(text)),

  /** Fetches a URL as text; a status that is not 2xx is an error. @blocking */
  fetchText,
};

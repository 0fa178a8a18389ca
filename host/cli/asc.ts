// SPDX-License-Identifier: MIT
/**
 * Loads asc so that a build takes no longer than it must: much of a small program's build is the start
 * of asc and of the optimiser in it, Binaryen, which is WebAssembly.
 *
 * @module
 */
import { setFlagsFromString } from "node:v8";
import { onNode } from "../adapter/engine.ts";

/**
 * How much of a function V8 runs, in about bytes, before it compiles it anew and better: fifty times
 * as much as it would. A small program's build ends before that pays, and the compilation takes the
 * processors away from it; a large one loses nothing that can be measured.
 */
const TIERING_BUDGET = 100_000_000;

/** Has V8 put off compiling anew, for good: only for a process that builds and does nothing else. Before asc is loaded. */
export function tierLate(): void {
  if (onNode) setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
}

/** Imports asc. */
export async function loadAsc() {
  return onNode ? withoutFetch(() => import("assemblyscript/asc")) : import("assemblyscript/asc");
}

/** asc fetches a few hundred bytes from a data URL; Node takes longer to load its `fetch` than asc takes to parse a program. */
async function withoutFetch<T>(load: () => Promise<T>): Promise<T> {
  const { fetch } = globalThis;
  const { instantiateStreaming } = WebAssembly;
  Object.assign(globalThis, { fetch: (url: string) => url });
  Object.assign(WebAssembly, { instantiateStreaming: (url: string) => WebAssembly.instantiate(bytesOf(url)) });
  try {
    return await load();
  } finally {
    Object.assign(globalThis, { fetch });
    Object.assign(WebAssembly, { instantiateStreaming });
  }
}

/** What a data URL in base64 holds. */
function bytesOf(url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(url.slice(url.indexOf(",") + 1), "base64"));
}

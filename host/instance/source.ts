// SPDX-License-Identifier: MIT
/**
 * Gets a compiled module out of whatever the caller has.
 *
 * @module
 */
import type { Platform } from "./platform.ts";

/** A URL, a path or URL as text, a fetched response, the bytes, or the compiled module. */
export type Source = URL | string | Response | BufferSource | WebAssembly.Module;

/** A compiled module and what to call it. */
export interface Loaded {
  readonly module: WebAssembly.Module;
  readonly file: string;
}

const faults = () => import("./faults.ts");

/** What to call the module, and what ends the loading of it. */
export interface Loading {
  readonly name?: string;
  readonly signal?: AbortSignal;
}

/** Reads and compiles `source`. Rejects with ModuleError, which says what is wrong with it, or with the signal's reason. */
export async function loadModule(source: Source | PromiseLike<Source>, platform: Platform, loading: Loading): Promise<Loaded> {
  const { signal } = loading;
  signal?.throwIfAborted();
  const loaded = compile(source, platform, loading);
  if (!signal) return loaded;
  loaded.catch(() => {}); // who looks at it comes with the next import
  return (await import("./abort.ts")).unlessAborted(signal, loaded);
}

async function compile(source: Source | PromiseLike<Source>, platform: Platform, { name, signal }: Loading): Promise<Loaded> {
  const given = await source;
  const file = name ?? nameOf(given);
  if (given instanceof WebAssembly.Module) return { module: given, file };
  const content = await contentOf(given, platform, signal);
  const module = isResponse(content)
    ? await compileResponse(content, file)
    : await compileBytes(content, file);
  return { module, file };
}

async function compileBytes(bytes: ArrayBuffer, file: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(bytes).catch(async (cause: Error) => {
    throw (await faults()).broken(file, cause, bytes);
  });
}

/** Compiles while the bytes come, if the server calls them WebAssembly: only then engines do. */
async function compileResponse(response: Response, file: string): Promise<WebAssembly.Module> {
  if (!response.ok) throw (await faults()).refused(response);
  const type = response.headers.get("content-type") ?? "";
  if (!/^application\/wasm\b/.test(type)) return compileBytes(await response.arrayBuffer(), file);
  return WebAssembly.compileStreaming(response).catch(async (cause: Error) => {
    throw (await faults()).broken(file, cause);
  });
}

function nameOf(source: Source): string {
  if (isResponse(source)) return lastPart(source.url);
  if (source instanceof URL) return lastPart(source.pathname);
  return typeof source === "string" ? lastPart(source.replace(/[?#].*$/, "")) : "app.wasm";
}

/** Goes by the shape: merely naming Response makes Node load its whole fetch. */
function isResponse(source: unknown): source is Response {
  return typeof source === "object" && source !== null && "arrayBuffer" in source && "url" in source;
}

function lastPart(path: string): string {
  return path.split(/[/\\]/).pop() || "app.wasm";
}

async function contentOf(
  source: Source,
  platform: Platform,
  signal?: AbortSignal,
): Promise<ArrayBuffer | Response> {
  if (typeof source === "string" || source instanceof URL) {
    const opened = await platform.open(source, signal).catch(async (cause: Error) => {
      throw (await faults()).unreadable(source, cause);
    });
    return isResponse(opened) ? opened : opened.buffer;
  }
  if (isResponse(source)) return source;
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source;
    return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  }
  if (source instanceof ArrayBuffer) return source;
  throw (await faults()).noSource();
}

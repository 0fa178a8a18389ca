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

/** Reads and compiles `source`. Throws ModuleError with what is wrong with it. */
export async function loadModule(
  source: Source | PromiseLike<Source>,
  platform: Platform,
  name?: string,
): Promise<Loaded> {
  const given = await source;
  const file = name ?? nameOf(given);
  if (given instanceof WebAssembly.Module) return { module: given, file };
  const content = await contentOf(given, platform);
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
): Promise<ArrayBuffer | Response> {
  if (typeof source === "string" || source instanceof URL) {
    const opened = await open(source, platform);
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

async function open(
  source: string | URL,
  platform: Platform,
): Promise<Uint8Array<ArrayBuffer> | Response> {
  try {
    return await platform.open(source);
  } catch (cause) {
    throw (await faults()).unreadable(source, cause as Error);
  }
}

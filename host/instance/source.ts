// SPDX-License-Identifier: MIT
/**
 * Gets a compiled module out of whatever the caller has.
 *
 * @module
 */
import { ModuleError } from "../abi/errors.ts";
import type { Platform } from "./platform.ts";

/** A URL, a path or URL as text, a fetched response, the bytes, or the compiled module. */
export type Source = URL | string | Response | BufferSource | WebAssembly.Module;

/** A compiled module and what to call it. */
export interface Loaded {
  readonly module: WebAssembly.Module;
  readonly file: string;
}

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
  checkHeader(new Uint8Array(bytes.slice(0, 8)), bytes.byteLength, file);
  const what = `broken or truncated WebAssembly (${bytes.byteLength} bytes)`;
  return WebAssembly.compile(bytes).catch((cause: Error) => {
    throw new ModuleError(`${file}: ${what}: ${cause.message}`, { cause });
  });
}

/** Compiles while the bytes come, if the server calls them WebAssembly: only then engines do. */
async function compileResponse(response: Response, file: string): Promise<WebAssembly.Module> {
  if (!response.ok) {
    const { url, status, statusText } = response;
    throw new ModuleError(`${url || "response"}: HTTP ${status} ${statusText}`.trimEnd());
  }
  const type = response.headers.get("content-type") ?? "";
  if (!/^application\/wasm\b/.test(type)) return compileBytes(await response.arrayBuffer(), file);
  return WebAssembly.compileStreaming(response).catch((cause: Error) => {
    throw new ModuleError(`${file}: broken or truncated WebAssembly: ${cause.message}`, { cause });
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
  throw new TypeError(
    "load: the source must be a URL, a path, a Response, bytes or a WebAssembly.Module",
  );
}

async function open(
  source: string | URL,
  platform: Platform,
): Promise<Uint8Array<ArrayBuffer> | Response> {
  try {
    return await platform.open(source);
  } catch (cause) {
    // Node names the file once more behind a comma.
    const why = (cause as Error).message.replace(/, \w+ '.*'$/, "");
    throw new ModuleError(`cannot read ${source}: ${why}`, { cause });
  }
}

/** Tells a foreign file from a broken one before the engine does, in plainer words. */
function checkHeader(head: Uint8Array, size: number, file: string): void {
  const magic = [0x00, 0x61, 0x73, 0x6d];
  if (size >= 8 && magic.every((byte, i) => head[i] === byte)) return;
  const shown = [...head].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const begins = size ? `begins with ${shown}` : "is empty";
  throw new ModuleError(`${file} is not a WebAssembly module: it ${begins}, not with 00 61 73 6d`);
}

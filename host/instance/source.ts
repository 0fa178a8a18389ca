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
  const bytes = await readSource(given, platform);
  checkHeader(new Uint8Array(bytes.slice(0, 8)), bytes.byteLength, file);
  try {
    return { module: await WebAssembly.compile(bytes), file };
  } catch (cause) {
    const what = `broken or truncated WebAssembly (${bytes.byteLength} bytes)`;
    throw new ModuleError(`${file}: ${what}: ${(cause as Error).message}`, { cause });
  }
}

function nameOf(source: Source): string {
  if (isResponse(source)) return lastPart(source.url);
  if (source instanceof URL) return lastPart(source.pathname);
  return typeof source === "string" ? lastPart(source.replace(/[?#].*$/, "")) : "app.wasm";
}

/** Goes by the shape: merely naming Response makes Node load its whole fetch. */
function isResponse(source: Source): source is Response {
  return typeof source === "object" && "arrayBuffer" in source && "url" in source;
}

function lastPart(path: string): string {
  return path.split(/[/\\]/).pop() || "app.wasm";
}

async function readSource(source: Source, platform: Platform): Promise<ArrayBuffer> {
  if (typeof source === "string" || source instanceof URL) {
    return (await readFile(source, platform)).buffer;
  }
  if (isResponse(source)) return readResponse(source);
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source;
    return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  }
  if (source instanceof ArrayBuffer) return source;
  throw new TypeError(
    "load: the source must be a URL, a path, a Response, bytes or a WebAssembly.Module",
  );
}

async function readFile(
  source: string | URL,
  platform: Platform,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await platform.readFile(source);
  } catch (cause) {
    // Node names the file once more behind a comma.
    const why = (cause as Error).message.replace(/, \w+ '.*'$/, "");
    throw new ModuleError(`cannot read ${source}: ${why}`, { cause });
  }
}

async function readResponse(response: Response): Promise<ArrayBuffer> {
  if (!response.ok) {
    const { url, status, statusText } = response;
    throw new ModuleError(`${url || "response"}: HTTP ${status} ${statusText}`.trimEnd());
  }
  return response.arrayBuffer();
}

/** Tells a foreign file from a broken one before the engine does, in plainer words. */
function checkHeader(head: Uint8Array, size: number, file: string): void {
  const magic = [0x00, 0x61, 0x73, 0x6d];
  if (size >= 8 && magic.every((byte, i) => head[i] === byte)) return;
  const shown = [...head].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const begins = size ? `begins with ${shown}` : "is empty";
  throw new ModuleError(`${file} is not a WebAssembly module: it ${begins}, not with 00 61 73 6d`);
}

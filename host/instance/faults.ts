// SPDX-License-Identifier: MIT
/**
 * Says what is wrong with a source or an import object. Loaded when something is: a page that is
 * given what it needs does not pay for these words.
 *
 * @module
 */
import { ImportError, ModuleError, StateError } from "../abi/errors.ts";
import { RUNTIME_MODULE } from "../abi/imports.ts";
import { type ExportEntry, type ImportEntry, show } from "../abi/manifest.ts";

/** Returns what to throw where a platform could not open a source. */
export function unreadable(source: string | URL, cause: Error): ModuleError {
  // Node names the file once more behind a comma.
  const why = cause.message.replace(/, \w+ '.*'$/, "");
  return new ModuleError(`cannot read ${source}: ${why}`, { cause });
}

/** Returns what to throw for what is no Source. */
export function noSource(): TypeError {
  return new TypeError("load: the source must be a URL, a path, a Response, bytes or a WebAssembly.Module");
}

/** Returns what to throw for a slice that no program can run for. */
export function badSlice(given: unknown): RangeError {
  return new RangeError(`load: options.slice must be a number of milliseconds above 0, got ${String(given)}`);
}

/** Returns what to throw for a run() that cannot be. */
export function unrunnable(again: boolean, main: ExportEntry | undefined): StateError {
  if (again) return new StateError("run() was called already");
  return new StateError(main ? "main must not have parameters" : "the program has no main: export function main(): void { … }");
}

/** Returns what to throw for a response without success. */
export function refused({ url, status, statusText }: Response): ModuleError {
  return new ModuleError(`${url || "response"}: HTTP ${status} ${statusText}`.trimEnd());
}

/** Returns what to throw where an engine does not compile: tells a foreign file from a broken one, in plainer words. */
export function broken(file: string, cause: Error, bytes?: ArrayBuffer): ModuleError {
  const head = bytes && foreignHead(bytes);
  if (head) return new ModuleError(`${file} is not a WebAssembly module: it ${head}`);
  const size = bytes ? ` (${bytes.byteLength} bytes)` : "";
  return new ModuleError(`${file}: broken or truncated WebAssembly${size}: ${cause.message}`, { cause });
}

function foreignHead(bytes: ArrayBuffer): string | null {
  const head = [...new Uint8Array(bytes.slice(0, 8))];
  const magic = [0x00, 0x61, 0x73, 0x6d];
  if (bytes.byteLength >= 8 && magic.every((byte, i) => head[i] === byte)) return null;
  const shown = head.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.byteLength ? `begins with ${shown}, not with 00 61 73 6d` : "is empty";
}

/** An import of the module, and what the host has given for it. */
export interface Misfit {
  readonly from: string;
  readonly name: string;
  readonly kind: string;
  readonly entry: ImportEntry | undefined;
  /** undefined: there is none. */
  readonly given: unknown;
}

/** Returns one error for all imports that do not fit. */
export function misfits(list: readonly Misfit[]): ImportError {
  return new ImportError(list.map(misfit).join("\n"));
}

function misfit({ from, name, kind, entry, given }: Misfit): string {
  if (given !== undefined) return `import ${from}.${entry ? show(entry) : name} must be a function, got ${typeof given}`;
  const what = entry ? show(entry) : `${name} (a ${kind})`;
  if (from === RUNTIME_MODULE) return `the module wants ${from}.${what}, which this host has not`;
  return `missing import ${from}.${what}: pass it as options.imports.${from}.${name}`;
}

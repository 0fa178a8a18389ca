// SPDX-License-Identifier: MIT
/**
 * Finds the memory for a module that imports one, and says what is wrong with the one it was given.
 *
 * @module
 */
import { ModuleError } from "../abi/errors.ts";
import type { Imports } from "../abi/imports.ts";
import { MEMORY_BASE, WORLD, WORLD_STARTED } from "../abi/layout.ts";
import type { MemoryType } from "../abi/manifest.ts";

const PAGE = 0x10000;

/** Whether memories can be shared here: in a page, only if it is isolated. */
function canShare(): boolean {
  return typeof SharedArrayBuffer === "function" && (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
}

/** Returns the memory to use: `given`, or a new one. Throws ModuleError if it cannot be. */
export function memoryFor(type: MemoryType | null, given: WebAssembly.Memory | undefined, file: string): WebAssembly.Memory {
  if (!type) throw new ModuleError(`${file} has a memory of its own: options.memory is for programs built with --target threads`);
  if (type.shared && !canShare()) {
    throw new ModuleError(`${file} was built with --target threads, and there is no SharedArrayBuffer here: ` +
      "a page must be cross-origin isolated (its response needs Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)");
  }
  if (given) return checked(type, given, file);
  const { initial, maximum, shared } = type;
  return new WebAssembly.Memory({ initial, shared, ...(maximum !== null && { maximum }) });
}

function checked({ initial, shared }: MemoryType, given: WebAssembly.Memory, file: string): WebAssembly.Memory {
  if (!(given instanceof WebAssembly.Memory)) throw new TypeError("load: options.memory must be a WebAssembly.Memory");
  const { buffer } = given;
  if (shared === buffer instanceof ArrayBuffer) {
    throw new ModuleError(`${file}: options.memory is ${shared ? "not shared, and the program's must be" : "shared, and the program's must not be"}`);
  }
  const pages = buffer.byteLength / PAGE;
  if (pages < initial) throw new ModuleError(`${file}: options.memory has ${pages} pages of 64 KiB, and the program needs ${initial}`);
  if (shared && buffer.byteLength >= MEMORY_BASE && Atomics.load(new Int32Array(buffer, WORLD), WORLD_STARTED >> 2)) {
    throw new ModuleError(`${file}: options.memory is that of a program already: attach reads it`);
  }
  return given;
}

/** Returns the imports that the memory is. */
export function memoryImport({ module, name }: MemoryType, memory: WebAssembly.Memory): Imports {
  return { [module]: { [name]: memory } };
}

/** Returns what to throw where an engine has refused a memory: JavaScript cannot ask for its maximum. */
export function refusedMemory({ maximum }: MemoryType, file: string, cause: Error): ModuleError {
  return new ModuleError(`${file}: options.memory does not fit (its maximum must be ${maximum} pages at most): ${cause.message}`, { cause });
}

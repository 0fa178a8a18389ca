// SPDX-License-Identifier: MIT
/**
 * Finds the memory for a module that imports one, and says what is wrong with the one it was given.
 *
 * @module
 */
import { ModuleError } from "../abi/errors.ts";
import type { GuestExports } from "../abi/exports.ts";
import { type Imports, RUNTIME_MODULE } from "../abi/imports.ts";
import { MEMORY_BASE, WORLD, WORLD_ORIGIN, WORLD_STARTED } from "../abi/layout.ts";
import type { Manifest, MemoryType } from "../abi/manifest.ts";
import { MemoryView } from "../memory/view.ts";
import { clockImports } from "./builtin.ts";
import { Door } from "./door.ts";
import { Gate } from "./gate.ts";
import type { LoadOptions, Platform } from "./platform.ts";
import type { Sampling } from "./program.ts";

const PAGE = 0x10000;

/** Returns the memory to use: `given`, or a new one. Throws ModuleError if it cannot be. */
export function memoryFor(type: MemoryType | undefined, given: WebAssembly.Memory | undefined, file: string): WebAssembly.Memory {
  if (!type) throw new ModuleError(`${file} has a memory of its own: options.memory is for programs built with --target threads`);
  if (given) return checked(type, given, file);
  const { initial, maximum, shared } = type;
  return new WebAssembly.Memory({ initial, shared, ...(maximum !== null && { maximum }) });
}

/** Returns the memory to share with a worker; undefined where it has to make its own. Throws as memoryFor does. */
export function memoryToPost(platform: Platform, type: MemoryType | undefined, given: WebAssembly.Memory | undefined, file: string): WebAssembly.Memory | undefined {
  if (!platform.unshared) return memoryFor(type, given, file);
  if (!given) return undefined;
  throw new ModuleError(`${file}: options.memory cannot go to a worker: the page must be cross-origin isolated ` +
    "(its response needs Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)");
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

/** What a module that imports its memory is loaded with. */
export interface Prepared {
  /** The memory, as the module imports it; and the clock, at which it stops for readers. */
  readonly imports: Imports;
  readonly Door: typeof Door;
}

/** Gets the memory for a module. Throws ModuleError if there is none that fits. */
export function prepare({ memory: given }: LoadOptions, platform: Platform, sampling: Sampling, { memory: type }: Manifest, file: string): Prepared {
  const memory = memoryFor(type, given, file);
  if (given) fit(type!, memory, file);
  const view = new MemoryView(memory);
  view.setF64(WORLD + WORLD_ORIGIN, platform.walltime() - platform.now()); // each thread's clock has a zero of its own
  const imports: Imports = { [type!.module]: { [type!.name]: memory } };
  if (!type!.shared) return { imports, Door };
  const { nanotime } = clockImports(platform, sampling);
  const gate = new Gate(memory);
  const clock = () => (gate.safepoint(), nanotime());
  return { imports: { ...imports, [RUNTIME_MODULE]: { nanotime: clock } }, Door: gatedDoor(gate) };
}

/** Returns a door that is shut while another thread reads. */
function gatedDoor(gate: Gate): typeof Door {
  return class extends Door {
    override enter<T>(f: (guest: GuestExports) => T): T {
      if (this.busy) return super.enter(f);
      gate.enter();
      try {
        return super.enter(f);
      } finally {
        gate.leave();
      }
    }
  };
}

/** Has the engine say whether the maximum fits, which JavaScript cannot ask for: by a module of nothing but the import. */
function fit({ initial, maximum, shared }: MemoryType, memory: WebAssembly.Memory, file: string): void {
  if (maximum === null) return;
  const limits = [shared ? 3 : 1, ...leb(initial), ...leb(maximum)];
  const entry = [1, 1, 0x6d, 1, 0x6d, 2, ...limits]; // one import: m.m, a memory
  const module = new WebAssembly.Module(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 2, entry.length, ...entry]));
  try {
    new WebAssembly.Instance(module, { m: { m: memory } });
  } catch (cause) {
    throw new ModuleError(`${file}: options.memory does not fit (its maximum must be ${maximum} pages at most): ${(cause as Error).message}`, { cause });
  }
}

function leb(n: number): number[] {
  return n < 0x80 ? [n] : [n & 0x7f | 0x80, ...leb(n >>> 7)];
}

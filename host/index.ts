// SPDX-License-Identifier: MIT
/**
 * Loads and runs programs that gopark's transform has built.
 *
 * ```ts
 * const app = await load("build/app.wasm", { imports: { app: { fetchText } } });
 * await app.run();
 * ```
 *
 * @module
 */
import { node } from "./adapter/node.ts";
import type { App, Exports } from "./instance/app.ts";
import { load as loadOn } from "./instance/instantiate.ts";
import type { LoadOptions } from "./instance/platform.ts";
import type { Source } from "./instance/source.ts";

/**
 * Loads a program: compiles `source`, binds its imports and runs its module-level code. Rejects
 * with ModuleError (NotGoparkModuleError) or ImportError, or with how that code died.
 */
export function load<E extends Exports = Exports>(
  source: Source | PromiseLike<Source>,
  options: LoadOptions = {},
): Promise<App<E>> {
  return loadOn<E>(source, options, node);
}

export {
  AbiError, ClosedError, DeadlockError, ExitError, FatalError, ImportError, ModuleError,
  NotGoparkModuleError, OutOfMemoryError, PanicError, ProfileError, ProgramError, StateError,
  TrapError,
} from "./abi/errors.ts";
export type { Imports } from "./abi/imports.ts";
export type {
  App, Exports, MemProfileRecord, Pprof, ProfileKind, ProfileOptions, Runtime, StackRecord,
} from "./instance/app.ts";
export type { LoadOptions, Output } from "./instance/platform.ts";
export type { Source } from "./instance/source.ts";
export type { Frame } from "./symbol/pctab.ts";

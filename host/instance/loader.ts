// SPDX-License-Identifier: MIT
/**
 * Makes the `load` of each platform.
 *
 * @module
 */
import type { App, Exports } from "./app.ts";
import { load } from "./instantiate.ts";
import type { LoadOptions, Platform } from "./platform.ts";
import type { RemoteApp } from "./remote.ts";
import type { Source } from "./source.ts";

/**
 * Runs the program in a worker of its own, so that a long computation does not hold up its host.
 * The memory of a program that was built with --target threads is shared with it, and attach reads it
 * without asking; any other program's is the worker's own.
 */
export interface InWorker {
  readonly worker: true;
}

/** The program runs here. */
export interface Here {
  readonly worker?: false;
}

/**
 * Loads a program: compiles `source`, binds its imports and runs its module-level code. Rejects
 * with ModuleError (NotGoparkModuleError) or ImportError, or with how that code died. With
 * `worker: true` all of it but compiling happens in a worker.
 */
export interface Load {
  <E extends Exports = Exports>(
    source: Source | PromiseLike<Source>,
    options: LoadOptions & InWorker,
  ): Promise<RemoteApp<E>>;
  <E extends Exports = Exports>(
    source: Source | PromiseLike<Source>,
    options?: LoadOptions & Here,
  ): Promise<App<E>>;
}

/** Returns the `load` of a platform. What only workers need is loaded when it is needed. */
export function loader(platform: Platform): Load {
  const start = async (source: Source | PromiseLike<Source>, options: LoadOptions & { readonly worker?: boolean } = {}) => {
    if (!options.worker) return load(source, options, platform);
    const { loadRemote } = await import("./remote.ts");
    return loadRemote(source, options, platform);
  };
  return start as Load;
}

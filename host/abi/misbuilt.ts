// SPDX-License-Identifier: MIT
/**
 * Says what is wrong with a module that cannot be loaded. Loaded when there is one.
 *
 * @module
 */
import { ModuleError, NotGoparkModuleError } from "./errors.ts";
import { ABI_VERSION } from "./layout.ts";
import { ABI_SECTION, PCTAB_SECTION } from "./manifest.ts";

/** Returns what to throw for a module without a manifest. */
export function foreign(file: string): NotGoparkModuleError {
  return new NotGoparkModuleError(
    `${file} was not built with gopark's transform (it has no ${ABI_SECTION} section): ` +
      `build it with "gopark build", or extend gopark/asconfig.json`,
  );
}

/** Returns what to throw for a manifest that is none. */
export function garbled(file: string, cause: unknown): ModuleError {
  return new ModuleError(`${file}: the ${ABI_SECTION} section is not JSON`, { cause });
}

/** Returns what to throw for a manifest of another version or target. */
export function unfit(file: string, version: number): ModuleError {
  return new ModuleError(version === ABI_VERSION
    ? `${file} is a WASI command: run it with wasmtime or another WASI engine, or build it without --target wasi`
    : `${file} was built for gopark ABI ${version}, this host speaks ${ABI_VERSION}: rebuild it with the gopark that loads it`);
}

/** Returns what to throw for a module without a pc table. */
export function stripped(file: string): ModuleError {
  return new ModuleError(
    `${file} has a ${ABI_SECTION} section and no ${PCTAB_SECTION}: was it stripped? rebuild it with "gopark build"`,
  );
}

/** Returns what to throw for a module that does not export what its manifest promises. */
export function lacking(file: string, absent: readonly string[]): ModuleError {
  return new ModuleError(`${file} does not export ${absent.join(", ")}: rebuild it`);
}

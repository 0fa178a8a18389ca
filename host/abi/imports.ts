// SPDX-License-Identifier: MIT
/**
 * Lists what the host gives every gopark module: the imports of module "gopark".
 *
 * @module
 */

/** The name of the import module that belongs to the runtime. */
export const RUNTIME_MODULE = "gopark";

/** What `assembly/sys/os.ts` imports. */
export interface RuntimeImports {
  /** Writes UTF-8 bytes; FD_DUMP is standard error and the dump of the error that follows. */
  write(fd: number, ptr: number, len: number): void;
  /** Returns monotonic nanoseconds. */
  nanotime(): number;
  /** Returns nanoseconds since 1970. */
  walltime(): number;
  /** Returns a number in [0, 1). */
  random(): number;
  /** Takes the result of export call `callid` out of the slot at `ptr`. */
  done(callid: number, ptr: number): void;
  /** Nobody waits for the blocking call of goroutine `token` any more; the string at `why` says why. */
  abort(token: number, why: number): void;
  /** Ends the program: throws through wasm. */
  exit(kind: number, status: number): never;
}

/** What a user passes as `options.imports`: functions by module and name. */
export type Imports = Record<string, Record<string, unknown>>;

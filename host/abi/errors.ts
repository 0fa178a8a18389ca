// SPDX-License-Identifier: MIT
/**
 * Names everything that can go wrong: how a program ends, and what a caller gave us.
 *
 * @module
 */
import { EXIT_CODE, EXIT_DEADLOCK, EXIT_OOM, EXIT_PANIC, EXIT_TRAP } from "./layout.ts";

/** What an error of a program that has ended carries. */
export interface Ending {
  readonly status: number;
  readonly dump: string;
  readonly cause?: unknown;
}

/** The program has ended. `dump` is the text it died with, `status` its exit status. */
export class ProgramError extends Error {
  override name = "ProgramError";
  readonly status: number;
  readonly dump: string;

  constructor(message: string, ending: Ending) {
    super(message, { cause: ending.cause });
    this.status = ending.status;
    this.dump = ending.dump;
  }
}

/** A goroutine panicked: `throw`, `assert`, `abort`, a rejected host call, a misused channel. */
export class PanicError extends ProgramError {
  override name = "PanicError";
}

/** Every goroutine is asleep and nothing is left that could wake one. */
export class DeadlockError extends ProgramError {
  override name = "DeadlockError";
}

/** The engine trapped, or a host function threw; `cause` is what came out of the engine. */
export class TrapError extends ProgramError {
  override name = "TrapError";
}

/** The program called exit, or is over because main has returned (status 0). */
export class ExitError extends ProgramError {
  override name = "ExitError";
}

/** Linear memory cannot grow. */
export class OutOfMemoryError extends ProgramError {
  override name = "OutOfMemoryError";
}

/** Any other fatal error of Go's: its text begins with "fatal error: ". */
export class FatalError extends ProgramError {
  override name = "FatalError";
}

const BY_KIND = new Map([
  [EXIT_CODE, ExitError],
  [EXIT_PANIC, PanicError],
  [EXIT_DEADLOCK, DeadlockError],
  [EXIT_OOM, OutOfMemoryError],
  [EXIT_TRAP, TrapError],
]);

/** Makes the error for exit kind EXIT_x. Its message is the dump's first paragraph. */
export function programError(kind: number, ending: Ending): ProgramError {
  const title = ending.dump.split(/\n\n|\ngoroutine /, 1)[0]!.trimEnd();
  const message = title || `exit status ${ending.status}`;
  return new (BY_KIND.get(kind) ?? FatalError)(message, ending);
}

/** Makes the error of a call that the end of its program left without a result. */
export function endedError(what: string, by: Error): Error {
  const message = `${what}: the program has ended: ${by.message}`;
  if (!(by instanceof ProgramError)) return new ClosedError(message, { cause: by });
  const Same = by.constructor as typeof ProgramError;
  return new Same(message, { status: by.status, dump: by.dump, cause: by });
}

/** The program was closed, by close() or by its AbortSignal. */
export class ClosedError extends Error {
  override name = "ClosedError";
}

/** The program cannot do this, or not now: a second run(), a run() without a main. */
export class StateError extends Error {
  override name = "StateError";
}

/** The source is not a WebAssembly module that can be loaded. */
export class ModuleError extends Error {
  override name = "ModuleError";
}

/** The source is a WebAssembly module, but gopark's transform did not build it. */
export class NotGoparkModuleError extends ModuleError {
  override name = "NotGoparkModuleError";
}

/** The module imports something that the host was not given, or was given wrongly. */
export class ImportError extends Error {
  override name = "ImportError";
}

/** There is no profile of that kind, or not in that form. */
export class ProfileError extends Error {
  override name = "ProfileError";
}

/** What lies in memory is not what the layout says: address, length and record are named. */
export class AbiError extends Error {
  override name = "AbiError";
}

/** The file is not the core dump, or the snapshot of a profile, that it should be. */
export class CoreError extends Error {
  override name = "CoreError";
}

/** The program did not stop to be read. `goid` tells which goroutine ran, 0: none; `dump` is its stack. */
export class StopError extends Error {
  override name = "StopError";
  readonly goid: number;
  readonly dump: string;

  constructor(message: string, { goid = 0, dump = "" }: { readonly goid?: number; readonly dump?: string } = {}) {
    super(message);
    this.goid = goid;
    this.dump = dump;
  }
}

// SPDX-License-Identifier: MIT
/**
 * What every platform's entry exports beside `load` and `hostCalls`.
 *
 * @module
 */
export {
  AbiError, ClosedError, CoreError, DeadlockError, ExitError, FatalError, ImportError, ModuleError,
  NotGoparkModuleError, OutOfMemoryError, PanicError, ProfileError, ProgramError, StateError, StopError,
  TrapError,
} from "./abi/errors.ts";
export type { Imports } from "./abi/imports.ts";
export type {
  App, BlockProfileRecord, Exports, MemProfileRecord, Pprof, ProfileKind, ProfileOptions, Runtime, StackRecord, Trace,
} from "./instance/app.ts";
export type { Attach, Attached, AttachedPprof, AttachedRuntime, AttachOptions } from "./instance/attach.ts";
export type { Here, InWorker, Load } from "./instance/loader.ts";
export type { LoadOptions, Output, TraceOptions } from "./instance/platform.ts";
export type { Remote, RemoteApp } from "./instance/remote.ts";
export type { Source } from "./instance/source.ts";
export type { ChromeEvent, ChromeTrace } from "./profile/trace.ts";
export type { Frame } from "./symbol/pctab.ts";

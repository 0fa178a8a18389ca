// SPDX-License-Identifier: MIT
/**
 * Shows a program that another thread is running, or a core dump, by its memory alone: `attach`.
 *
 * Nothing here calls the program, and nothing of it has to be exported. What reads is loaded with the
 * first question (attached.ts).
 *
 * @module
 */
import type { Source } from "./source.ts";
import type { AnyKind, BlockProfileRecord, MemProfileRecord, ProfileOptions, StackRecord } from "./app.ts";
import type { MemStats } from "../memory/record.ts";
import type { Platform } from "./platform.ts";

/** What is attached to. */
export interface AttachOptions {
  /**
   * The shared memory of a program built with --target threads, which another thread may be running; or the bytes
   * of any gopark program's memory; or the bytes of a core dump, as wasmtime writes it.
   */
  readonly memory: WebAssembly.Memory | ArrayBufferLike | ArrayBufferView;
  /** The build that runs in it. */
  readonly module: Source;
  /** How long the program may take to stop, in milliseconds; 1000 at first, and Infinity waits for it. */
  readonly timeout?: number;
  /** Names the module in profiles. By default the last part of the source's path. */
  readonly name?: string;
}

/**
 * App's readers of the runtime that memory alone can answer. Goroutines are read while the program stands still: these
 * readers reject with StopError when it does not stop. Counters and buckets are read while it runs.
 */
export interface AttachedRuntime {
  /** Does not stop the program. */
  numGoroutine(): Promise<number>;
  /** Stops the program. Returns the stacks of all goroutines, or of the one that runs, as Go prints them. */
  stack(options?: { readonly all?: boolean }): Promise<string>;
  /** Stops the program. */
  goroutineProfile(): Promise<StackRecord[]>;
  /** Rejects: to find leaks is a collection. */
  goroutineLeakProfile(): Promise<never>;
  /** Does not stop the program. */
  threadCreateProfile(): Promise<StackRecord[]>;
  /** Stops the program only if it changes what is read all the time; so do blockProfile and mutexProfile. */
  memProfile(options?: { readonly inuseZero?: boolean }): Promise<MemProfileRecord[]>;
  blockProfile(): Promise<BlockProfileRecord[]>;
  mutexProfile(): Promise<BlockProfileRecord[]>;
  /**
   * Does not stop the program: each number is true, and all are of one moment unless the program allocates meanwhile.
   * With `stop`, they always are.
   */
  readMemStats(options?: { readonly stop?: boolean }): Promise<MemStats>;
  /** Rejects: what lives is found by a collection. */
  heapHistogram(): Promise<never>;
}

/** App's profiles. Those of goroutines, and those that the program has made, stop it; the others as their readers do. */
export interface AttachedPprof {
  kinds(): Promise<string[]>;
  /** "profile" samples what runs without its help, at any place, 100 times a second. */
  profile(kind: AnyKind, options?: ProfileOptions): Promise<Uint8Array<ArrayBuffer>>;
  text(kind: AnyKind, debug?: 1 | 2): Promise<string>;
  startCPUProfile(): Promise<void>;
  stopCPUProfile(): Promise<Uint8Array<ArrayBuffer>>;
}

/** A program, seen by its memory. */
export interface Attached {
  readonly runtime: AttachedRuntime;
  readonly pprof: AttachedPprof;
}

const RUNTIME: readonly (keyof AttachedRuntime)[] = [
  "numGoroutine", "stack", "goroutineProfile", "goroutineLeakProfile", "threadCreateProfile", "memProfile", "blockProfile",
  "mutexProfile", "readMemStats", "heapHistogram",
];
const PPROF: readonly (keyof AttachedPprof)[] = ["kinds", "profile", "text", "startCPUProfile", "stopCPUProfile"];

/** Attaches to a program. Whatever is wrong with memory or module is what the methods reject with. */
export type Attach = (options: AttachOptions) => Attached;

/** Returns the `attach` of a platform. */
export function attacher(platform: Platform): Attach {
  return (options) => {
    let opened: Promise<Attached> | null = null;
    const open = () => (opened ??= import("./attached.ts").then(({ open }) => open(options, platform)));
    const methods = <T>(part: keyof Attached, names: readonly string[]) => Object.fromEntries(names.map((name) =>
      [name, async (...args: unknown[]) => ((await open())[part] as unknown as Record<string, Function>)[name]!(...args)])) as T;
    return { runtime: methods<AttachedRuntime>("runtime", RUNTIME), pprof: methods<AttachedPprof>("pprof", PPROF) };
  };
}

// SPDX-License-Identifier: MIT
/**
 * Shows a loaded program to its host: run, exports, runtime, pprof, close.
 *
 * @module
 */
import { endedError, ProfileError } from "../abi/errors.ts";
import type { Manifest } from "../abi/manifest.ts";
import type { MemoryView } from "../memory/view.ts";
import type { HeapClass, MemStats, RawBlockProfileRecord } from "../memory/record.ts";
import type { Taken } from "../profile/taken.ts";
import type { ChromeTrace } from "../profile/trace.ts";
import type { Frame, PcTab } from "../symbol/pctab.ts";
import type { Platform, TraceOptions } from "./platform.ts";
import type { Program, Sampling } from "./program.ts";
import type { Reader } from "./reader.ts";

/** The kinds of profiles that there are. */
export const PROFILE_KINDS = ["goroutine", "heap", "allocs", "threadcreate", "block", "mutex", "goroutineleak", "profile"] as const;
export type ProfileKind = (typeof PROFILE_KINDS)[number];
/** One of them, or the name of a profile that the program has made. */
export type AnyKind = ProfileKind | (string & {});

/** A stack: the pcs as recorded, and the frames they stand for, innermost first. */
export interface StackRecord {
  readonly stack: Uint32Array;
  readonly frames: readonly Frame[];
  /** What the program says of the goroutine: key, value, …, ordered by key. Of goroutine profiles only. */
  readonly labels?: readonly string[];
}

/** What one stack has allocated, and what of it was freed, as of the last completed collection. */
export interface MemProfileRecord extends StackRecord {
  readonly allocBytes: number;
  readonly freeBytes: number;
  readonly allocObjects: number;
  readonly freeObjects: number;
}

/** How often and how long one stack has waited for others, or has had others wait. */
export interface BlockProfileRecord extends StackRecord {
  readonly count: number;
  /** Nanoseconds. */
  readonly cycles: number;
}

export interface ProfileOptions {
  /** Returns the difference over so many seconds instead of the current state. Of "profile": how long; 30 at first. */
  readonly seconds?: number;
  /** Collects before heap and allocs are read: they are as of the last completed collection. */
  readonly gc?: boolean;
  /** Rejects with its reason when it is aborted while the seconds pass. */
  readonly signal?: AbortSignal;
}

export type Exports = Record<string, (...args: any[]) => Promise<any>>;

/** What an app reads its program with. */
export interface AppParts {
  readonly manifest: Manifest;
  readonly program: Program;
  readonly reader: Reader;
  readonly pctab: PcTab;
  /** What profiles call the module, and its pc table, which tells the build. */
  readonly file: string;
  readonly section: ArrayBuffer;
  readonly platform: Platform;
  readonly sampling: Sampling;
  readonly view: MemoryView;
  /** What the program was started with. */
  readonly args: readonly string[] | undefined;
}

/** Reads the state of the runtime, as Go's package runtime does. Throws once the program ended. */
export class Runtime {
  readonly #parts: AppParts;

  constructor(parts: AppParts) {
    this.#parts = parts;
  }

  numGoroutine(): number {
    return this.#reader("numGoroutine").numGoroutine();
  }

  /** Returns the stacks of all goroutines, or of the current one, as Go prints them. */
  stack({ all = true }: { readonly all?: boolean } = {}): string {
    return this.#reader("stack").stack(all);
  }

  /** Returns one record for each goroutine. */
  goroutineProfile(): StackRecord[] {
    const reader = this.#reader("goroutineProfile");
    const labels = reader.goroutineLabels();
    return this.#symbolize(reader.goroutineProfile()).map((r, i) => ({ ...r, labels: labels[i]! }));
  }

  /** Collects, and returns one record for each goroutine that nothing alive can wake any more. */
  goroutineLeakProfile(): StackRecord[] {
    const leaked = this.#reader("goroutineLeakProfile").goroutineLeaks();
    return this.goroutineProfile().filter((_, i) => leaked[i]);
  }

  /** Returns one record for each M: the stack that created it. */
  threadCreateProfile(): StackRecord[] {
    this.#reader("threadCreateProfile");
    return this.#symbolize([new Uint32Array(0)]); // the engine made M 0, no goroutine
  }

  /** Returns one record for each stack that has allocated; with inuseZero false, only those of which something is in use. */
  memProfile({ inuseZero = true }: { readonly inuseZero?: boolean } = {}): MemProfileRecord[] {
    const records = this.#reader("memProfile").memProfile(inuseZero);
    return records.map((r) => ({ ...r, frames: this.#parts.pctab.frames(r.stack) }));
  }

  /** Returns one record for each stack that has waited for others: as the program's runtime.setBlockProfileRate has it. */
  blockProfile(): BlockProfileRecord[] {
    return this.#blocks(this.#reader("blockProfile").blockProfile());
  }

  /** Returns one record for each stack that has unlocked what others waited for: runtime.setMutexProfileFraction. */
  mutexProfile(): BlockProfileRecord[] {
    return this.#blocks(this.#reader("mutexProfile").mutexProfile());
  }

  #blocks(records: readonly RawBlockProfileRecord[]): BlockProfileRecord[] {
    return records.map((r) => ({ ...r, frames: this.#parts.pctab.frames(r.stack) }));
  }

  /** Tells what the allocator and the collector have done, in bytes, objects and nanoseconds. */
  readMemStats(): MemStats {
    return this.#reader("readMemStats").readMemStats();
  }

  /** Collects, and returns the objects and bytes that live, by class, most bytes first. */
  heapHistogram(): (HeapClass & { readonly name: string })[] {
    const { classes } = this.#parts.manifest;
    return this.#reader("heapHistogram").heapHistogram()
      .map((c) => ({ ...c, name: classes[c.id] ?? `class ${c.id}` }))
      .sort((a, b) => b.bytes - a.bytes); // stable: by id else
  }

  #reader(what: string): Reader {
    const { program, reader } = this.#parts;
    if (program.ended) throw endedError(`${what}()`, program.ended);
    return reader;
  }

  #symbolize(stacks: readonly Uint32Array[]): StackRecord[] {
    return stacks.map((stack) => ({ stack, frames: this.#parts.pctab.frames(stack) }));
  }
}

const writers = () => import("./writers.ts");

/** Makes profiles, as Go's package pprof does. The state is read before anything is awaited. */
export class Pprof {
  readonly #parts: AppParts;
  readonly #runtime: Runtime;

  constructor(parts: AppParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
  }

  /**
   * Answers requests for /debug/…, as Go's net/http/pprof does, and for the page /debug/. Bound:
   * `Deno.serve(app.pprof.fetch)`. Never rejects.
   */
  readonly fetch = async (request: Request): Promise<Response> => {
    const { serveApp } = await import("./debug.ts");
    return serveApp(this.#parts, this, this.#runtime, request);
  };

  /** Lists the kinds that there are: PROFILE_KINDS, and the names of the profiles that the program has made. */
  kinds(): string[] {
    return [...PROFILE_KINDS, ...this.#parts.reader.namedProfiles().map(({ name }) => name)];
  }

  /** Returns a gzipped profile.proto. Rejects with ProfileError for a kind that there is not. */
  async profile(kind: AnyKind, options: ProfileOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    if (kind === "profile") return (await import("./sampler.ts")).sampleFor(this.#parts, options);
    const take = () => this.#take(kind, options.gc);
    const taken = take();
    return (await writers()).writeProfile(this.#parts, taken, take, options);
  }

  /** Begins to take samples for the CPU profile. Rejects with ProfileError when that is done already. */
  async startCPUProfile(): Promise<void> {
    (await import("./sampler.ts")).startSampling(this.#parts);
  }

  /** Ends what startCPUProfile began, and returns the profile: gzipped profile.proto. */
  async stopCPUProfile(): Promise<Uint8Array<ArrayBuffer>> {
    const { sampler } = this.#parts.sampling;
    return sampler ? sampler.stop() : (await import("./sampler.ts")).notStarted();
  }

  /** Returns the text form: 1 counts equal stacks, 2 lists every goroutine. */
  async text(kind: AnyKind, debug: 1 | 2 = 1): Promise<string> {
    if (debug !== 1 && debug !== 2 || kind === "profile") (await writers()).noText(debug);
    const leak = kind === "goroutineleak";
    if (debug === 2 && (leak || kind === "goroutine")) {
      if (leak) this.#runtime.goroutineLeakProfile();
      return this.#runtime.stack();
    }
    const taken = this.#take(kind, false, true);
    return (await writers()).textOf(taken, this.#parts.platform.maxRSS?.());
  }

  /** Reads what the profile is made of. */
  #take(kind: AnyKind, gc = false, text = false): Taken {
    const { reader, platform } = this.#parts;
    const heap = kind === "heap" || kind === "allocs";
    if (heap && gc) reader.gc();
    const records = this.#records(kind);
    const stats = heap && text ? this.#runtime.readMemStats() : undefined;
    return { kind, records, time: platform.walltime(), rate: reader.memProfileRate(), fraction: reader.mutexFraction(), stats };
  }

  #records(kind: AnyKind): StackRecord[] {
    const runtime = this.#runtime;
    switch (kind) {
      case "goroutine": return runtime.goroutineProfile();
      case "goroutineleak": return runtime.goroutineLeakProfile();
      case "threadcreate": return runtime.threadCreateProfile();
      case "heap": case "allocs": return runtime.memProfile();
      case "block": return runtime.blockProfile();
      case "mutex": return runtime.mutexProfile();
      default: return this.#named(kind);
    }
  }

  #named(kind: string): StackRecord[] {
    const { reader, pctab, program } = this.#parts;
    if (program.ended) throw endedError(kind, program.ended);
    const named = reader.namedProfiles().find(({ name }) => name === kind);
    if (!named) throw new ProfileError(`no profile "${kind}": there are ${this.kinds().join(", ")}`);
    return named.stacks().map((stack) => ({ stack, frames: pctab.frames(stack) }));
  }
}

/** Takes the execution trace, as Go's package runtime/trace and its flight recorder do. */
export interface Trace {
  /** Begins a trace; one from before is forgotten. Rejects with ProfileError when there is one already, by the program's doing maybe. */
  start(options?: TraceOptions | true): Promise<void>;
  /** Ends it. It can still be read. */
  stop(): Promise<void>;
  /** Returns what the ring has, as Chrome trace events, also when the program has ended, however it did. */
  read(): Promise<ChromeTrace>;
}

/** A loaded program. */
export class App<E extends Exports = Exports> {
  /** Every exported function but main, each on a goroutine of its own. */
  readonly exports: E;
  readonly runtime: Runtime;
  readonly pprof: Pprof;
  readonly trace = {} as Trace;
  readonly #parts: AppParts;

  constructor(parts: AppParts) {
    this.#parts = parts;
    this.runtime = new Runtime(parts);
    this.pprof = new Pprof(parts, this.runtime);
    this.exports = exportFunctions(parts) as E;
    for (const name of ["start", "stop", "read"] as const) {
      this.trace[name] = async (options?: any): Promise<any> => (await import("./trace.ts"))[name](parts, options);
    }
  }

  /** Runs main. Resolves when it has returned; rejects with how the program died otherwise. */
  run(): Promise<void> {
    const { manifest, program } = this.#parts;
    return program.run(manifest.exports.find((e) => e.name === "main"));
  }

  /** Stops the program for good. What waits for it rejects with ClosedError. */
  close(): void {
    this.#parts.program.close();
  }
}

function exportFunctions({ manifest, program }: AppParts): Exports {
  const functions: Exports = Object.create(null);
  for (const entry of manifest.exports) {
    if (entry.name === "main") continue;
    functions[entry.name] = (...args) => program.call(entry, args);
  }
  return Object.freeze(functions);
}

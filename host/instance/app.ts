// SPDX-License-Identifier: MIT
/**
 * Shows a loaded program to its host: run, exports, runtime, pprof, close.
 *
 * @module
 */
import { endedError, ProfileError } from "../abi/errors.ts";
import type { Manifest } from "../abi/manifest.ts";
import type { HeapClass, MemStats } from "../memory/record.ts";
import type { MemRecord } from "../profile/heap.ts";
import type { Profile, Stack } from "../profile/model.ts";
import type { Frame, PcTab } from "../symbol/pctab.ts";
import type { Platform } from "./platform.ts";
import type { Program } from "./program.ts";
import type { Reader } from "./reader.ts";

/** The kinds of profiles that there are. */
export const PROFILE_KINDS = ["goroutine", "heap", "allocs", "threadcreate"] as const;
export type ProfileKind = (typeof PROFILE_KINDS)[number];

/** A stack: the pcs as recorded, and the frames they stand for, innermost first. */
export interface StackRecord {
  readonly stack: Uint32Array;
  readonly frames: readonly Frame[];
}

/** What one stack has allocated, and what of it was freed, as of the last completed collection. */
export interface MemProfileRecord extends StackRecord {
  readonly allocBytes: number;
  readonly freeBytes: number;
  readonly allocObjects: number;
  readonly freeObjects: number;
}

export interface ProfileOptions {
  /** Returns the difference over so many seconds instead of the current state. */
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
}

/** Reads the state of the runtime, as Go's package runtime does. Throws once the program ended. */
export class Runtime {
  readonly #parts: AppParts;

  constructor(parts: AppParts) {
    this.#parts = parts;
  }

  numGoroutine(): number {
    return this.#reader("numGoroutine()").numGoroutine();
  }

  /** Returns the stacks of all goroutines, or of the current one, as Go prints them. */
  stack({ all = true }: { readonly all?: boolean } = {}): string {
    return this.#reader("stack()").stack(all);
  }

  /** Returns one record for each goroutine. */
  goroutineProfile(): StackRecord[] {
    return this.#symbolize(this.#reader("goroutineProfile()").goroutineProfile());
  }

  /** Returns one record for each M: the stack that created it. */
  threadCreateProfile(): StackRecord[] {
    return this.#symbolize(this.#reader("threadCreateProfile()").threadCreateProfile());
  }

  /** Returns one record for each stack that has allocated; with inuseZero false, only those of which something is in use. */
  memProfile({ inuseZero = true }: { readonly inuseZero?: boolean } = {}): MemProfileRecord[] {
    const records = this.#reader("memProfile()").memProfile(inuseZero);
    return records.map((r) => ({ ...r, frames: this.#parts.pctab.frames(r.stack) }));
  }

  /** Tells what the allocator and the collector have done, in bytes, objects and nanoseconds. */
  readMemStats(): MemStats {
    return this.#reader("readMemStats()").readMemStats();
  }

  /** Collects, and returns the objects and bytes that live, by class, most bytes first. */
  heapHistogram(): (HeapClass & { readonly name: string })[] {
    const { classes } = this.#parts.manifest;
    return this.#reader("heapHistogram()").heapHistogram()
      .map((c) => ({ ...c, name: classes[c.id] ?? `class ${c.id}` }))
      .sort((a, b) => b.bytes - a.bytes || a.id - b.id);
  }

  #reader(what: string): Reader {
    const { program, reader } = this.#parts;
    if (program.ended) throw endedError(what, program.ended);
    return reader;
  }

  #symbolize(stacks: readonly Uint32Array[]): StackRecord[] {
    return stacks.map((stack) => ({ stack, frames: this.#parts.pctab.frames(stack) }));
  }
}

type Writers = typeof import("../profile/writers.ts");

/** The state of the program that a profile is made of, and how. */
interface Taken {
  profile(w: Writers): Profile;
  text(w: Writers): string;
}

const writers = (): Promise<Writers> => import("../profile/writers.ts");

function counted(records: readonly StackRecord[], make: (w: Writers, stacks: Stack[]) => Profile): Taken {
  const list = stacks(records);
  return { profile: (w) => make(w, list), text: (w) => w.encodeText(make(w, list)) };
}

/** Makes profiles, as Go's package pprof does. The state is read before anything is awaited. */
export class Pprof {
  readonly #parts: AppParts;
  readonly #runtime: Runtime;

  constructor(parts: AppParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
  }

  /** Returns a gzipped profile.proto. Rejects with ProfileError for a kind that there is not. */
  async profile(kind: ProfileKind, options: ProfileOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const taken = [this.#take(kind, options.gc)];
    if (options.seconds) {
      await this.#pass(options.seconds, options.signal);
      taken.push(this.#take(kind, options.gc));
    }
    const w = await writers();
    const profile = taken.map((t) => t.profile(w)).reduce(w.deltaProfile);
    const { platform, file, section } = this.#parts;
    return platform.gzip(w.encodePprof(profile, { file, buildId: w.buildId(section) }));
  }

  /** Returns the text form: 1 counts equal stacks, 2 lists every goroutine. */
  async text(kind: ProfileKind, debug: 1 | 2 = 1): Promise<string> {
    if (debug !== 1 && debug !== 2) throw new ProfileError(`text form ${debug}: there are 1 and 2`);
    if (debug === 2 && kind === "goroutine") return this.#runtime.stack({ all: true });
    return this.#take(kind, false, true).text(await writers());
  }

  #take(kind: ProfileKind, gc = false, text = false): Taken {
    const runtime = this.#runtime;
    const now = BigInt(Math.round(this.#parts.platform.walltime() * 1e3)) * 1000n;
    switch (kind) {
      case "goroutine": return counted(runtime.goroutineProfile(), (w, s) => w.goroutineProfile(s, now));
      case "threadcreate": return counted(runtime.threadCreateProfile(), (w, s) => w.threadCreateProfile(s, now));
      case "heap": return this.#memory(gc, text, (w, records, rate) => w.heapProfile(records, rate, now));
      case "allocs": return this.#memory(gc, text, (w, records, rate) => w.allocsProfile(records, rate, now));
      default: throw unknownKind(kind);
    }
  }

  /** Statistics are for the text only: the guest allocates to tell them. */
  #memory(gc: boolean, text: boolean, make: (w: Writers, records: MemRecord[], rate: number) => Profile): Taken {
    const { reader } = this.#parts;
    if (gc) reader.gc();
    const records = this.#runtime.memProfile().map((r) => ({ ...r, pcs: r.stack }));
    const rate = reader.memProfileRate();
    const stats = text ? this.#runtime.readMemStats() : undefined;
    return { profile: (w) => make(w, records, rate), text: (w) => w.encodeHeapText(records, rate, stats!) };
  }

  #pass(seconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const cancel = this.#parts.platform.timer(seconds * 1e3, resolve);
      signal?.addEventListener("abort", () => (cancel(), reject(signal.reason)), { once: true });
    });
  }
}

function unknownKind(kind: string): ProfileError {
  return new ProfileError(`no profile "${kind}": there are ${PROFILE_KINDS.join(", ")}`);
}

function stacks(records: readonly StackRecord[]): Stack[] {
  return records.map(({ stack, frames }) => ({ pcs: stack, frames }));
}

/** A loaded program. */
export class App<E extends Exports = Exports> {
  /** Every exported function but main, each on a goroutine of its own. */
  readonly exports: E;
  readonly runtime: Runtime;
  readonly pprof: Pprof;
  readonly #parts: AppParts;

  constructor(parts: AppParts) {
    this.#parts = parts;
    this.runtime = new Runtime(parts);
    this.pprof = new Pprof(parts, this.runtime);
    this.exports = exportFunctions(parts) as E;
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

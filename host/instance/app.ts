// SPDX-License-Identifier: MIT
/**
 * Shows a loaded program to its host: run, exports, runtime, pprof, close.
 *
 * @module
 */
import { endedError, ProfileError } from "../abi/errors.ts";
import type { Manifest } from "../abi/manifest.ts";
import type { Mapping, Stack } from "../profile/model.ts";
import type { Frame, PcTab } from "../symbol/pctab.ts";
import type { Platform } from "./platform.ts";
import type { Program } from "./program.ts";
import type { Reader } from "./reader.ts";

/** The kinds of profiles that there are. */
export const PROFILE_KINDS = ["goroutine", "threadcreate"] as const;
export type ProfileKind = (typeof PROFILE_KINDS)[number];

/** A stack: the pcs as recorded, and the frames they stand for, innermost first. */
export interface StackRecord {
  readonly stack: Uint32Array;
  readonly frames: readonly Frame[];
}

export interface ProfileOptions {
  /** Returns the difference over so many seconds instead of the current state. */
  readonly seconds?: number;
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
  readonly mapping: Mapping;
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

  #reader(what: string): Reader {
    const { program, reader } = this.#parts;
    if (program.ended) throw endedError(what, program.ended);
    return reader;
  }

  #symbolize(stacks: readonly Uint32Array[]): StackRecord[] {
    return stacks.map((stack) => ({ stack, frames: this.#parts.pctab.frames(stack) }));
  }
}

/** The state of the program that a profile is made of. */
interface Taken {
  readonly kind: ProfileKind;
  readonly stacks: Stack[];
  readonly timeNanos: bigint;
}

const writers = () => import("../profile/writers.ts");

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
    const taken = [this.#take(kind)];
    if (options.seconds) {
      await this.#pass(options.seconds, options.signal);
      taken.push(this.#take(kind));
    }
    const { MAKERS, deltaProfile, encodePprof } = await writers();
    const profiles = taken.map((t) => MAKERS[t.kind]!(t.stacks, t.timeNanos));
    const profile = profiles.reduce(deltaProfile);
    return this.#parts.platform.gzip(encodePprof(profile, this.#parts.mapping));
  }

  /** Returns the text form: 1 counts equal stacks, 2 lists every goroutine. */
  async text(kind: ProfileKind, debug: 1 | 2 = 1): Promise<string> {
    if (debug !== 1 && debug !== 2) throw new ProfileError(`text form ${debug}: there are 1 and 2`);
    if (debug === 2 && kind === "goroutine") return this.#runtime.stack({ all: true });
    const { stacks, timeNanos } = this.#take(kind);
    const { MAKERS, encodeText } = await writers();
    return encodeText(MAKERS[kind]!(stacks, timeNanos));
  }

  #take(kind: ProfileKind): Taken {
    const timeNanos = BigInt(Math.round(this.#parts.platform.walltime() * 1e3)) * 1000n;
    return { kind, stacks: stacks(this.#records(kind)), timeNanos };
  }

  #records(kind: ProfileKind): StackRecord[] {
    switch (kind) {
      case "goroutine": return this.#runtime.goroutineProfile();
      case "threadcreate": return this.#runtime.threadCreateProfile();
      default: throw unknownKind(kind);
    }
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
  return new ProfileError(`no profile "${kind}": there are ${PROFILE_KINDS.join(" and ")}`);
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

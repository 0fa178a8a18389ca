// SPDX-License-Identifier: MIT
/**
 * Takes the samples of the CPU profile: whose code the time of the program's thread goes to.
 *
 * Nothing can interrupt wasm on its own thread, so the samples are taken where the guest asks for the time. With
 * WATCH_CPU set it does so whenever a goroutine leaves off to run and whenever it needs memory; with
 * --preempt in loops, too. What has passed since the last such place counts for the stack at this one.
 *
 * Where switches follow each other closely that would cost more than they do, and next to none of these places is where a
 * sample is due. So the bit is cleared while they do, and the scheduler's own readings tell when to set it again: what
 * runs a random moment later is the sample then.
 * Only time inside of slices counts: idle is not at work. What a sample is, memory alone tells, so that a
 * thread that shares it could take them at any time, with the same reader.
 *
 * @module
 */
import { buildId } from "../abi/buildid.ts";
import { endedError, ProfileError } from "../abi/errors.ts";
import { WATCH_CPU } from "../abi/layout.ts";
import { readLabels, readRunning } from "../memory/goroutines.ts";
import type { MemoryView } from "../memory/view.ts";
import { setWatch } from "../memory/watch.ts";
import { CPU_PERIOD, cpuProfile, type CpuSample } from "../profile/cpu.ts";
import { stackOf } from "../profile/dump.ts";
import { labelledKey } from "../profile/model.ts";
import { encodePprof } from "../profile/pprof.ts";
import type { PcTab } from "../symbol/pctab.ts";
import type { ProfileOptions } from "./app.ts";
import { passThen } from "./pass.ts";
import type { Platform } from "./platform.ts";
import type { Sampling } from "./program.ts";

/** Nanoseconds: switches are close to each other below, and far from each other above. */
const CLOSE = 20e3;
const FAR = 100e3;
/** So many close ones in a row, and none is asked about any more. */
const MANY = 64;
/** How long after a sample is due it is taken, at most, where switches are close. */
const SOON = 100e3;

/** Is told of the clock by what runs the program. */
export interface Sampler {
  /** A slice begins. */
  begin(now: number): void;
  /** The guest has asked for the time. */
  tick(now: number): void;
  /** The slice is over. */
  end(): void;
  /** Stops for good, and returns the profile: gzipped profile.proto. What it is of is read before anything is awaited. */
  stop(): Promise<Uint8Array<ArrayBuffer>>;
}

/** What a sampler reads and writes with. */
export interface SamplerParts {
  readonly view: MemoryView;
  readonly pctab: PcTab;
  readonly file: string;
  /** The pc table as it is in the module. */
  readonly section: ArrayBuffer;
  readonly platform: Platform;
  readonly program: { readonly ended: Error | null };
  readonly sampling: Sampling;
  /** Of a sampler in another thread than the program's: how it reads what runs, and what it says of that in the profile. */
  readonly elsewhere?: { readonly note: string; read(): Reading | null };
}

/** What one sample finds. */
interface Reading {
  readonly pcs: readonly number[];
  readonly labels: readonly string[];
}

/** Begins to take samples. Throws ProfileError when somebody does already. */
export function startSampling(parts: SamplerParts): void {
  if (parts.program.ended) throw endedError("the CPU profile", parts.program.ended);
  if (parts.sampling.sampler) throw new ProfileError("could not enable CPU profiling: cpu profiling already in use");
  parts.sampling.sampler = new CpuSampler(parts);
}

/** Throws ProfileError: the end of a profile that has no beginning. */
export function notStarted(): never {
  throw new ProfileError("no CPU profile was started");
}

/** Takes samples for some seconds. */
export async function sampleFor(parts: SamplerParts, { seconds = 30, signal }: ProfileOptions): Promise<Uint8Array<ArrayBuffer>> {
  startSampling(parts);
  return passThen(parts.platform, seconds, signal, () => parts.sampling.sampler!.stop());
}

/** Counts samples by stack and labels. All times are nanoseconds. */
export class CpuSampler implements Sampler {
  readonly #parts: SamplerParts;
  readonly #start: number;
  readonly #samples = new Map<string, { stack: Omit<CpuSample, "count">; count: number }>();
  #last = Infinity; // nothing runs
  #busy = 0;
  #next: number;
  /** When to take the sample that is due. */
  #at = 0;
  /** Close switches in a row; Infinity while they are not asked about. */
  #close = 0;

  constructor(parts: SamplerParts) {
    this.#parts = parts;
    this.#start = parts.platform.now();
    this.#next = parts.platform.random() * CPU_PERIOD;
    this.#watch(true);
  }

  begin(now: number): void {
    this.#last = now;
  }

  end(): void {
    this.#last = Infinity;
  }

  tick(now: number): void {
    if (now <= this.#last) return;
    const passed = now - this.#last;
    this.#busy += passed;
    this.#last = now;
    if (this.#close === Infinity) return this.#stir(passed);
    if (this.#busy >= Math.max(this.#next, this.#at)) this.#sample();
    this.#close = passed < CLOSE ? this.#close + 1 : 0;
    if (this.#close >= MANY && this.#busy < this.#next) this.#watch(false);
  }

  /** Asks about switches again if a sample is due, or if they are no longer close. */
  #stir(passed: number): void {
    const isFar = passed > FAR;
    const isDue = this.#busy >= this.#next;
    // Behind a long run come short ones, perhaps: what is so far off that it depends on neither is a fair sample.
    if (isDue) this.#at = this.#busy + this.#parts.platform.random() * (isFar ? CPU_PERIOD : SOON);
    if (isFar || isDue) this.#watch(true);
  }

  /** Counts a sample, and those of periods that have passed unseen. */
  #sample(): void {
    const n = Math.floor((this.#busy - this.#next) / CPU_PERIOD) + 1;
    this.#next += n * CPU_PERIOD;
    this.#count(n);
  }

  async stop(): Promise<Uint8Array<ArrayBuffer>> {
    const { platform, file, section, sampling, elsewhere } = this.#parts;
    this.#watch(false);
    sampling.sampler = null;
    const samples = [...this.#samples.values()].map(({ stack, count }) => ({ ...stack, count }));
    const durationNanos = BigInt(Math.round((platform.now() - this.#start) * 1e6));
    const timeNanos = BigInt(Math.round(platform.walltime() * 1e3)) * 1000n - durationNanos;
    return platform.gzip(encodePprof(cpuProfile(samples, { busy: this.#busy, timeNanos, durationNanos, note: elsewhere?.note }), { file, buildId: buildId(section) }));
  }

  /** Has the guest ask for the time at switches, or leave it to the scheduler. */
  #watch(on: boolean): void {
    const { view, elsewhere } = this.#parts;
    if (elsewhere) return; // the program does not help
    this.#close = on ? 0 : Infinity;
    setWatch(view, WATCH_CPU, on);
  }

  #read(): Reading {
    const { view, pctab } = this.#parts;
    const { running, runtime } = readRunning(view);
    return running ? { pcs: stackOf(running, pctab), labels: readLabels(view, running.address) } : { pcs: runtime, labels: [] };
  }

  #count(n: number): void {
    const { pctab, elsewhere } = this.#parts;
    const reading = elsewhere ? elsewhere.read() : this.#read();
    if (!reading) return; // a sample lost
    const { pcs, labels } = reading;
    const key = labelledKey({ pcs, labels });
    const found = this.#samples.get(key);
    if (found) found.count += n;
    else this.#samples.set(key, { stack: { pcs, labels, frames: pctab.frames(pcs) }, count: n });
  }
}

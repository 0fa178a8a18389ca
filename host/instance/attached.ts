// SPDX-License-Identifier: MIT
/**
 * Reads a program in its memory for attach.ts.
 *
 * @module
 */
import { buildId } from "../abi/buildid.ts";
import { CoreError, ProfileError } from "../abi/errors.ts";
import { MPROF, MPROF_BBUCKETS, MPROF_MUTEXRATE, MPROF_XBUCKETS, SAMPLER, SAMPLER_RATE, SCHED, SCHED_GOIDGEN, SCHED_NENDED, WORLD, WORLD_ORIGIN } from "../abi/layout.ts";
import { customSection, PCTAB_SECTION } from "../abi/manifest.ts";
import { readCoreFile } from "../memory/corefile.ts";
import { type Goroutine, readBuild, readDump, readGoroutines, readLabels } from "../memory/goroutines.ts";
import { readHeapStats, readMemProfile } from "../memory/heap.ts";
import { type MemStats, readBlockBuckets, readNamedProfiles } from "../memory/record.ts";
import { glance, RacyView } from "../memory/racy.ts";
import { StillView } from "../memory/still.ts";
import { type MemorySource, MemoryView } from "../memory/view.ts";
import { printGoroutine, printGoroutines, stackOf } from "../profile/dump.ts";
import type { Taken } from "../profile/taken.ts";
import { PcTab } from "../symbol/pctab.ts";
import { type AnyKind, type BlockProfileRecord, type MemProfileRecord, PROFILE_KINDS, type ProfileOptions, type StackRecord } from "./app.ts";
import type { Attached, AttachedPprof, AttachedRuntime, AttachOptions } from "./attach.ts";
import { passThen } from "./pass.ts";
import type { Platform } from "./platform.ts";
import { Running, watchRunning } from "./running.ts";
import { loadModule } from "./source.ts";
import { World } from "./world.ts";

/** How long a program has to stop or to answer if nobody says so, in milliseconds. */
export const PATIENCE = 1000;
/** What only a collection can tell. */
const COLLECTING = ["goroutineleak"];

/** Opens a memory with the build that it is of. Rejects with CoreError when they do not fit. */
export async function open(options: AttachOptions, platform: Platform): Promise<Attached> {
  return readersOf(await inspect(options, platform));
}

export function readersOf(parts: Parts): Attached {
  const runtime = new RuntimeReader(parts);
  return { runtime, pprof: new ProfileReader(parts, runtime) };
}

/** Finds out what the readers work with. Rejects as open does. */
export async function inspect({ memory, module: source, timeout = PATIENCE, name }: AttachOptions, platform: Platform): Promise<Parts> {
  if (!(timeout >= 0)) throw new RangeError(`attach: timeout must be a number of milliseconds, got ${String(timeout)}`);
  const { module, file } = await loadModule(source, platform, { name });
  const section = customSection(module, PCTAB_SECTION);
  if (!section) throw new CoreError(`${file} has no ${PCTAB_SECTION} section: it is not a gopark program, or was stripped`);
  const from = sourceOf(memory);
  const view = new MemoryView(from);
  const [found, wanted] = [readBuild(view, "attach"), buildId(section)];
  if (found !== wanted) throw new CoreError(`attach: the memory is of build ${found}, ${file} is build ${wanted}`);
  const pctab = new PcTab(section);
  const shared = from.buffer instanceof ArrayBuffer ? null : from.buffer;
  const running = () => describeRunning(view, pctab);
  const world = new World({ platform, buffer: shared, timeout, running });
  const live = shared !== null || memory instanceof WebAssembly.Memory;
  return { platform, view, from, live, pctab, file, section, world };
}

/** An opened memory. */
export interface Parts {
  readonly platform: Platform;
  readonly view: MemoryView;
  readonly from: MemorySource;
  /** Whether a program may be running in it: not in a copy. */
  readonly live: boolean;
  readonly pctab: PcTab;
  readonly file: string;
  readonly section: ArrayBuffer;
  readonly world: World;
}

/** Whatever has the bytes. A memory that its own thread has grown is seen whole only after a grow of ours. */
function sourceOf(memory: AttachOptions["memory"]): MemorySource {
  if (memory instanceof WebAssembly.Memory) {
    return {
      get buffer() {
        if (!(memory.buffer instanceof ArrayBuffer)) memory.grow(0);
        return memory.buffer;
      },
    };
  }
  if (!ArrayBuffer.isView(memory) && !isBuffer(memory)) {
    throw new TypeError("attach: memory must be a WebAssembly.Memory, a SharedArrayBuffer, or the bytes of a memory or a core dump");
  }
  if (!ArrayBuffer.isView(memory) && !(memory instanceof ArrayBuffer)) return { buffer: memory };
  const bytes = ArrayBuffer.isView(memory) ? new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength) : new Uint8Array(memory);
  const copy = new Uint8Array(bytes);
  const isModule = copy[0] === 0 && copy[1] === 0x61 && copy[2] === 0x73 && copy[3] === 0x6d;
  return isModule ? readCoreFile(copy, "attach").memory : { buffer: copy.buffer };
}

function isBuffer(memory: unknown): memory is ArrayBufferLike {
  return memory instanceof ArrayBuffer || (typeof SharedArrayBuffer === "function" && memory instanceof SharedArrayBuffer);
}

/** Says what runs, as well as that can be told. */
export function describeRunning(view: MemoryView, pctab: PcTab): { text: string; goid: number } {
  const seen = watchRunning(view, pctab);
  if (!seen) return { text: "its stack changes too fast to be read", goid: 0 };
  const { goroutine, pcs } = seen;
  if (goroutine) return { text: printGoroutine(goroutine, pctab), goid: goroutine.goid };
  return { text: printGoroutines({ list: [], runtime: pcs }, pctab), goid: 0 };
}

/** The second that the program's clock shows; null where none does: in bytes no time passes. */
export function secondOf({ view, platform, live }: Parts): number | null {
  const origin = view.f64(WORLD + WORLD_ORIGIN);
  return live && origin ? (platform.walltime() - origin) / 1e3 : null;
}

/** Reads what only ever gets more, without stopping the program unless that changes it all the time. */
export async function glanced<T>(parts: Parts, read: (view: MemoryView) => T): Promise<T> {
  const { world, from } = parts;
  const seen = world.shared ? glance(from, read) : null;
  return seen?.settled ? seen.value : stopped(parts, read);
}

/** Reads while the program stands still. Rejects with StopError when it does not. */
export function stopped<T>({ world, from }: Parts, read: (view: MemoryView) => T): Promise<T> {
  return world.stopped(() => read(new StillView(from)));
}

class RuntimeReader implements AttachedRuntime {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async numGoroutine(): Promise<number> {
    const view = new RacyView(this.#parts.from);
    const ended = view.i32(SCHED + SCHED_NENDED); // first: those that end meanwhile have begun
    return (view.i32(SCHED + SCHED_GOIDGEN) - ended) | 0;
  }

  async stack({ all = true }: { readonly all?: boolean } = {}): Promise<string> {
    const read = await stopped(this.#parts, readDump);
    const list = all ? read.list : read.list.filter(({ running }) => running);
    return printGoroutines({ ...read, list }, this.#parts.pctab, secondOf(this.#parts));
  }

  async goroutineProfile(): Promise<StackRecord[]> {
    const { pctab } = this.#parts;
    const list = await stopped(this.#parts, (view) => readGoroutines(view).list.map((g): [Goroutine, string[]] => [g, readLabels(view, g.address)]));
    return list.map(([g, labels]) => ({ ...this.#symbolized({ stack: Uint32Array.from(stackOf(g, pctab)) }), labels }));
  }

  async goroutineLeakProfile(): Promise<never> {
    throw collects("goroutineLeakProfile()");
  }

  async threadCreateProfile(): Promise<StackRecord[]> {
    return [{ stack: new Uint32Array(0), frames: [] }]; // the engine made M 0, no goroutine
  }

  async memProfile({ inuseZero = true }: { readonly inuseZero?: boolean } = {}): Promise<MemProfileRecord[]> {
    const { records } = await glanced(this.#parts, readMemProfile);
    return records.filter((r) => inuseZero || r.allocBytes !== r.freeBytes).map((r) => this.#symbolized(r));
  }

  async blockProfile(): Promise<BlockProfileRecord[]> {
    return (await glanced(this.#parts, (view) => readBlockBuckets(view, MPROF + MPROF_BBUCKETS))).map((r) => this.#symbolized(r));
  }

  async mutexProfile(): Promise<BlockProfileRecord[]> {
    return (await glanced(this.#parts, (view) => readBlockBuckets(view, MPROF + MPROF_XBUCKETS))).map((r) => this.#symbolized(r));
  }

  async readMemStats({ stop = false }: { readonly stop?: boolean } = {}): Promise<MemStats> {
    const { world, from } = this.#parts;
    const seen = stop || !world.shared ? null : glance(from, readHeapStats);
    return seen ? seen.value : stopped(this.#parts, readHeapStats);
  }

  async heapHistogram(): Promise<never> {
    throw collects("heapHistogram()");
  }

  /** The names of the profiles of the program's own. */
  names(): Promise<string[]> {
    return glanced(this.#parts, (view) => readNamedProfiles(view).map(({ name }) => name));
  }

  /** These profiles, with all their stacks: what is taken out of one is unlinked, so the program must stop. */
  named(): Promise<{ name: string; records: StackRecord[] }[]> {
    return stopped(this.#parts, (view) => readNamedProfiles(view).map(({ name, stacks }) =>
      ({ name, records: stacks().map((stack) => this.#symbolized({ stack })) })));
  }

  #symbolized<R extends { readonly stack: Uint32Array }>(record: R): R & StackRecord {
    return { ...record, frames: this.#parts.pctab.frames(record.stack) };
  }
}

function collects(what: string): ProfileError {
  return new ProfileError(`${what}: only the program itself can collect, and attach reads its memory alone`);
}

const writers = () => import("./writers.ts");

class ProfileReader implements AttachedPprof {
  readonly #parts: Parts;
  readonly #runtime: RuntimeReader;
  #running: Running | null = null;

  constructor(parts: Parts, runtime: RuntimeReader) {
    this.#parts = parts;
    this.#runtime = runtime;
  }

  async kinds(): Promise<string[]> {
    const known = PROFILE_KINDS.filter((kind) => !COLLECTING.includes(kind) && (kind !== "profile" || this.#parts.world.shared));
    return [...known, ...await this.#runtime.names()];
  }

  async profile(kind: AnyKind, options: ProfileOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    if (kind === "profile") return this.#sampleFor(options);
    if (options.gc) throw collects("gc");
    const take = () => this.#take(kind);
    const taken = await take();
    return (await writers()).writeProfile(this.#parts, taken, take, options);
  }

  async text(kind: AnyKind, debug: 1 | 2 = 1): Promise<string> {
    if (debug !== 1 && debug !== 2) throw new ProfileError(`text form ${debug}: there are 1 and 2`);
    if (kind === "profile") throw new ProfileError("the CPU profile has no text form");
    if (debug === 2 && kind === "goroutine") return this.#runtime.stack();
    const { platform, live } = this.#parts;
    const taken = await this.#take(kind, true);
    return (await writers()).textOf(taken, live ? platform.maxRSS?.() : undefined); // of a copy's program nobody knows it
  }

  async startCPUProfile(): Promise<void> {
    const { world } = this.#parts;
    if (!world.shared) throw new ProfileError("the CPU profile: nothing runs in a memory that is not shared");
    if (world.ended) throw new ProfileError("the CPU profile: nobody runs the memory any more");
    if (this.#running) throw new ProfileError("could not enable CPU profiling: cpu profiling already in use");
    this.#running = new Running(this.#parts);
  }

  async stopCPUProfile(): Promise<Uint8Array<ArrayBuffer>> {
    const running = this.#running;
    if (!running) throw new ProfileError("no CPU profile was started");
    this.#running = null;
    return running.stop();
  }

  async #sampleFor({ seconds = 30, signal }: ProfileOptions): Promise<Uint8Array<ArrayBuffer>> {
    await this.startCPUProfile();
    return passThen(this.#parts.platform, seconds, signal, () => this.stopCPUProfile());
  }

  /** Statistics are for the text only. */
  async #take(kind: AnyKind, text = false): Promise<Taken> {
    const { view, platform } = this.#parts;
    const records = await this.#records(kind);
    const heap = kind === "heap" || kind === "allocs";
    const stats = heap && text ? await this.#runtime.readMemStats() : undefined;
    return { kind, records, time: platform.walltime(), rate: view.i32(SAMPLER + SAMPLER_RATE), fraction: view.i32(MPROF + MPROF_MUTEXRATE), stats };
  }

  #records(kind: AnyKind): Promise<StackRecord[]> {
    const runtime = this.#runtime;
    switch (kind) {
      case "goroutine": return runtime.goroutineProfile();
      case "goroutineleak": throw collects(`profile "${kind}"`);
      case "threadcreate": return runtime.threadCreateProfile();
      case "heap": case "allocs": return runtime.memProfile();
      case "block": return runtime.blockProfile();
      case "mutex": return runtime.mutexProfile();
      default: return this.#named(kind);
    }
  }

  async #named(kind: string): Promise<StackRecord[]> {
    const known = (await this.#runtime.names()).includes(kind); // which a program that does not stop tells too
    const named = known && (await this.#runtime.named()).find(({ name }) => name === kind);
    if (!named) throw new ProfileError(`no profile "${kind}": there are ${(await this.kinds()).join(", ")}`);
    return named.records;
  }
}

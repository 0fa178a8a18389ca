// SPDX-License-Identifier: MIT
/**
 * Reads a program in a worker from its owner's thread, where its memory is shared: what attach reads is read so,
 * whatever the program computes. Its CPU profile sees into every loop: as one of the function that has a frame, which
 * without --preempt may be a caller's. The rest is asked of the program, which need not answer (patience.ts).
 *
 * @module
 */
import { StopError } from "../abi/errors.ts";
import { P0, P_SCHEDTICK } from "../abi/layout.ts";
import { serve } from "../http/endpoint.ts";
import { HttpError } from "../http/reply.ts";
import type { Served } from "../http/served.ts";
import { RacyView } from "../memory/racy.ts";
import { MemoryView } from "../memory/view.ts";
import { funcForPC } from "../symbol/pseudo.ts";
import { onAbort } from "./abort.ts";
import { type AnyKind, PROFILE_KINDS, type ProfileOptions, type Runtime, type Trace } from "./app.ts";
import type { Attached } from "./attach.ts";
import { inspect, type Parts, readersOf } from "./attached.ts";
import * as owned from "./owned.ts";
import { answered, caughtUp, keepsWaiting, type Sender } from "./patience.ts";
import type { Platform } from "./platform.ts";
import type { Remote, RemoteApp, RemotePprof } from "./remote.ts";

const READERS = [
  "numGoroutine", "stack", "goroutineProfile", "threadCreateProfile", "memProfile", "blockProfile", "mutexProfile", "readMemStats",
] as const;

/** What is read, and who runs it. */
export interface Seen {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly file: string;
  readonly args: readonly string[];
  readonly platform: Platform;
  readonly owner: Sender & {
    /** Is aborted when the program ends. */
    readonly ending: AbortSignal;
    /** Throws what a reader must once the program has ended. */
    alive(what: string): void;
  };
}

type Readers = Pick<RemoteApp, "runtime" | "pprof" | "trace">;
type Method = (...args: any[]) => Promise<any>;

/** A memory with its readers. */
interface Opened extends Attached {
  readonly parts: Parts;
}

/** Returns the readers, those that ask the worker replaced where memory answers. */
export function fromOutside(asked: Readers, seen: Seen): Readers {
  const { owner } = seen;
  let opening: Promise<Opened> | null = null;
  const open = () => (opening ??= opened(seen));
  const view = new MemoryView(seen.memory);
  /** Asks the worker: now, in the order of other calls, unless the program keeps it from taking those. */
  const asking = (ask: Method): Method => async (...args) => {
    const asked = keepsWaiting(view, owner) ? null : ask(...args);
    asked?.catch(() => {}); // who looks at it comes with the parts
    return answered(asked, () => ask(...args), (await open()).parts, owner);
  };
  /** Reads; asks the worker where others read for too long, or what runs changes too fast to be named. */
  const reading = (name: string, read: (from: Opened, ...args: any[]) => Promise<any>, ask: Method): Method => async (...args) => {
    owner.alive(`${name}()`);
    const sent = owner.orders;
    const from = await open();
    await caughtUp(from.parts, sent);
    return read(from, ...args).catch((error: unknown) => {
      owner.alive(`${name}()`);
      if (!(error instanceof StopError) || error.goid) throw error;
      return asking(ask)(...args);
    });
  };
  const { runtime, pprof } = asked;
  const all: Readers = {
    runtime: Object.freeze({
      ...runtime,
      goroutineLeakProfile: asking(runtime.goroutineLeakProfile),
      heapHistogram: asking(runtime.heapHistogram),
      ...Object.fromEntries(READERS.map((name) => [name, reading(name, (from, ...args) => (from.runtime[name] as Method)(...args), runtime[name])])),
    }) as Remote<Runtime>,
    pprof: profiles(pprof, { open, asking, reading }, owner),
    trace: traces(asked.trace, { open, asking, reading }, owner),
  };
  const fetch = fetcher(all, { open, asking, reading }, seen, pprof.fetch);
  return { ...all, pprof: Object.freeze({ ...all.pprof, fetch }) };
}

async function opened({ memory, module, file, platform }: Seen): Promise<Opened> {
  const parts = await inspect({ memory, module, name: file }, platform);
  return { parts, ...readersOf(parts) };
}

interface Ways {
  readonly open: () => Promise<Opened>;
  readonly asking: (ask: Method) => Method;
  readonly reading: (name: string, read: (from: Opened, ...args: any[]) => Promise<any>, ask: Method) => Method;
}

function profiles(pprof: RemotePprof, { open, asking, reading }: Ways, { ending }: Seen["owner"]): RemotePprof {
  const profile = reading("profile", ({ pprof: p }, kind: AnyKind, options: ProfileOptions = {}) =>
    untilEnd(ending, options.signal, (signal) => p.profile(kind, { ...options, signal })), pprof.profile);
  const text = reading("text", ({ pprof: p }, kind: AnyKind, debug?: 1 | 2) => p.text(kind, debug), pprof.text);
  const collects = (kind: AnyKind) => kind === "goroutineleak";
  return {
    ...pprof,
    kinds: async () => [...new Set([...PROFILE_KINDS, ...await (await open()).pprof.kinds()])],
    profile: (kind, options) => (collects(kind) || options?.gc ? asking(pprof.profile) : profile)(kind, options),
    text: (kind, debug) => (collects(kind) ? asking(pprof.text) : text)(kind, debug),
    startCPUProfile: reading("startCPUProfile", ({ pprof: p }) => p.startCPUProfile(), pprof.startCPUProfile),
    stopCPUProfile: async () => (await open()).pprof.stopCPUProfile(),
  };
}

/** Has what takes seconds give up when the program ends, as it is given up by one that is asked. */
async function untilEnd<T>(ending: AbortSignal, signal: AbortSignal | undefined, read: (either: AbortSignal) => Promise<T>): Promise<T> {
  const either = new AbortController();
  const releases = [ending, ...(signal ? [signal] : [])].map((one) => onAbort(one, () => either.abort(one.reason)));
  return read(either.signal).finally(() => releases.forEach((release) => release()));
}

/** Behind the program's end, its owner knows what is left. */
function traces(trace: Remote<Trace>, { asking, reading }: Ways, owner: Seen["owner"]): Remote<Trace> {
  const lasting = (running: Method, ended: Method): Method => async (...args) => {
    if (owner.ended) return ended(...args);
    return running(...args).catch((error: unknown) => {
      if (owner.ended) return ended(...args);
      throw error;
    });
  };
  return Object.freeze({
    start: asking(trace.start),
    stop: lasting(reading("stop", ({ parts }) => owned.stopTrace(parts), trace.stop), trace.stop),
    read: lasting(reading("read", ({ parts }) => owned.readTrace(parts), trace.read), trace.read),
  });
}

/** Serves what memory answers, with the rest asked of the worker. */
function fetcher({ runtime, pprof }: Readers, { open, asking }: Ways, { memory, file, args, owner }: Seen, ask: RemotePprof["fetch"]): RemotePprof["fetch"] {
  const served: Omit<Served, "trace"> = {
    ...(pprof as Pick<Served, "kinds" | "profile" | "text">),
    ...(runtime as Pick<Served, "numGoroutine" | "readMemStats" | "heapHistogram">),
    cmdline: () => [file, ...args],
    schedtick: () => new RacyView(memory).u32(P0 + P_SCHEDTICK),
    funcForPC: async (pc) => funcForPC((await open()).parts.pctab, pc),
    goroutineGroups: async () => (owner.alive("goroutines"), owned.goroutineGroups((await open()).parts)),
  };
  const trace = tracer({ open, asking }, ask, owner);
  return async (request) => (owner.ended ? ask(request) : serve({ ...served, trace: (...how) => trace(request, ...how) }, request));
}

/** Reads a trace that is on; has the worker begin one else, for which the program must answer. When that has ended, there is what it has left. */
function tracer({ open, asking }: Pick<Ways, "open" | "asking">, ask: RemotePprof["fetch"], { ending }: Seen["owner"]) {
  let ours = 0;
  return async (request: Request, seconds: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
    const { parts } = await open();
    if (!ours && owned.traced(parts)) {
      const trace = await untilEnd(ending, signal, (either) => owned.recent(parts, seconds, either)).catch((error: unknown) => {
        if (!ending.aborted) throw error;
      });
      if (trace) return new TextEncoder().encode(JSON.stringify(trace));
    }
    ours++;
    const response: Response = await asking(ask)(request).finally(() => ours--);
    if (!response.ok) throw new HttpError(response.status, (await response.text()).trimEnd());
    return new Uint8Array(await response.arrayBuffer());
  };
}

// SPDX-License-Identifier: MIT
/**
 * Looks at a program in shared memory from the thread that has loaded it, on any platform, and says what it saw.
 *
 * On a page that thread must not wait: whoever does makes Atomics.wait throw, and nothing here may stop its event loop.
 *
 * @module
 */
import type { attach as Attach, load as Load, RemoteApp, Source, StopError } from "../../host/index.ts";

/** What a watcher needs of a platform's entry. */
export interface WatchEntry {
  readonly load: typeof Load;
  readonly attach: typeof Attach;
  readonly StopError: typeof StopError;
}

interface Watched extends Record<string, (...args: any[]) => Promise<any>> {
  park(n: number): Promise<void>;
  put(n: number): Promise<void>;
  spin(rounds: bigint): Promise<bigint>;
  crash(): Promise<void>;
}

/** All that was seen, as plain data: profiles are base64. */
export interface Sight {
  readonly goroutines: number;
  readonly stack: string;
  readonly parked: number;
  readonly heap: string;
  /** Of seconds in which the program ran spin(). */
  readonly cpu: string;
  /** What it counted meanwhile: NumGC as attach and as its page tells it. */
  readonly collections: readonly number[];
  /** How many goroutines have run in the trace of a program that has died. */
  readonly traced: number;
  readonly stop: { readonly isStopError: boolean; readonly goid: number; readonly message: string; readonly dump: string };
  /** How often the event loop came round while a program was asked to stop that does not. */
  readonly turns: number;
}

const N = 5;
const FOR_EVER = 1n << 60n;

/** Loads the program of tests/host/guest/watched.ts into a worker, and looks. */
export async function watch({ load, attach, StopError }: WatchEntry, source: Source, module: Source = source): Promise<Sight> {
  const app = await load<Watched>(source, { worker: true });
  try {
    await app.exports.park(N);
    const seen = attach({ memory: app.memory!, module, timeout: 100 });
    const parked = await seen.runtime.goroutineProfile();
    const idle = {
      goroutines: await seen.runtime.numGoroutine(),
      stack: await seen.runtime.stack(),
      parked: parked.filter(({ frames }) => frames.some((f) => /\.keep$/.test(f.function))).length,
      heap: base64(await seen.pprof.profile("heap")),
    };
    app.exports.spin(FOR_EVER).catch(() => {}); // until close()
    return { ...idle, ...await busy(app, seen, StopError), traced: await died(load, source) };
  } finally {
    app.close();
  }
}

/** Has a program die in a worker. */
async function died(load: typeof Load, source: Source): Promise<number> {
  const app = await load<Watched>(source, { worker: true, trace: true, stderr: () => {} });
  await app.exports.crash().catch(() => {});
  const { traceEvents } = await app.trace.read();
  return new Set(traceEvents.filter((e) => e.ph === "X" && e.name === "running").map((e) => e.tid)).size;
}

async function busy(app: RemoteApp<Watched>, seen: ReturnType<typeof Attach>, Stop: typeof StopError): Promise<Pick<Sight, "cpu" | "collections" | "stop" | "turns">> {
  let error: unknown = null;
  while (!error) await seen.runtime.stack().catch((e: unknown) => (error = e)); // null: it had not begun
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  await seen.runtime.stack().catch((e: unknown) => (error = e));
  clearInterval(ticking);
  const { goid, message, dump } = error as StopError;
  const vars = await app.pprof.fetch(new Request("http://x/debug/vars"));
  const collections = [(await seen.runtime.readMemStats()).numGC, (await vars.json()).memstats.NumGC];
  const cpu = base64(await seen.pprof.profile("profile", { seconds: 0.5 }));
  return { cpu, collections, turns, stop: { isStopError: error instanceof Stop, goid, message, dump } };
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

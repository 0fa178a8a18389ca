// SPDX-License-Identifier: MIT
/**
 * Turns the execution trace of a program on and off, and reads it. Loaded for programs that are traced.
 *
 * @module
 */
import { endedError, ProfileError } from "../abi/errors.ts";
import { SLOT, TRACE_BYTES, TRACE_LEAST } from "../abi/layout.ts";
import { beginTrace, copyTrace, decodeTrace, endTrace, isTraced, ringOf, type TraceCopy } from "../memory/trace.ts";
import type { MemoryView } from "../memory/view.ts";
import { begun } from "../profile/spans.ts";
import { type ChromeTrace, chromeTrace } from "../profile/trace.ts";
import type { PcTab } from "../symbol/pctab.ts";
import { pass, passThen } from "./pass.ts";
import type { Platform, TraceOptions } from "./platform.ts";
import { alloc, type Reader } from "./reader.ts";

const MOST = 2 ** 30;

/** What a trace is begun with, and read of. */
export interface TracerParts {
  readonly reader: Reader;
  readonly view: MemoryView;
  readonly pctab: PcTab;
  readonly file: string;
  readonly platform: Platform;
  readonly program: { readonly ended: Error | null };
}

/** Begins a trace; one from before is forgotten. Throws RangeError for a ring that cannot be, ProfileError when there is a trace already. */
export function start({ reader: { door }, view, program }: TracerParts, options: TraceOptions | true = true): void {
  const { bytes = TRACE_BYTES } = options === true ? {} : options;
  if (program.ended) throw endedError("the execution trace", program.ended);
  if (!(bytes >= TRACE_LEAST && bytes <= MOST)) throw new RangeError(`trace of ${bytes} bytes: at least ${TRACE_LEAST}, at most ${MOST}`);
  if (isTraced(view)) throw new ProfileError("could not enable tracing: execution tracer already enabled");
  const size = Math.floor(bytes / SLOT) * SLOT;
  const old = ringOf(view);
  const buf = alloc(door, size);
  if (old) door.enter((guest) => guest.gopark_free(old));
  beginTrace(view, buf, size);
}

/** Ends it. It can still be read. */
export function stop({ view }: TracerParts): void {
  endTrace(view);
}

/** Draws a ring. Throws ProfileError if there has never been a trace. */
export function draw(copy: TraceCopy | null, { pctab, file }: Pick<TracerParts, "pctab" | "file">): ChromeTrace {
  if (!copy) throw new ProfileError("no execution trace was started");
  return chromeTrace(decodeTrace(copy), { file, pctab, alive: copy.alive, before: copy.before });
}

/** Returns what is in the ring, also after the program's end. Throws ProfileError if there has never been a trace. */
export function read(parts: Pick<TracerParts, "view" | "pctab" | "file">): ChromeTrace {
  return draw(copyTrace(parts.view), parts);
}

/** Programs that are traced because somebody asked for some seconds. */
const asked = new WeakSet<MemoryView>();

/**
 * Traces for some seconds, then returns what was; of a flight recorder that runs already, its end, and of a program that
 * has ended, at once. One asks at a time.
 */
export async function traceFor(parts: TracerParts, seconds: number, signal?: AbortSignal): Promise<ChromeTrace> {
  const { platform, view, program } = parts;
  if (program.ended ? ringOf(view) : isTraced(view) && !asked.has(view)) {
    if (!program.ended) await pass(platform, seconds, signal);
    return tailOf(read(parts), seconds * 1e6);
  }
  start(parts);
  asked.add(view);
  await passThen(platform, seconds, signal, () => {
    asked.delete(view);
    stop(parts);
  });
  return read(parts);
}

/** What was within so many microseconds of the end, and the names of tracks. */
export function tailOf(trace: ChromeTrace, micros: number): ChromeTrace {
  const end = trace.traceEvents.reduce((last, { ts, dur = 0 }) => Math.max(last, ts + dur), 0);
  const tail = trace.traceEvents.filter(({ ph, ts, dur = 0 }) => ph === "M" || ts + dur >= end - micros);
  return { ...trace, traceEvents: begun(tail) };
}

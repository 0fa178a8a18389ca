// SPDX-License-Identifier: MIT
/**
 * Keeps what can still be asked of a program in a worker when it has ended, as it can of one without: the worker
 * says it with its last message, and the owner's side answers out of that.
 *
 * @module
 */
import { readPctab } from "../abi/manifest.ts";
import { decodeAnswer, encodeAnswer, type Left } from "../abi/messages.ts";
import type { Asked } from "../http/served.ts";
import { readNamedProfiles } from "../memory/record.ts";
import { copyTrace, type TraceCopy } from "../memory/trace.ts";
import { MemoryView } from "../memory/view.ts";
import { PcTab } from "../symbol/pctab.ts";
import { PROFILE_KINDS } from "./app.ts";

/** What can be asked: methods of the trace, and of pprof. */
export type Last = "stop" | "read" | "kinds" | "stopCPUProfile";

/** Reads what is left of a program that has ended; `cpu` is the CPU profile that was being taken. */
export async function leave(view: MemoryView, cpu: Promise<Uint8Array> | null): Promise<Left> {
  const [trace, named, profile] = await Promise.all([
    encodeAnswer(() => copyTrace(view)),
    encodeAnswer(() => readNamedProfiles(view).map(({ name }) => name)),
    cpu && encodeAnswer(() => cpu),
  ]);
  return { trace, named, cpu: profile };
}

/** Reads what is left where nobody could say it: the worker was stopped, or is stuck. */
export function leaveIn(memory: WebAssembly.Memory): Promise<Left> {
  memory.grow(0); // else it is seen as large as it was
  return leave(new MemoryView(memory), null);
}

/** Answers as the program would. Throws as it would. */
export async function answer(name: Last, left: Left, module: WebAssembly.Module, file: string): Promise<unknown> {
  switch (name) {
    case "stop": return undefined;
    case "read": return drawn(decodeAnswer(left.trace) as TraceCopy | null, module, file);
    case "kinds": return [...PROFILE_KINDS, ...decodeAnswer(left.named) as string[]];
    case "stopCPUProfile": return left.cpu ? decodeAnswer(left.cpu) : (await import("./sampler.ts")).notStarted();
  }
}

/** Serves what needs no program: the page, its scripts, the command line. For all else it gives the reason, `why`. */
export async function serveLeft(request: Asked, why: unknown, cmdline: readonly string[]): Promise<Response> {
  const { serve } = await import("../http/endpoint.ts");
  const gone = () => {
    throw why;
  };
  return serve({
    cmdline: () => cmdline, kinds: () => PROFILE_KINDS, profile: gone, trace: gone, text: gone, funcForPC: gone,
    numGoroutine: gone, schedtick: gone, readMemStats: gone, heapHistogram: gone, goroutineGroups: gone,
  }, request);
}

async function drawn(trace: TraceCopy | null, module: WebAssembly.Module, file: string): Promise<unknown> {
  const { draw } = await import("./trace.ts");
  return draw(trace, { file, pctab: new PcTab(await readPctab(module, file)) });
}

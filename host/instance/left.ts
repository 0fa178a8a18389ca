// SPDX-License-Identifier: MIT
/**
 * Keeps what can still be asked of a program in a worker when it has ended, as it can of one without: the worker
 * says it with its last message, and the owner's side answers out of that.
 *
 * @module
 */
import { readPctab } from "../abi/manifest.ts";
import { type Answer, decodeAnswer, encodeAnswer, type Left } from "../abi/messages.ts";
import type { Asked } from "../http/served.ts";
import { readNamedProfiles } from "../memory/record.ts";
import { copyTrace, type TraceCopy } from "../memory/trace.ts";
import { MemoryView } from "../memory/view.ts";
import type { ChromeTrace } from "../profile/trace.ts";
import { PcTab } from "../symbol/pctab.ts";
import { funcForPC } from "../symbol/pseudo.ts";
import { PROFILE_KINDS } from "./app.ts";

/** What can be asked: methods of the trace, and of pprof. */
export type Last = "stop" | "read" | "kinds" | "stopCPUProfile";

/** What has run in the worker. */
export interface Ran {
  readonly module: WebAssembly.Module;
  readonly file: string;
  readonly args: readonly string[];
  /** The memory, if it was shared. */
  readonly shared: WebAssembly.Memory | undefined;
}

/** Reads what is left of a program that has ended; `cpu` is the CPU profile that was being taken, `last` has those of its last moment. */
export async function leave(view: MemoryView, cpu: Promise<Uint8Array> | null, last: Promise<readonly Answer[]> | null = null): Promise<Left> {
  const [trace, named, profile, profiles] = await Promise.all([
    encodeAnswer(() => copyTrace(view)),
    encodeAnswer(() => readNamedProfiles(view).map(({ name }) => name)),
    cpu && encodeAnswer(() => cpu),
    last,
  ]);
  return { trace, named, cpu: profile, profiles };
}

/** Reads what is left where nobody could say it: the worker was stopped, or is stuck. */
export function leaveIn(memory: WebAssembly.Memory): Promise<Left> {
  memory.grow(0); // else it is seen as large as it was
  return leave(new MemoryView(memory), null);
}

/** Answers as the program would. Throws as it would. */
export async function answer(name: Last, left: Left, ran: Ran): Promise<unknown> {
  switch (name) {
    case "stop": return undefined;
    case "read": return drawn(left, ran);
    case "kinds": return [...PROFILE_KINDS, ...decodeAnswer(left.named) as string[]];
    case "stopCPUProfile": return left.cpu ? decodeAnswer(left.cpu) : (await import("./sampler.ts")).notStarted();
  }
}

/** Serves what needs no program: the page, its scripts, the command line, names of pcs, the end of a trace. For all else it gives the reason, `why`. */
export async function serveLeft(request: Asked, why: unknown, left: Left | null, ran: Ran): Promise<Response> {
  const [{ serve }, { tailOf }] = await Promise.all([import("../http/endpoint.ts"), import("./trace.ts")]);
  const gone = () => {
    throw why;
  };
  return serve({
    cmdline: () => [ran.file, ...ran.args], kinds: () => PROFILE_KINDS, profile: gone, text: gone,
    async trace(seconds) {
      if (!left || decodeAnswer(left.trace) === null) throw why;
      return new TextEncoder().encode(JSON.stringify(tailOf(await drawn(left, ran), seconds * 1e6)));
    },
    funcForPC: async (pc) => funcForPC(await pctabOf(ran), pc),
    numGoroutine: gone, schedtick: gone, readMemStats: gone, heapHistogram: gone, goroutineGroups: gone,
  }, request);
}

async function drawn({ trace }: Left, ran: Ran): Promise<ChromeTrace> {
  const { draw } = await import("./trace.ts");
  return draw(decodeAnswer(trace) as TraceCopy | null, { file: ran.file, pctab: await pctabOf(ran) });
}

async function pctabOf({ module, file }: Ran): Promise<PcTab> {
  return new PcTab(await readPctab(module, file));
}

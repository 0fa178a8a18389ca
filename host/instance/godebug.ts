// SPDX-License-Identifier: MIT
/**
 * Does what GODEBUG asks for, a list of name=value as Go's: gctrace=1, schedtrace=MS, tracebackancestors=N,
 * tracebacklabels=1. Loaded for programs that have it in their environment. A WASI command does the same for itself
 * (assembly/wasi/godebug.ts).
 *
 * @module
 */
import type { GuestExports } from "../abi/exports.ts";
import { ANCESTORS, DUMP_LABELS, FD_STDERR, SCHED, SCHED_DUMPS } from "../abi/layout.ts";
import type { MemoryView } from "../memory/view.ts";
import type { Door } from "./door.ts";
import type { Outputs } from "./output.ts";
import type { Platform } from "./platform.ts";
import type { Sampling } from "./program.ts";
import { readSched, SchedTrace } from "./schedtrace.ts";

export interface Debugged {
  readonly door: Door;
  readonly guest: GuestExports;
  readonly view: MemoryView;
  readonly platform: Platform;
  readonly outputs: Outputs;
  readonly sampling: Sampling;
}

/** Applies `settings` to a program that has not run yet. The last of a name counts; others than the above mean nothing. */
export function applyGodebug(settings: string, { door, guest, view, platform, outputs, sampling }: Debugged): void {
  const values = parsegodebug(settings);
  const of = (name: string) => values.get(name) ?? 0;
  if (of("gctrace") > 0) door.enter(() => guest.gopark_gctrace(1));
  if (of("tracebacklabels") === 1) view.setI32(SCHED + SCHED_DUMPS, DUMP_LABELS);
  view.setI32(ANCESTORS, of("tracebackancestors"));
  const print = (line: string) => outputs.write(FD_STDERR, new TextEncoder().encode(line));
  if (of("schedtrace") > 0 && !platform.overseen) sampling.schedtrace = new SchedTrace(() => readSched(view), platform, of("schedtrace"), print);
}

/** Reads settings as Go does at a program's start: what is not a name and a number of 32 bits is as if it were not there. */
export function parsegodebug(settings: string): Map<string, number> {
  const fields = settings.split(",").map((field) => /^([^=]*)=([+-]?\d+)$/.exec(field));
  const pairs = fields.flatMap((match) => (match ? [[match[1]!, Number(match[2])] as const] : []));
  return new Map(pairs.filter(([, n]) => n === (n | 0)));
}

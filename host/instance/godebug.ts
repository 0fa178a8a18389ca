// SPDX-License-Identifier: MIT
/**
 * Does what GODEBUG asks for, a list of name=value as Go's: gctrace=1, schedtrace=MS, tracebacklabels=1. Loaded for
 * programs that have it in their environment.
 *
 * @module
 */
import type { GuestExports } from "../abi/exports.ts";
import { DUMP_LABELS, FD_STDERR, SCHED, SCHED_DUMPS } from "../abi/layout.ts";
import type { MemoryView } from "../memory/view.ts";
import type { Door } from "./door.ts";
import type { Outputs } from "./output.ts";
import type { Platform } from "./platform.ts";
import type { Sampling } from "./program.ts";
import { SchedTrace } from "./schedtrace.ts";

export interface Debugged {
  readonly door: Door;
  readonly guest: GuestExports;
  readonly view: MemoryView;
  readonly platform: Platform;
  readonly outputs: Outputs;
  readonly sampling: Sampling;
}

/** Applies `settings` to a program that has not run yet. The first of a name counts; others than the above mean nothing. */
export function applyGodebug(settings: string, { door, guest, view, platform, outputs, sampling }: Debugged): void {
  const of = (name: string) => settings.split(",").find((s) => s.startsWith(`${name}=`))?.slice(name.length + 1);
  if (of("gctrace") === "1") door.enter(() => guest.gopark_gctrace(1));
  if (of("tracebacklabels") === "1") view.setI32(SCHED + SCHED_DUMPS, DUMP_LABELS);
  const interval = Number(of("schedtrace") ?? 0);
  const print = (line: string) => outputs.write(FD_STDERR, new TextEncoder().encode(line));
  if (interval > 0) sampling.schedtrace = new SchedTrace(view, platform, interval, print);
}

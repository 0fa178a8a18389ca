// SPDX-License-Identifier: MIT
/**
 * Reads in a memory what the owner of its program asks for, beside what attach reads: the execution trace, and
 * what the endpoint shows.
 *
 * @module
 */
import { StopError } from "../abi/errors.ts";
import { readDump, readGoroutines, readLabels } from "../memory/goroutines.ts";
import { glance } from "../memory/racy.ts";
import { copyTrace, endTrace, isTraced, type TraceCopy } from "../memory/trace.ts";
import type { MemoryView } from "../memory/view.ts";
import { printGoroutines } from "../profile/dump.ts";
import { type GoroutineGroup, groupGoroutines } from "../profile/groups.ts";
import type { ChromeTrace } from "../profile/trace.ts";
import { type Parts, secondOf, stopped } from "./attached.ts";
import { pass } from "./pass.ts";
import { draw, tailOf } from "./trace.ts";

/** Stops the program. */
export function goroutineGroups(parts: Parts): Promise<GoroutineGroup[]> {
  const { pctab } = parts;
  const now = secondOf(parts) ?? 0;
  return stopped(parts, (view) => groupGoroutines(readGoroutines(view).list, { pctab, now, labelsOf: (g) => readLabels(view, g.address) }));
}

/** Reads what the ring has. Stops the program only if it changes the ring all the time. */
export async function readTrace(parts: Parts): Promise<ChromeTrace> {
  return draw(await copied(parts), parts);
}

/** The ring, up to its position; of a program that does not stop, as it was found last: an event may be half written. */
async function copied(parts: Parts): Promise<TraceCopy | null> {
  const seen = glance(parts.from, copyTrace);
  if (seen?.settled) return seen.value;
  return stopped(parts, copyTrace).catch((error: unknown) => {
    if (error instanceof StopError && seen) return seen.value;
    throw error;
  });
}

/** Ends the trace. Stops the program, since what else is watched is in the same word. */
export function stopTrace(parts: Parts): Promise<void> {
  return stopped(parts, endTrace);
}

/**
 * Returns all stacks, as a program that dies prints them. One that does not stop is read as it runs: what it does meanwhile
 * may be of several moments.
 */
export async function lastStacks(parts: Parts): Promise<string> {
  const print = (view: MemoryView) => printGoroutines(readDump(view), parts.pctab, secondOf(parts));
  return stopped(parts, print).catch((error: unknown) => {
    const seen = error instanceof StopError && glance(parts.from, print);
    if (seen) return seen.value;
    throw error;
  });
}

/** Whether events are taken. */
export function traced({ view }: Parts): boolean {
  return isTraced(view);
}

/** Waits for some seconds; returns what a trace that is on has of them. */
export async function recent(parts: Parts, seconds: number, signal?: AbortSignal): Promise<ChromeTrace> {
  await pass(parts.platform, seconds, signal);
  return tailOf(await readTrace(parts), seconds * 1e6);
}

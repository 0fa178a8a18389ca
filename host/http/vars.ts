// SPDX-License-Identifier: MIT
/**
 * Serves what the page shows as JSON, for other readers too.
 *
 * `vars` has the shape of Go's expvar: what reads `memstats` there reads it here.
 *
 * @module
 */
import type { MemStats } from "../memory/record.ts";
import { jsonReply } from "./reply.ts";
import type { Served } from "./served.ts";

/**
 * What can be read at any time: the command line, MemStats under Go's names, the goroutines.
 * Nothing is collected, and no goroutine is looked at. All is asked for before anything is awaited.
 */
export async function vars(served: Served): Promise<Response> {
  const [profiles, stats, goroutines, schedtick] = await Promise.all([served.kinds(), served.readMemStats(), served.numGoroutine(), served.schedtick()]);
  return jsonReply({ cmdline: served.cmdline(), profiles, memstats: goNames(stats), goroutines, schedtick });
}

/** totalAlloc is TotalAlloc, buckHashSys BuckHashSys, and so on. */
function goNames(stats: MemStats): Record<string, unknown> {
  return Object.fromEntries(Object.entries(stats).map(([name, value]) => {
    const go = name.replace(/^gc/, "GC").replace(/^./, (c) => c.toUpperCase());
    return [go, value];
  }));
}

/** `{ millis, total, groups }`: a GoroutineGroup for each stack and go statement. */
export async function goroutines(served: Served): Promise<Response> {
  const { millis, value: groups } = await timed(() => served.goroutineGroups());
  const total = groups.reduce((sum, g) => sum + g.count, 0);
  return jsonReply({ millis, total, groups });
}

/** `{ millis, classes }`: what lives by class. It takes a collection. */
export async function histogram(served: Served): Promise<Response> {
  const { millis, value: classes } = await timed(() => served.heapHistogram());
  return jsonReply({ millis, classes });
}

/** Says how long the program had to wait, so that who asks again and again can leave it the time it needs. */
async function timed<T>(f: () => T | Promise<T>): Promise<{ millis: number; value: T }> {
  const start = performance.now();
  const given = f();
  const value = given instanceof Promise ? await given : given; // else the turns of others would count
  return { millis: performance.now() - start, value };
}

// SPDX-License-Identifier: MIT
/**
 * Serves an App over HTTP: gives the endpoint what it asks of a program.
 *
 * @module
 */
import { P0, P_SCHEDTICK } from "../abi/layout.ts";
import { serve } from "../http/endpoint.ts";
import type { Asked, Served } from "../http/served.ts";
import { readGoroutines, readLabels } from "../memory/goroutines.ts";
import { StillView } from "../memory/still.ts";
import { groupGoroutines } from "../profile/groups.ts";
import { funcForPC } from "../symbol/pseudo.ts";
import type { AppParts, Pprof, ProfileKind, Runtime } from "./app.ts";

/** Answers one request for /debug/…. Never rejects. */
export function serveApp(parts: AppParts, pprof: Pprof, runtime: Runtime, request: Asked): Promise<Response> {
  const { pctab, file, args = [], reader, view, platform } = parts;
  const served: Served = {
    cmdline: () => [file, ...args],
    kinds: () => pprof.kinds(),
    profile: (kind, wishes) => pprof.profile(kind as ProfileKind, wishes),
    async trace(seconds, signal) {
      const { traceFor } = await import("./trace.ts");
      return new TextEncoder().encode(JSON.stringify(await traceFor(parts, seconds, signal)));
    },
    text: (kind, debug) => pprof.text(kind as ProfileKind, debug),
    funcForPC: (pc) => funcForPC(pctab, pc),
    schedtick: () => view.u32(P0 + P_SCHEDTICK),
    numGoroutine: () => runtime.numGoroutine(),
    readMemStats: () => runtime.readMemStats(),
    heapHistogram: () => runtime.heapHistogram(),
    goroutineGroups() {
      runtime.numGoroutine(); // throws what tells that the program has ended
      const still = new StillView(reader.door.guest.memory);
      return groupGoroutines(readGoroutines(still).list, { pctab, now: platform.now() / 1e3, labelsOf: (g) => readLabels(still, g.address) });
    },
  };
  return serve(served, request);
}

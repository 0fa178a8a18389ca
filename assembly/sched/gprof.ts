// SPDX-License-Identifier: MIT
// What profiles keep of single goroutines: in a record of its own, so that a G without any stays small.

import { persistentalloc } from "../memory/persistentalloc";
import { nanotime } from "../sys/os";
import { G, getg, GProf } from "../sys/types";

/** gp's record; made if there is none. It stays with the G for whatever goroutine that is next. Never collects. */
export function gprof(gp: G): GProf {
  if (!gp.prof) {
    const size = offsetof<GProf>() + 7 & ~7;
    gp.prof = persistentalloc(size);
    memory.fill(gp.prof, 0, size);
  }
  return changetype<GProf>(gp.prof);
}

/** Notes when gp was made ready. Never allocates. */
export function noteready(gp: G): void {
  if (gp.prof) changetype<GProf>(gp.prof).ready = nanotime();
}

/** Gives a new goroutine the labels of the running one, or takes those away that its G had. Never collects. */
export function inheritlabels(gp: G): void {
  const prof = getg().prof;
  if (prof || gp.prof) gprof(gp).labels = prof ? changetype<GProf>(prof).labels : 0;
}

// SPDX-License-Identifier: MIT
// What profiles keep of single goroutines: in a record of its own, so that a G without any stays small.
//
// The transform inlines nothing of this file: it is for when a profile is on, and an indirect call in a function
// that may park would have that function keep more of its locals.

import { EV_CLOCK, EV_CREATE, WATCH_ANCESTORS, WATCH_BLOCK, WATCH_LABELS, WATCH_TRACE } from "../shared/layout";
import { persistentalloc } from "../memory/persistentalloc";
import { BLOCK_AWAKE, BLOCK_READY, onblock, onunlock, saveancestors } from "../sys/hooks";
import { nanotime } from "../sys/os";
import { traceclock, traceevent, tracemore, tracer, traceready } from "../sys/tracer";
import { G, g0, getg, GProf, sched } from "../sys/types";

/** gp's record; made if there is none. It stays with the G for whatever goroutine that is next. Never collects. */
export function gprof(gp: G): GProf {
  if (!gp.prof) {
    const size = offsetof<GProf>() + 7 & ~7;
    gp.prof = persistentalloc(size);
    memory.fill(gp.prof, 0, size);
  }
  return changetype<GProf>(gp.prof);
}

/** Notes that gp was made ready, when and by whom. Never collects. */
export function noteready(gp: G): void {
  if (sched.watch & WATCH_TRACE) traceready(gp);
  if (sched.watch & WATCH_BLOCK) endwait(gp, BLOCK_READY);
}

/** Notes that a timer or the host has made gp ready. Never collects. */
export function noteawake(gp: G): void {
  if (sched.watch & WATCH_BLOCK) endwait(gp, BLOCK_AWAKE);
}

// @ts-ignore: decorator
@inline function endwait(gp: G, how: usize): void {
  if (gp.prof && changetype<GProf>(gp.prof).parked) onblock(how, changetype<usize>(gp), 0);
}

/** Notes when gp has parked, as well as the scheduler knows: a yield, too, but that is never made ready. Never collects. */
export function noteparked(gp: G): void {
  const x = gp.prof ? changetype<GProf>(gp.prof) : gprof(gp);
  x.parked = tracer.now;
}

/** Tells the mutex profile that the first of q, and if n is not 0 the first n only, have waited for who runs. */
export function noteunlock(q: usize, n: i32): void {
  onunlock(q, <f32>n);
}

/** Tells those who want to know that gp is new: its labels, the trace, ancestors. Never collects. */
export function notebirth(gp: G): void {
  if (sched.watch & WATCH_LABELS) inheritlabels(gp);
  if (sched.watch & WATCH_TRACE) {
    const call = gp.callid >= 0;
    if (call) traceclock(EV_CLOCK, nanotime());
    traceevent(EV_CREATE, gp, <u32>call, gp.gopc);
    tracemore(call ? <u32>gp.fn : load<u32>(gp.fn), <u32>gp.parentgoid);
  }
  if (sched.watch & WATCH_ANCESTORS) saveancestors(changetype<usize>(gp), 0);
}

/** Gives a new goroutine the labels of the running one, or takes those away that its G had. Never collects. */
function inheritlabels(gp: G): void {
  const prof = getg().prof;
  if (prof || gp.prof) gprof(gp).labels = prof ? changetype<GProf>(prof).labels : 0;
}

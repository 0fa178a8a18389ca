// SPDX-License-Identifier: MIT
// What profiles keep of single goroutines: in a record of its own, so that a G without any stays small.
//
// The transform inlines nothing of this file: it is for when a profile is on, and an indirect call in a function
// that may park would have that function keep more of its locals.

import { EV_CLOCK, EV_CREATE, WATCH_ANCESTORS, WATCH_BLOCK, WATCH_LABELS, WATCH_TRACE } from "../shared/layout";
import { needpersistent, persistentalloc } from "../memory/persistentalloc";
import { BLOCK_AWAKE, BLOCK_READY, onblock, onunlock, saveancestors } from "../sys/hooks";
import { nanotime } from "../sys/os";
import { traceclock, traceevent, tracemore, tracer } from "../sys/tracer";
import { G, g0, getg, GProf, sched } from "../sys/types";

// @ts-ignore: decorator
@inline const GPROF_SIZE: usize = offsetof<GProf>() + 7 & ~7;

/** gp's record; made if there is none. It stays with the G for whatever goroutine that is next. May collect. */
export function gprof(gp: G): GProf {
  return changetype<GProf>(gp.prof ? gp.prof : cleared(gp, needpersistent(GPROF_SIZE)));
}

/** As gprof, for who can do without: null if there is no memory. Never collects. */
export function trygprof(gp: G): GProf | null {
  if (gp.prof) return changetype<GProf>(gp.prof);
  const ptr = persistentalloc(GPROF_SIZE);
  return ptr ? changetype<GProf>(cleared(gp, ptr)) : null;
}

function cleared(gp: G, ptr: usize): usize {
  memory.fill(ptr, 0, GPROF_SIZE);
  return gp.prof = ptr;
}

/** Notes, with WATCH_BLOCK, that gp was made ready, when and by whom. Never collects. */
export function noteready(gp: G): void {
  endwait(gp, BLOCK_READY);
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
  const x = trygprof(gp);
  if (x) x.parked = tracer.now;
}

/** Tells the mutex profile that the first of q, and if n is not 0 the first n only, have waited for who runs. */
export function noteunlock(q: usize, n: i32): void {
  onunlock(q, <f32>n);
}

/** Tells those who want to know that gp is new: its labels, the trace, ancestors. May collect. */
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

/** Gives a new goroutine the labels of the running one, or takes those away that its G had. May collect. */
function inheritlabels(gp: G): void {
  const prof = getg().prof;
  if (prof || gp.prof) gprof(gp).labels = prof ? changetype<GProf>(prof).labels : 0;
}

// SPDX-License-Identifier: MIT
// What the code that the transform generates calls. Exported so that asc compiles it; the
// transform takes the exports away again.

import { park } from "../sched/proc";
import { fataloom, gopanic } from "../sys/fatal";
import { contextdone, unwatchcontext, watchcontext } from "../sys/hooks";
import { resumed } from "../sys/intrinsics";
import { waitIO } from "../sys/status";
import { tracecall, tracecalled } from "../sys/tracer";
import { G, getg, sched, sudogof } from "../sys/types";

export { newunzeroed as gopark_newunzeroed, revisit as gopark_revisit, snapshot as gopark_snapshot } from "../memory/malloc";
export { gosched as gopark_gosched, morestack as gopark_morestack, preempt as gopark_preempt } from "../sched/proc";
export { growstack as gopark_growstack } from "../sched/stack";

/** Parks the goroutine that has begun a blocking host call; returns where its result is. */
export function gopark_hostwait(): usize {
  const gp = getg();
  if (resumed()) {
    gp.slotManaged = false;
    if (!sudogof(gp).success) gopanic(changetype<string>(<usize>gp.slot0));
    return changetype<usize>(gp) + offsetof<G>("slot0");
  }
  ++sched.hostcalls;
  park(gp, waitIO);
  return 0;
}

/** Whether a blocking host call is not to be made, as its context is done already. */
export function gopark_contextdone(ctx: usize): bool {
  const done = contextdone;
  return done && ctx ? done(ctx) : false;
}

/** Has a context end the blocking host call that was begun; returns the note of that. Called before gopark_hostwait. May collect. */
export function gopark_watchcontext(ctx: usize): usize {
  const watch = watchcontext;
  return watch && ctx ? watch(ctx, changetype<usize>(getg())) : 0;
}

/** Takes the note back behind gopark_hostwait. A context that is done has let go of it, and nothing else holds it. */
export function gopark_unwatchcontext(ctx: usize, note: usize): void {
  const unwatch = unwatchcontext;
  if (unwatch && note && !gopark_contextdone(ctx)) unwatch(note);
}

/** Begins a host call that returns at once. Called while there is a trace. */
export function gopark_tracecall(): void {
  tracecall();
}

/** Ends it. */
export function gopark_tracecalled(): void {
  tracecalled();
}

/** What the transform calls where an integer division would trap. */
export function gopark_panicdivide(): void {
  gopanic("runtime error: integer divide by zero");
}

/** What the transform calls where asc's allocator cannot grow the memory. */
export function gopark_outofmemory(): void {
  fataloom();
}

/** What the transform calls where an unreachable instruction of the program would trap. */
export function gopark_panicunreachable(): void {
  gopanic("unreachable code was reached");
}

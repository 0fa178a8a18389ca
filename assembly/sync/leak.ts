// SPDX-License-Identifier: MIT
// Leaked goroutines: those that nothing alive can wake any more (Go: GOEXPERIMENT=goroutineleakprofile).
//
// It is a collection in which goroutines that wait for another one are no roots. When all else is marked,
// those become roots whose channel, lock or the like is marked, for whoever reaches it might wake them; and so
// on, until there are no more. The others are leaked. They are visited then, too: nothing that they hold is
// freed, and the next cycle finds them as they are.
//
// Whatever queues a goroutine leaves findleaks in the hook of that name, so that programs without queues are
// without this. visitroots is this file's while that collection runs, from its start to its end and with nothing between.

import { gcfinish, gcstart, visitrunning } from "../memory/mgc";
import { bitmap, bitof, testbit } from "../memory/mbitmap";
import { drain, drained, drainoverflow } from "../memory/mgcmark";
import { mheap, spanof } from "../memory/mheap";
import { gcstats } from "../memory/mstats";
import { visitg, visitsched } from "../sched/roots";
import { ROOTS_CHANGED, ROOTS_SOME, setvisitroots } from "../sys/hooks";
import {
  Gwaiting, waitChanReceiveNil, waitChanSendNil, waitIO, waitSelect, waitSelectNoCases, waitSemacquire, waitSleep, waitZero
} from "../sys/status";
import { G, sched, sudogof } from "../sys/types";
import { casechan, Scases } from "./select";
import { ctxwaitdone } from "./sema";

/** Collects, and finds the goroutines that are leaked; returns how many. World stopped. */
export function findleaks(_: i32 = 0): i32 {
  gcfinish();
  setvisitroots(visitlive);
  gcstart();
  gcstats.forced = true;
  gcfinish();
  setvisitroots(visitsched);
  let n = 0;
  let gp = sched.allg;
  while (gp) {
    if (isleaked(gp)) ++n;
    gp = gp.alllink;
  }
  return n;
}

/** Tells whether the last search has found gp leaked, and it has not run since. */
export function isleaked(gp: G): bool {
  return gp.leaked && gp.gcscan && gp.status == Gwaiting;
}

/** What visitroots is while leaks are looked for. */
function visitlive(what: i32): i32 {
  if (what == ROOTS_CHANGED) return settle();
  return what == ROOTS_SOME && sched.scang ? visitothers() : visitsched(what);
}

/** Visits the goroutines that run, may run, or wait for a timer or the host. */
function visitothers(): i32 {
  let gp = sched.scang;
  while (gp) {
    gp.leaked = false;
    if (!mayleak(gp)) visitg(gp);
    gp = gp.alllink;
  }
  sched.scang = null;
  return 1;
}

/** Visits goroutines that could be woken until there are no more, then the rest. */
function settle(): i32 {
  visitrunning();
  while (wakesome());
  let gp = sched.allg;
  while (gp) {
    if (mayleak(gp)) {
      if (gp.gcscan != mheap.cycle) {
        visitg(gp);
        gp.leaked = true;
      }
    } else visitg(gp);
    gp = gp.alllink;
  }
  return 0;
}

/** Visits those whose waker may be alive by what is marked; false if there were none. */
function wakesome(): bool {
  while (!drained()) drain(i32.MAX_VALUE);
  drainoverflow();
  let any = false;
  let gp = sched.allg;
  while (gp) {
    if (mayleak(gp) && gp.gcscan != mheap.cycle && wakeable(gp)) {
      visitg(gp);
      any = true;
    }
    gp = gp.alllink;
  }
  return any;
}

/** Tells whether gp waits for what another goroutine has to do. */
function mayleak(gp: G): bool {
  if (gp.status != Gwaiting) return false;
  const reason = gp.waitreason;
  return reason != waitZero && reason != waitSleep && reason != waitIO;
}

/** Tells whether something that gp waits for is marked. */
function wakeable(gp: G): bool {
  switch (gp.waitreason) {
    case waitChanReceiveNil: case waitChanSendNil: case waitSelectNoCases: return false;
    case waitSelect: return anycase(changetype<Scases>(<usize>gp.slot0));
    case waitSemacquire: return reached(sudogof(gp).c) || reached(ctxwaitdone(gp));
    default: return reached(sudogof(gp).c);
  }
}

function anycase(s: Scases): bool {
  for (let i = 0; i < s.ncases; ++i) {
    if (reached(casechan(s, i))) return true;
  }
  return false;
}

/** Tells whether an object has been marked in the cycle that runs. */
function reached(ptr: usize): bool {
  if (!ptr) return false;
  if (ptr < __heap_base) return load<u32>(ptr - 16) == mheap.cycle;
  const s = spanof(ptr);
  return s.markgen == mheap.cycle && testbit(bitmap(s, mheap.cycle), bitof(s, ptr));
}

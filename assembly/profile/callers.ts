// SPDX-License-Identifier: MIT
// Lists of pcs: of the running goroutine (callers) and of all (goroutineProfile).

import { STACK_RECORD_DEPTH, STACK_RECORD_SIZE } from "../shared/layout";
import { gcount } from "../sched/proc";
import { starttheworld, stoptheworld } from "../sync/world";
import { Gdead } from "../sys/status";
import { G, sched, tracedg } from "../sys/types";
import { pcparent, readpc, unwind, unwindinit, unwindnext } from "./traceback";

/** Writes the pcs of the running goroutine, without the `skip` innermost frames, to p; returns how many. Never allocates. */
export function callers(skip: i32, p: usize, max: i32): i32 {
  const u = unwindinit(tracedg());
  let n = 0;
  for (let pc = unwindnext(u); pc && n < max; pc = unwindnext(u)) {
    // An inlined call has no pc of its own: what is left of its chain starts with its caller's record.
    while (pc && skip > 0) {
      --skip;
      readpc(pc);
      pc = pcparent();
    }
    if (pc) store<u32>(p + ((<usize>(n++)) << 2), pc);
  }
  return n;
}

/** Writes one StackRecord per goroutine to p if there are at most `max`; returns how many there are. World stopped. Never allocates. */
export function goroutineprofile(p: usize, max: i32): i32 {
  stoptheworld();
  const n = gcount();
  if (n <= max) {
    const me = tracedg();
    if (me.status != Gdead && me.goid) {
      saveg(me, p);
      p += STACK_RECORD_SIZE;
    }
    let gp = sched.allg;
    while (gp) {
      if (gp != me && gp.status != Gdead) {
        saveg(gp, p);
        p += STACK_RECORD_SIZE;
      }
      gp = gp.alllink;
    }
  }
  starttheworld();
  return n;
}

/** Writes the pcs of a goroutine to p, at most `depth`, and a 0 behind fewer. Never allocates. */
export function saveg(gp: G, p: usize, depth: i32 = STACK_RECORD_DEPTH): void {
  const n = unwind(gp, p, depth);
  if (n < depth) store<u32>(p + (<usize>n << 2), 0);
}

/** Writes one StackRecord per M to p if there are at most `max`; returns how many there are. */
export function threadcreateprofile(p: usize, max: i32): i32 {
  if (max >= 1) store<u32>(p, 0);
  return 1;
}

// SPDX-License-Identifier: MIT
// What the collector must see of the scheduler: what goroutines and timers hold.
//
// A goroutine's references are in three places: its arguments (argmask says which words), its
// frames (each counts its references, zero or an object's), and its slot, where a value in
// flight waits.

import { FRAME_ROOTS_MASK, FRAME_TAIL } from "../shared/layout";
import { Gdead } from "../sys/status";
import { G, sched } from "../sys/types";
import { framesize } from "./stack";
import { heaptimer } from "./timer";

/** Visits every reference that goroutines and timers hold. World stopped. Never allocates. */
export function visitsched(cookie: u32): void {
  let gp = sched.allg;
  while (gp) {
    if (gp.status != Gdead) visitg(gp, cookie);
    gp = gp.alllink;
  }
  for (let i = 0; i < sched.ntimers; ++i) {
    const t = heaptimer(i);
    if (t.managed) __visit(t.arg, cookie);
  }
}

function visitg(gp: G, cookie: u32): void {
  if (gp.slotManaged) __visit(<usize>gp.slot0, cookie);
  let mask = gp.argmask;
  for (let arg = gp.stack; mask; arg += 8, mask >>= 1) {
    if (mask & 1) __visit(load<usize>(arg), cookie);
  }
  let end = gp.stackpos;
  while (end > gp.stackbase) {
    const top = end - FRAME_TAIL;
    const roots = (load<u32>(end - 4) & FRAME_ROOTS_MASK) << 2;
    for (let p = top - roots; p < top; p += 4) __visit(load<usize>(p), cookie);
    end -= framesize(end);
  }
}

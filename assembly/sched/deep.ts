// SPDX-License-Identifier: MIT
// The collector's visit of a deep goroutine stack: in pieces, from the innermost frame on.
//
// One at a time: deepg. Its frames up to scandepth were visited or are in a gap. If it runs meanwhile,
// stacksave lowers scandepth to where frames are new, and these become one more gap; what was popped of
// others is in them no more. Gaps are filled from the innermost on, so a goroutine that runs between all
// steps is overtaken, as long as it leaves fewer frames than a step visits.

import { Gdead } from "../sys/status";
import { G, sched } from "../sys/types";
import { visitframes } from "./roots";

/** Bytes of frames that are visited at a time. */
// @ts-ignore: decorator
@inline export const PIECE: usize = 16 << 10;
/** What a step costs that visits none. */
// @ts-ignore: decorator
@inline const WORK: i32 = 32;
/** Gaps of deepg's frames: where each begins and ends, from its buffer's start, outermost first. */
const gaps = memory.data(64);
// @ts-ignore: decorator
@inline const MAX_GAPS: i32 = 8;
let ngaps = 0;

// @ts-ignore: decorator
@inline function gapat(i: i32): usize {
  return gaps + (<usize>i << 3);
}

/** Has the frames of gp from scandepth on visited in pieces. */
export function begindeep(gp: G): void {
  sched.deepg = gp;
  ngaps = 0;
}

/** Visits a piece of deepg's frames; returns the work that was. */
export function visitdeep(): i32 {
  const gp = changetype<G>(sched.deepg);
  if (gp.status == Gdead) ngaps = 0;
  else notegap(gp);
  if (!ngaps) {
    sched.deepg = null;
    return WORK;
  }
  const gap = gapat(ngaps - 1);
  const start = load<usize>(gap);
  const from = load<usize>(gap, 4);
  const end = visitframes(gp.stack + from, gp.stack + (from - start > PIECE ? from - PIECE : start)) - gp.stack;
  if (end > start) store<usize>(gap, end, 4);
  else --ngaps;
  return <i32>PIECE;
}

/** Takes note of the frames that deepg has left since, and of those that are new. */
function notegap(gp: G): void {
  const end = gp.stackpos - gp.stack;
  const depth = min(gp.scandepth, end);
  while (ngaps && load<usize>(gapat(ngaps - 1), 4) > depth) {
    if (load<usize>(gapat(ngaps - 1)) >= depth) --ngaps;
    else store<usize>(gapat(ngaps - 1), depth, 4);
  }
  gp.scandepth = end;
  if (end == depth) return;
  if (ngaps == MAX_GAPS) { // the outermost two become one, with what is between
    store<usize>(gapat(0), load<usize>(gapat(1), 4), 4);
    memory.copy(gapat(1), gapat(2), <usize>(--ngaps - 1) << 3);
  }
  store<usize>(gapat(ngaps), depth);
  store<usize>(gapat(ngaps++), end, 4);
}

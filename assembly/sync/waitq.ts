// SPDX-License-Identifier: MIT
// Queues of waiting goroutines: doubly linked Sudogs, first in, first out.
//
// A Sudog is the goroutine's own (one wait at a time) or a select's (one a case). A select that
// has been decided stays in its other queues until its goroutine runs; those entries are
// dropped by whoever meets them.

import { setfindleaks } from "../sys/hooks";
import { G, Sudog } from "../sys/types";
import { findleaks } from "./leak";

/** A queue, embedded in its owner: two words. */
@unmanaged export class WaitQ {
  first: Sudog | null;
  last: Sudog | null;
}

/** Appends sg. */
// @ts-ignore: decorator
@inline export function enqueue(q: WaitQ, sg: Sudog): void {
  sg.next = null;
  const last = q.last;
  sg.prev = last;
  if (last) last.next = sg;
  else q.first = sg;
  q.last = sg;
}

/** Takes the first that still waits; decides its select if it belongs to one. */
// @ts-ignore: decorator
@inline export function dequeue(q: WaitQ): Sudog | null {
  const sg = q.first;
  return sg ? dequeuefirst(q, sg) : null;
}

function dequeuefirst(q: WaitQ, head: Sudog): Sudog | null {
  let sg: Sudog | null = head;
  while (sg) {
    const next = sg.next;
    q.first = next;
    if (next) next.prev = null;
    else q.last = null;
    sg.next = null;
    if (!sg.isSelect) return sg;
    const gp = sg.g;
    if (!gp.selectDone) {
      gp.selectDone = true;
      gp.slot1 = changetype<usize>(sg);
      return sg;
    }
    sg = next;
  }
  return null;
}

/** Tells whether anyone waits, dropping selects that were decided elsewhere. */
export function waiting(q: WaitQ): bool {
  let sg = q.first;
  while (sg) {
    if (!sg.isSelect || !sg.g.selectDone) return true;
    const next = sg.next;
    q.first = next;
    if (next) next.prev = null;
    else q.last = null;
    sg.next = null;
    sg = next;
  }
  return false;
}

/** Removes sg if it is still in the queue. */
export function remove(q: WaitQ, sg: Sudog): void {
  const prev = sg.prev;
  const next = sg.next;
  if (!prev && q.first != sg) return;
  if (prev) prev.next = next;
  else q.first = next;
  if (next) next.prev = prev;
  else q.last = prev;
  sg.next = sg.prev = null;
}

/** Prepares the goroutine's own Sudog for a wait in a queue of `owner`, which the search for leaks looks at. */
// @ts-ignore: decorator
@inline export function initsudog(sg: Sudog, gp: G, owner: usize): Sudog {
  setfindleaks(findleaks);
  sg.g = gp;
  sg.c = owner;
  sg.elem = changetype<usize>(gp) + offsetof<G>("slot0");
  sg.isSelect = false;
  sg.success = false;
  return sg;
}

// SPDX-License-Identifier: MIT
// The pacer: when a cycle begins, and how much of it each allocation pays for.
//
// The goal is what survived the last cycle, and gcpercent of that and of what goroutines take, which a
// cycle looks at too, as in Go. But memory.grow has no way back: where the heap was larger before,
// leaving its memory unused saves nothing. So unless the program has set gcpercent the goal then is up
// to six times what survived, and cycles are fewer.
//
// The memory limit is one on all that was taken from the engine and is not free: what is no heap comes off it.
//
// While a cycle marks, each byte allocated owes ASSIST bytes of marking. A cycle begins where that will have
// as much marked as survived the last one when the goal is reached; should more be alive, it ends that
// much later, and the heap grows by at most an ASSISTth over the goal. Debts are paid when a class gets
// a span and with each large object, at most MAX_STEP at a time, so that no stop is long; a large object pays up to four
// times its size, in proportion to what it takes to clear it: else memory would grow by several such before what they
// replace is found dead.

import { gcfinish, gcmark, gcstart } from "./mgc";
import { BLOCK_SHIFT, mheap, stackinuse } from "./mheap";

/** No collection below this many bytes. */
// @ts-ignore: decorator
@inline const HEAP_MINIMUM: usize = 1 << 20;
/** How many times what survived the goal may be where the memory is there. */
// @ts-ignore: decorator
@inline const ROOMY: u64 = 6;
/** Bytes to mark for each byte allocated. */
// @ts-ignore: decorator
@inline const ASSIST: u64 = 16;
/** Debts smaller than this are left for later, larger ones are paid in parts. */
// @ts-ignore: decorator
@inline const MIN_STEP: usize = 16384;
// @ts-ignore: decorator
@inline const MAX_STEP: usize = 393216;

/**
 * What the memory limit leaves of a goal, at least `least`; null without a limit: few programs have one. Of its type
 * is no other function, as with the hooks of sys/hooks.ts.
 */
let limited: (goal: u64, least: u64, _: f32) => u64 = changetype<(goal: u64, least: u64, _: f32) => u64>(0);

/** Decides when to collect next: when the heap has grown by gcpercent, sooner if that would pass the limit. */
export function setgoal(): void {
  const live = <u64>mheap.survived;
  const percent = mheap.gcpercent;
  const scanned = live + stackinuse();
  let goal = percent < 0 ? <u64>u32.MAX_VALUE : live + scanned * <u64>percent / 100;
  if (percent >= 0) goal = max(goal, <u64>HEAP_MINIMUM * percent / 100);
  if (!mheap.gcpercentset) goal = max(goal, room(live, goal));
  const haslimit = changetype<usize>(limited) != 0;
  if (haslimit) goal = limited(goal, live + (scanned >> 4), 0);
  goal = min(goal, <u64>u32.MAX_VALUE);
  mheap.goal = <usize>goal;
  mheap.trigger = percent < 0 && !haslimit
    ? usize.MAX_VALUE
    : <usize>(goal - min(live / ASSIST, max(goal, live) - live >> 2));
}

/**
 * Go's memoryLimitHeapGoal. Over the limit already, a sixteenth of what a cycle looks at is left: Go, too, keeps its
 * collector from taking all time.
 */
function limitgoal(goal: u64, least: u64, _: f32): u64 {
  const limit = mheap.memorylimit - (<i64>(mheap.blocks - mheap.free - mheap.spanblocks) << BLOCK_SHIFT);
  return <u64>min(<i64>goal, max(limit - (limit >> 4), <i64>least)); // a sixteenth is never in objects
}

/** Has the goal keep to the limit: there is more now that is no heap. */
export function limitheap(): void {
  if (changetype<usize>(limited)) setgoal();
}

/** How large a heap has room in the memory that it has, but no larger than once was the goal. */
function room(live: u64, goal: u64): u64 {
  mheap.peakgoal = max(mheap.peakgoal, <usize>min(goal, <u64>u32.MAX_VALUE));
  const has = <u64>(mheap.spanblocks + mheap.free) << BLOCK_SHIFT;
  return min(min(<u64>mheap.peakgoal, live * ROOMY), has - (has >> 4));
}

/** Nothing is owed yet: a cycle begins. */
export function startassist(): void {
  mheap.assistdebt = 0;
  mheap.assisted = mheap.live;
}

/** Before an allocation of `size` bytes: begins a cycle if it is time, pays for the one that runs. May collect. */
export function gcpoll(size: usize): void {
  if (!mheap.gcphase) {
    if (mheap.live + size >= mheap.trigger) gcstart();
    return;
  }
  const bytes = mheap.live + size - mheap.assisted;
  mheap.assisted = mheap.live + size;
  const debt = <usize>min(<u64>mheap.assistdebt + <u64>bytes * ASSIST, <u64>mheap.live); // all there is
  if (<u64>mheap.live + size > <u64>mheap.goal + (mheap.goal >> 1)) gcfinish(); // the race is lost
  else if (debt < MIN_STEP) mheap.assistdebt = debt;
  else assist(debt, size);
}

function assist(debt: usize, size: usize): void {
  const marked = mheap.marked;
  gcmark(<i32>min(debt, max(MAX_STEP, size << 3 >> 1))); // no i32 overflows
  mheap.assistdebt = debt - min(debt, mheap.marked - marked);
}

/** Sets how much the heap may grow between collections, in percent; negative: no limit. Returns the setting before. */
export function setgcpercent(n: i32): i32 {
  const old = mheap.gcpercent;
  mheap.gcpercent = max(n, -1);
  mheap.gcpercentset = true;
  setgoal();
  return old;
}

/** Sets how many bytes the heap, stacks and all else should stay below; negative: only tells. Returns the setting before. */
export function setmemorylimit(bytes: i64): i64 {
  const old = mheap.memorylimit;
  if (bytes < 0) return old;
  mheap.memorylimit = bytes;
  limited = changetype<(goal: u64, least: u64, _: f32) => u64>(bytes == i64.MAX_VALUE ? <usize>0 : changetype<usize>(limitgoal));
  setgoal();
  return old;
}

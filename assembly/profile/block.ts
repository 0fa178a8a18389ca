// SPDX-License-Identifier: MIT
// The block and mutex profiles: how long goroutines have waited for each other, by stack (Go: runtime/mprof.go).
//
// The block profile counts a wait when its goroutine runs again: from the park until somebody made it ready.
// So a sleep, a wait for the host or one that never ends does not count. A wait of `rate` nanoseconds and more
// is always counted, a shorter one with a probability of its share of that, and for as much more.
//
// The mutex profile counts, one unlock in `rate`, how long those have waited who waited for this unlock, and
// charges the stack that unlocks. What is charged is not charged again: a waiter's time counts from then on.
//
// The scheduler notes times in GProfs while WATCH_BLOCK is set, and calls onblock.

import {
  BLOCK_PROFILE_RECORD_CYCLES, BLOCK_PROFILE_RECORD_SIZE, BLOCK_PROFILE_RECORD_STK, MPROF, STACK_RECORD_DEPTH, WATCH_BLOCK, WATCH_MUTEX
} from "../shared/layout";
import { gprof } from "../sched/gprof";
import { starttheworld, stoptheworld } from "../sync/world";
import { WaitQ } from "../sync/waitq";
import { BLOCK_PARKED, setonblock, setonunlock } from "../sys/hooks";
import { nanotime } from "../sys/os";
import { cheaprandn } from "../sys/rand";
import { Gwaiting } from "../sys/status";
import { G, GProf, sched, tracedg } from "../sys/types";
import { BlockBucket, blockProfile, Bucket, mprof, mutexProfile, stkbucket, stkof } from "./bucket";
import { unwind } from "./traceback";

/** As the host reads it. */
@unmanaged class BlockProfileRecord {
  count: i64;
  cycles: i64;
}

if (offsetof<BlockProfileRecord>("cycles") != BLOCK_PROFILE_RECORD_CYCLES) ERROR("shared/layout.ts is stale: cycles");
if (offsetof<BlockProfileRecord>() != BLOCK_PROFILE_RECORD_STK) ERROR("shared/layout.ts is stale: stk");

/** The pcs of the wait that is being counted. */
const stack = memory.data(STACK_RECORD_DEPTH << 2, 8);

/** Has waits of `rate` nanoseconds counted, and a share of shorter ones; 1: all, 0 and less: none. */
export function setblockrate(rate: i32): void {
  mprof.blockrate = max(rate, 0);
  watch();
}

/** Has one unlock in `rate` counted; 0: none, below: only asks. Returns the setting before. */
export function setmutexfraction(rate: i32): i32 {
  const old = mprof.mutexrate;
  if (rate < 0) return old;
  mprof.mutexrate = rate;
  watch();
  return old;
}

function watch(): void {
  const old = sched.watch;
  let bits = old & ~(WATCH_BLOCK | WATCH_MUTEX);
  if (mprof.blockrate) bits |= WATCH_BLOCK;
  if (mprof.mutexrate) bits |= WATCH_BLOCK | WATCH_MUTEX;
  sched.watch = bits;
  setonblock(onblock);
  setonunlock(onunlock);
  if (!(old & WATCH_BLOCK)) forget();
}

/** Forgets times from when waits were counted before. */
function forget(): void {
  let gp = sched.allg;
  while (gp) {
    if (gp.prof) changetype<GProf>(gp.prof).parked = 0;
    gp = gp.alllink;
  }
}

/** gp has parked, or is about to run. Never collects. */
function onblock(what: usize, ptr: usize): void {
  const gp = changetype<G>(ptr);
  if (what == BLOCK_PARKED) {
    if (gp.status != Gwaiting) return;
    const x = gprof(gp);
    x.parked = x.acquire = nanotime();
    x.ready = 0;
  } else if (gp.prof) {
    const x = changetype<GProf>(gp.prof);
    if (x.parked && x.ready) blockevent(gp, x.ready - x.parked);
    x.parked = 0;
  }
}

function blockevent(gp: G, waited: f64): void {
  const cycles = max<i64>(<i64>waited, 1);
  const rate = mprof.blockrate;
  if (!rate || rate > cycles && <i64>cheaprandn(rate) > cycles) return;
  const b = changetype<BlockBucket>(stkbucket(blockProfile, stack, unwind(gp, stack, STACK_RECORD_DEPTH)));
  if (cycles < rate) {
    b.count += <f64>rate / <f64>cycles;
    b.cycles += rate;
  } else {
    b.count += 1;
    b.cycles += cycles;
  }
}

/** The running goroutine is about to wake the first of those who wait for a lock. Never collects. */
function onunlock(ptr: usize, _: f32): void {
  const waited = charge(changetype<WaitQ>(ptr));
  const rate = mprof.mutexrate;
  if (waited < 0 || cheaprandn(rate)) return;
  const b = changetype<BlockBucket>(stkbucket(mutexProfile, stack, unwind(tracedg(), stack, STACK_RECORD_DEPTH)));
  b.count += rate;
  b.cycles += <i64>waited * rate;
}

/**
 * How long all who are queued have waited, as far as nobody has been charged for it; -1: the first began to wait when
 * nothing was counted. Go reckons with the average of the first and the last.
 */
function charge(q: WaitQ): f64 {
  const now = nanotime();
  let sum: f64 = 0;
  let known = false;
  let sg = q.first;
  while (sg) {
    const x = changetype<GProf>(sg.g.prof);
    if (changetype<usize>(x) && x.parked) {
      if (sg == q.first) known = true;
      sum += now - x.acquire;
      x.acquire = now;
    }
    sg = sg.next;
  }
  return known ? sum : -1;
}

/** Writes one BlockProfileRecord per stack to p if there are at most `max`; returns how many there are. World stopped. Never allocates. */
export function blockprofile(typ: i32, p: usize, max: i32): i32 {
  stoptheworld();
  const n = eachbucket(typ, 0);
  if (n <= max) eachbucket(typ, p);
  starttheworld();
  return n;
}

function eachbucket(typ: i32, p: usize): i32 {
  let n = 0;
  let b = firstbucket(typ);
  while (b) {
    ++n;
    if (p) {
      blockrecord(b, typ, p);
      p += BLOCK_PROFILE_RECORD_SIZE;
    }
    b = b.allnext;
  }
  return n;
}

/** The latest bucket of the block or mutex profile. */
export function firstbucket(typ: i32): Bucket | null {
  return changetype<Bucket | null>(load<usize>(MPROF + (<usize>typ << 2)));
}

/** Writes the BlockProfileRecord of a bucket to p. */
export function blockrecord(b: Bucket, typ: i32, p: usize): void {
  const r = changetype<BlockProfileRecord>(p);
  r.count = <i64>changetype<BlockBucket>(b).count;
  r.cycles = changetype<BlockBucket>(b).cycles;
  const size = <usize>b.nstk << 2;
  memory.copy(p + BLOCK_PROFILE_RECORD_STK, stkof(b, typ), size);
  memory.fill(p + BLOCK_PROFILE_RECORD_STK + size, 0, (<usize>STACK_RECORD_DEPTH << 2) - size);
}

// SPDX-License-Identifier: MIT
// The block and mutex profiles: how long goroutines have waited for each other, by stack (Go: runtime/mprof.go).
//
// The block profile counts a wait when it ends: from the park until another goroutine made this one ready.
// So a sleep, a wait for the host or one that never ends does not count. A wait of `rate` nanoseconds and more
// is always counted with small rates, a shorter one with a probability of its share of that, and for as much more.
//
// Reading the clock costs more than a switch, Go's cputicks a fraction of one. So with rates at which it is not wanted of
// every wait, and while switches are close to each other, it is read for one in up to 128, which stands for as many. Those
// that are not timed are known as well as the scheduler's readings are: good enough to count every long one.
//
// The mutex profile counts, for one in `rate` who wait for a lock, each unlock that it waited for: for how long, and if
// the lock became its own, that it was one; and charges the stack that unlocks. What is charged is not charged again.
//
// The scheduler notes times in GProfs while WATCH_BLOCK is set, and calls onblock.

import {
  BLOCK_PROFILE_RECORD_CYCLES, BLOCK_PROFILE_RECORD_SIZE, BLOCK_PROFILE_RECORD_STK, MPROF, PROFILE_DEPTH, STACK_RECORD_DEPTH, WATCH_BLOCK, WATCH_LONG, WATCH_MUTEX
} from "../shared/layout";
import { trygprof } from "../sched/gprof";
import { starttheworld, stoptheworld } from "../sync/world";
import { WaitQ } from "../sync/waitq";
import { BLOCK_PARKED, BLOCK_READY, setonblock, setonunlock } from "../sys/hooks";
import { nanotime } from "../sys/os";
import { cheaprandn } from "../sys/rand";
import { Gwaiting } from "../sys/status";
import { PLENTY, SAVED, tracer } from "../sys/tracer";
import { G, GProf, sched, Sudog, tracedg } from "../sys/types";
import { BlockBucket, blockProfile, Bucket, copystack, mprof, mutexProfile, stkbucket } from "./bucket";
import { unwind } from "./traceback";

/** As the host reads it. */
@unmanaged class BlockProfileRecord {
  count: i64;
  cycles: i64;
}

if (offsetof<BlockProfileRecord>("cycles") != BLOCK_PROFILE_RECORD_CYCLES) ERROR("shared/layout.ts is stale: cycles");
if (offsetof<BlockProfileRecord>() != BLOCK_PROFILE_RECORD_STK) ERROR("shared/layout.ts is stale: stk");

/** Nanoseconds of a wait that is counted whether it is timed or not. */
// @ts-ignore: decorator
@inline const LONG: i64 = 1_000_000;
/** Most waits to one that is timed for the block profile, and nanoseconds of its rate for each. */
// @ts-ignore: decorator
@inline const FEW: i32 = 128;
// @ts-ignore: decorator
@inline const FEW_SHIFT: i32 = 6;

/** The pcs of the wait that is being counted. */
const stack = memory.data(PROFILE_DEPTH << 2, 8);

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
  let bits = old & ~(WATCH_BLOCK | WATCH_MUTEX | WATCH_LONG);
  if (mprof.blockrate) bits |= WATCH_BLOCK;
  if (mprof.mutexrate) bits |= WATCH_BLOCK | WATCH_MUTEX;
  mprof.timed = oneof(mprof.blockrate, mprof.mutexrate);
  if (mprof.timed > 1 && mprof.blockrate) bits |= WATCH_LONG;
  sched.untimed = cheaprandn(mprof.timed);
  tracer.mask = 0; // the first waits are timed, whatever came before them
  tracer.saved = SAVED;
  sched.watch = bits;
  setonblock(onblock);
  setonunlock(onunlock);
  if (!(old & WATCH_BLOCK)) forget();
}

/** One in how many waits must be timed for both profiles. */
function oneof(block: i32, mutex: i32): i32 {
  const few = min(max(block >> FEW_SHIFT, 1), FEW);
  return block && mutex ? min(few, mutex) : block ? few : max(mutex, 1);
}

/** Forgets times from when waits were counted before. */
function forget(): void {
  mprof.waiting = 0;
  let gp = sched.allg;
  while (gp) {
    if (gp.prof) {
      const x = changetype<GProf>(gp.prof);
      x.parked = 0;
      x.timed = 0;
    }
    gp = gp.alllink;
  }
}

/** gp has parked and is to be timed, or what it has waited for has come. Never collects. */
function onblock(what: usize, ptr: usize, _: f32): void {
  const gp = changetype<G>(ptr);
  if (what == BLOCK_PARKED) parked(gp);
  else waited(gp, what == BLOCK_READY);
}

// @ts-ignore: decorator
@inline function parked(gp: G): void {
  sched.untimed = cheaprandn(2 * mprof.timed - 1);
  if (gp.status != Gwaiting) return;
  const x = trygprof(gp);
  if (!x) return;
  x.timed = tracer.saved > PLENTY ? 1 : mprof.timed;
  x.parked = x.acquire = nanotime();
  ++mprof.waiting;
}

// @ts-ignore: decorator
@inline function waited(gp: G, counts: bool): void {
  const x = changetype<GProf>(gp.prof);
  if (x.timed) --mprof.waiting;
  if (counts) {
    const ready = x.timed ? nanotime() : tracer.now;
    blockevent(gp, max<i64>(<i64>(ready - x.parked), 1), x.timed);
  }
  x.parked = 0;
  x.timed = 0;
}

function blockevent(gp: G, cycles: i64, timed: i32): void {
  const rate = mprof.blockrate;
  if (!rate) return;
  let weight: f64 = 1;
  if (cycles < max<i64>(LONG, rate)) {
    if (!timed) return;
    const known = cycles * timed; // as many are known in this one
    if (rate > known && <i64>cheaprandn(rate) > known) return;
    weight = <f64>max<i64>(rate, known) / <f64>cycles;
  }
  const b = changetype<BlockBucket | null>(stkbucket(blockProfile, stack, unwind(gp, stack, PROFILE_DEPTH)));
  if (!b) return;
  b.count += weight;
  b.cycles += <i64>(weight * <f64>cycles);
}

/** The first n, 0: all, of those who wait for a lock have waited for the running goroutine. Never collects. */
function onunlock(ptr: usize, n: f32): void {
  const q = changetype<WaitQ>(ptr);
  if (!mprof.waiting || !q.first) return;
  const waited = charge(q, <i32>n);
  if (waited < 0) return;
  const b = changetype<BlockBucket | null>(stkbucket(mutexProfile, stack, unwind(tracedg(), stack, PROFILE_DEPTH)));
  if (!b) return;
  b.count += standsfor(q.first!);
  b.cycles += <i64>waited;
}

/**
 * How long those of the first `most` queued, 0: of all, that are timed, and whom they stand for, have waited, as far as nobody
 * has been charged for it; -1: none is. Go reckons with the average of the first and the last.
 */
function charge(q: WaitQ, most: i32): f64 {
  let now: f64 = 0;
  let sum: f64 = -1;
  let sg = q.first;
  while (sg) {
    const n = standsfor(sg);
    if (n) {
      if (!now) {
        now = nanotime();
        sum = 0;
      }
      const x = changetype<GProf>(sg.g.prof);
      sum += (now - x.acquire) * n;
      x.acquire = now;
    }
    if (!--most) break;
    sg = sg.next;
  }
  return sum;
}

/** How many waits that of sg stands for: 0 if it is not timed. */
// @ts-ignore: decorator
@inline function standsfor(sg: Sudog): i32 {
  return sg.g.prof ? changetype<GProf>(sg.g.prof).timed : 0;
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
      blockrecord(b, typ, p, STACK_RECORD_DEPTH);
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

/** Writes the BlockProfileRecord of a bucket to p, with room for `depth` pcs. */
export function blockrecord(b: Bucket, typ: i32, p: usize, depth: i32): void {
  const r = changetype<BlockProfileRecord>(p);
  r.count = <i64>changetype<BlockBucket>(b).count;
  r.cycles = changetype<BlockBucket>(b).cycles;
  copystack(p + BLOCK_PROFILE_RECORD_STK, b, typ, depth);
}

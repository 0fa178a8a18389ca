// SPDX-License-Identifier: MIT
// G, M, P, Sched, Sudog: fields, no behaviour.
//
// All of it is in linear memory and none of it on the collected heap, so that another thread,
// the host, or a core dump's reader finds it. M 0 and sched have fixed addresses (layout.ts).

import {
  BUILD, BUILD_SIZE, FRAME_PC_SHIFT, FRAME_ROOTS_MASK, G_ALLLINK, G_CALLID, G_FN, G_GCSCAN, G_GOID, G_GOPC, G_LEAKED, G_PARENTGOID, G_PROF, G_SCHEDLINK, G_SLOT0, G_STACK, G_STACKBASE,
  G_STACKPOS, G_STATUS, G_WAITSINCE, G_WAITREASON, G0, GPROF_ANCESTORS, GPROF_LABELS, M_BUDGET, M_CURG, M_DATA, M_DATAEND, M_ENTERING, M_HOSTG, M_INDEX, M_RET, M_TRAPPC, M_TSP,
  M0, P_GRANTED, P_RUNNEXT, P_RUNQHEAD, P_SCHEDTICK, P_SPARE, P0, SCHED, SCHED_ALLG, SCHED_DUMPS, SCHED_GOIDGEN, SCHED_NENDED, SCHED_WATCH, TRACE_TOP
} from "../shared/layout";

/** One waiting for a channel, or a weighted waiter of a semaphore: an entry of a wait queue. */
@unmanaged export class Sudog {
  next: Sudog | null;
  prev: Sudog | null;
  g: G;
  elem: usize; // the slot that is sent from or received into
  c: usize; // the queue's owner; 0: of a select's case that is in no queue
  icase: i32; // select: which case; Semaphore: how much
  success: bool; // woken by a communication, not by close
  isSelect: bool; // g.selectDone tells whether it still counts
}

/** A goroutine. */
@unmanaged export class G {
  goid: u64;
  parentgoid: u64;
  slot0: u64; // the value being sent or received, a result: whatever crosses a park
  slot1: u64; // in a select: the Sudog that decided it
  schedlink: G | null; // run queue, free list
  stack: usize; // the buffer: arguments, then frames, outermost first
  stackbase: usize; // where frames begin
  stackpos: usize; // where they end
  stackend: usize; // end of the buffer
  entry: u32; // trampoline: index of a function of no arguments
  fn: usize; // what the trampoline calls: a function, or the number of an export
  gopc: u32; // pc of the go statement
  status: u8; // it and what follows up to argmask are written at once (proc.ts)
  waitreason: u8;
  left: u16; // how it left off: the low bits of the slot that says so in the execution trace
  argmask: u32; // bit i: the i-th 8 bytes of the arguments are a reference
  selectDone: bool; // the select it waits in has been decided
  leaked: bool; // while gcscan is not 0: nothing could wake it when profile/leak.ts last looked
  ok: bool; // did the latest receive deliver a sent value?
  slotManaged: bool; // slot0 is a reference
  writebuf: usize; // prints go here while it is set
  writenbuf: i32; // room left in it
  alllink: G | null; // next of all goroutines, oldest first
  gcscan: u32; // the cycle that has visited it since it ran last; 0: none
  callid: i32; // the host's number for this export call; 0: main; below: none, see proc.ts
  prof: usize; // GProf, for a goroutine of which profiles keep something; it stays with the G
  waitsince: u32; // while gcscan is not 0: the second of nanotime's in which a cycle began that found it waiting
  scandepth: usize; // while a cycle marks: frames that end this far into the buffer were visited, if they are not deepg's
  // A Sudog follows, for one wait at a time: parking never allocates.
}

/** What profiles keep of a goroutine: made by sched/gprof.ts, for those that need it. */
@unmanaged export class GProf {
  labels: usize; // key, value, …: a StaticArray<string> or 0
  ancestors: usize; // with WATCH_ANCESTORS: profile/ancestors.ts has its form
  parked: f64; // with WATCH_BLOCK: when it parked; 0: unknown, or it has been made ready since
  acquire: f64; // parked, or since when nobody has been charged for its waiting for a lock; if it is timed
  timed: i32; // the clock has been read for its wait, which stands for so many; 0: times are the scheduler's latest readings
}

/** The G's own Sudog. */
// @ts-ignore: decorator
@inline export function sudogof(gp: G): Sudog {
  return changetype<Sudog>(changetype<usize>(gp) + SUDOG_OFFSET);
}

// @ts-ignore: decorator
@inline const SUDOG_OFFSET: usize = (offsetof<G>() + 3) & ~3;
/** Bytes of a G with its Sudog. */
// @ts-ignore: decorator
@inline export const G_SIZE: usize = (SUDOG_OFFSET + offsetof<Sudog>() + 7) & ~7;

/** A thread: here the only one. */
@unmanaged export class M {
  tsp: usize; // trace stack pointer, grows down
  curg: G | null;
  datapos: usize; // asyncify's data
  dataend: usize;
  entering: i32;
  index: i32;
  hostg: G; // the goroutine that called the host; counts while curg is g0
  ret0: u64;
  ret1: u64;
  locks: i32; // world stops by this M
  budget: i32; // with --preempt: loops left until the clock is read
  trappc: u32; // with --traps: pc of what might have trapped last, for the host
}

/** A processor: the right to run goroutines, and the queue of those that may. */
@unmanaged export class P {
  runqhead: G | null;
  runqtail: G | null;
  runnext: G | null; // runs before the queue: what the running goroutine made ready last
  nextticks: u32; // times in a row that runnext went first
  gfree: G | null; // dead, to be used again
  schedtick: u32; // goroutines chosen, but for the latest `granted - spare`
  granted: i32; // so many may be chosen from one look at the clock, and at who watches, to the next
  spare: i32; // of those, so many are left

  /** Allows n to be chosen until the next look. */
  @inline grant(n: i32): void {
    this.schedtick += this.granted - this.spare;
    this.granted = this.spare = n;
  }
}

/** What all Ms share. */
@unmanaged export class Sched {
  allg: G | null; // all goroutines, dead ones included, by alllink
  watchbits: u32; // WATCH_ bits of layout.ts: profiles that want to know what the scheduler does
  dumps: u32; // DUMP_ bits
  lastg: G | null;
  nallg: i32;
  nended: i32; // with goidgen what numGoroutine takes: to count one in and out costs more
  goidgen: u64; // the last id given away; ids count from 1, which is main's
  worldsema: i32; // 1: free
  hostcalls: i32; // blocking host calls in flight
  untimed: i32; // with WATCH_BLOCK: parks until one is timed
  comeback: u8; // a SCHED_ code: why schedule() must return now
  mainstarted: bool;
  dying: bool;
  timers: usize; // heap of Timer
  ntimers: i32;
  timerfree: usize; // those of finished sleeps
  captimers: i32;
  timerseq: u64;
  checktimers: usize; // (now: f64) => bool; not in a program that starts no timer
  random: u64; // state of cheaprandn
  maxstack: usize; // bytes
  traceback: i32; // 0 none, 1 single, 2 all
  chunk: usize; // persistentalloc's
  chunkend: usize;
  scang: G | null; // the collector has visited those before it
  scantimer: i32; // likewise
  changed: usize; // goroutines that ran since they were visited, or are new: raw blocks of them
  nchanged: i32;
  capchanged: i32;
  changeslost: bool; // there was no memory to note some
  scanning: G | null; // was visited while it ran
  deepg: G | null; // its frames are visited in pieces; roots.ts knows which are not
  sliceend: f64; // when schedule() returns, on nanotime's clock

  // A build with GO_UNWATCHED has no code for those profiles: the benchmark tells what it costs while all are off.
  @inline get watch(): u32 {
    return isDefined(GO_UNWATCHED) ? 0 : this.watchbits;
  }

  /** The scheduler looks whom it has to tell before it chooses again. */
  @inline set watch(bits: u32) {
    this.watchbits = bits;
    p0.grant(0);
  }
}

// @ts-ignore: decorator
@inline export const m0 = changetype<M>(M0);
// @ts-ignore: decorator
@inline export const sched = changetype<Sched>(SCHED);
// @ts-ignore: decorator
@inline export const p0 = changetype<P>(P0);
// @ts-ignore: decorator
@inline export const g0 = changetype<G>(G0);

if (offsetof<Sched>("nended") != SCHED_NENDED) ERROR("shared/layout.ts is stale: Sched.nended");
if (offsetof<Sched>("goidgen") != SCHED_GOIDGEN) ERROR("shared/layout.ts is stale: Sched.goidgen");
if (offsetof<M>("tsp") != M_TSP) ERROR("shared/layout.ts is stale: M.tsp");
if (offsetof<M>("curg") != M_CURG) ERROR("shared/layout.ts is stale: M.curg");
if (offsetof<M>("datapos") != M_DATA) ERROR("shared/layout.ts is stale: M.datapos");
if (offsetof<M>("dataend") != M_DATAEND) ERROR("shared/layout.ts is stale: M.dataend");
if (offsetof<M>("entering") != M_ENTERING) ERROR("shared/layout.ts is stale: M.entering");
if (offsetof<M>("index") != M_INDEX) ERROR("shared/layout.ts is stale: M.index");
if (offsetof<M>("hostg") != M_HOSTG) ERROR("shared/layout.ts is stale: M.hostg");
if (offsetof<M>("budget") != M_BUDGET) ERROR("shared/layout.ts is stale: M.budget");
if (offsetof<M>("trappc") != M_TRAPPC) ERROR("shared/layout.ts is stale: M.trappc");
if (offsetof<M>("ret0") != M_RET) ERROR("shared/layout.ts is stale: M.ret");
if (offsetof<G>("goid") != G_GOID) ERROR("shared/layout.ts is stale: G.goid");
if (offsetof<G>("slot0") != G_SLOT0) ERROR("shared/layout.ts is stale: G.slot0");
if (offsetof<G>("stack") != G_STACK) ERROR("shared/layout.ts is stale: G.stack");
if (offsetof<G>("parentgoid") != G_PARENTGOID) ERROR("shared/layout.ts is stale: G.parentgoid");
if (offsetof<G>("stackbase") != G_STACKBASE) ERROR("shared/layout.ts is stale: G.stackbase");
if (offsetof<G>("stackpos") != G_STACKPOS) ERROR("shared/layout.ts is stale: G.stackpos");
if (offsetof<G>("fn") != G_FN) ERROR("shared/layout.ts is stale: G.fn");
if (offsetof<G>("gopc") != G_GOPC) ERROR("shared/layout.ts is stale: G.gopc");
if (offsetof<G>("status") != G_STATUS) ERROR("shared/layout.ts is stale: G.status");
if (offsetof<G>("waitreason") != G_WAITREASON) ERROR("shared/layout.ts is stale: G.waitreason");
if (offsetof<G>("alllink") != G_ALLLINK) ERROR("shared/layout.ts is stale: G.alllink");
if (offsetof<G>("callid") != G_CALLID) ERROR("shared/layout.ts is stale: G.callid");
if (offsetof<G>("leaked") != G_LEAKED) ERROR("shared/layout.ts is stale: G.leaked");
if (offsetof<G>("gcscan") != G_GCSCAN) ERROR("shared/layout.ts is stale: G.gcscan");
if (offsetof<G>("prof") != G_PROF) ERROR("shared/layout.ts is stale: G.prof");
if (offsetof<G>("waitsince") != G_WAITSINCE) ERROR("shared/layout.ts is stale: G.waitsince");
if (offsetof<GProf>("labels") != GPROF_LABELS) ERROR("shared/layout.ts is stale: GProf.labels");
if (offsetof<GProf>("ancestors") != GPROF_ANCESTORS) ERROR("shared/layout.ts is stale: GProf.ancestors");
if (offsetof<Sched>("watchbits") != SCHED_WATCH) ERROR("shared/layout.ts is stale: Sched.watchbits");
if (offsetof<Sched>("dumps") != SCHED_DUMPS) ERROR("shared/layout.ts is stale: Sched.dumps");
if (offsetof<Sched>("allg") != SCHED_ALLG) ERROR("shared/layout.ts is stale: Sched.allg");
if (offsetof<G>("schedlink") != G_SCHEDLINK) ERROR("shared/layout.ts is stale: G.schedlink");
if (offsetof<P>("runqhead") != P_RUNQHEAD) ERROR("shared/layout.ts is stale: P.runqhead");
if (offsetof<P>("runnext") != P_RUNNEXT) ERROR("shared/layout.ts is stale: P.runnext");
if (offsetof<P>("schedtick") != P_SCHEDTICK) ERROR("shared/layout.ts is stale: P.schedtick");
if (offsetof<P>("granted") != P_GRANTED) ERROR("shared/layout.ts is stale: P.granted");
if (offsetof<P>("spare") != P_SPARE) ERROR("shared/layout.ts is stale: P.spare");
if (M0 + offsetof<M>() > BUILD) ERROR("M 0 runs into BUILD");
if (BUILD + BUILD_SIZE > SCHED) ERROR("BUILD runs into Sched");
if (SCHED + offsetof<Sched>() > P0) ERROR("Sched runs into P 0");
if (P0 + offsetof<P>() > G0) ERROR("P 0 runs into G 0");

/** The running goroutine; g0 while the scheduler, module level or a call from the host runs. */
// @ts-ignore: decorator
@inline export function getg(): G {
  return changetype<G>(load<usize>(M0, M_CURG));
}

/** The running goroutine, also while its call of the host runs; g0 if there is none. */
export function tracedg(): G {
  const gp = getg();
  return gp == g0 && changetype<usize>(m0.hostg) && m0.tsp != TRACE_TOP ? m0.hostg : gp;
}

/** The pc of the innermost call that is being traced: 0 if none is. */
// @ts-ignore: decorator
@inline export function callerpc(): u32 {
  let tsp = m0.tsp;
  while (tsp != TRACE_TOP) {
    const word = load<u32>(tsp);
    if (word >>> FRAME_PC_SHIFT) return word >>> FRAME_PC_SHIFT;
    tsp += 4 + ((word & FRAME_ROOTS_MASK) << 2); // a frame of the runtime's own, for its references
  }
  return 0;
}

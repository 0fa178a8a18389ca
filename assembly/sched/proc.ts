// SPDX-License-Identifier: MIT
// The scheduler: goroutines are made, parked, made ready, run, and end here.
//
// schedule() is the only loop. The host calls it, it runs one goroutine after the other, and
// gives control back when none is runnable or its time slice is over. A goroutine comes back to
// execute() in one of two ways: its call returned (then its next outer frame is resumed, or it is
// done), or it unwound (then it is parked, and whoever made it findable is its waker).
//
// park() is inlined into bottom-most functions (sys/intrinsics.ts has their form).

import {
  EV_BEGIN, EV_CLOCK, EV_END, EV_SLICE_END, START_MASK, START_WORD, TRACE_TOP, WATCH_BIRTHS, WATCH_BLOCK, WATCH_CPU, WATCH_LONG, WATCH_TRACE,
  WORLD, WORLD_REQUEST,
} from "../shared/layout";
import { SCHED_EXIT, SCHED_IDLE, SCHED_YIELD } from "../shared/status";
import { torture } from "../memory/malloc";
import { needpersistent } from "../memory/persistentalloc";
import { fatal } from "../sys/fatal";
import { BLOCK_PARKED, groupdone, onblock, ongoexit } from "../sys/hooks";
import { callexport, resumed, startgoroutine, unwind, unwound } from "../sys/intrinsics";
import { nanotime, osdone } from "../sys/os";
import { flush } from "../sys/print";
import { Gdead, Grunnable, Grunning, Gwaiting, waitZero } from "../sys/status";
import { slotleft, traceevent, traceleft, tracenow, tracer, traceready, tracereading, untrace } from "../sys/tracer";
import { callerpc, G, G_SIZE, g0, getg, m0, p0, sched, tracedg } from "../sys/types";
import { notebirth, noteparked, noteready } from "./gprof";
import { changed, made } from "./roots";
import { checkrunq, runqget, runqput, runqputfirst, runqputnext } from "./runq";
import { stackargs, stackclear, stackresume, stacksave } from "./stack";
import { firedue } from "./timer";

// Values of G.callid that are no call of the host.
// @ts-ignore: decorator
@inline const STARTED_BY_GO: i32 = -1;
// @ts-ignore: decorator
@inline const OF_A_GROUP: i32 = -2;
/** With --preempt, so many checks pass before one looks at the clock: microseconds apart. */
// @ts-ignore: decorator
@inline const BUDGET: i32 = isDefined(GO_TORTURE_PREEMPT) ? GO_TORTURE_PREEMPT - 1 : 2000;

/** Parks the running goroutine: the last thing a bottom-most function does. */
// @ts-ignore: decorator
@inline export function park(gp: G, reason: u8): void {
  setstatus(gp, Gwaiting, reason);
  unwindto(gp);
}

/** Sets them and G.left in one store: they lie side by side. */
// @ts-ignore: decorator
@inline function setstatus(gp: G, status: u8, reason: u8): void {
  store<u32>(changetype<usize>(gp), <u32>status | <u32>reason << 8 | slotleft(status, reason) << 16, offsetof<G>("status"));
}

// @ts-ignore: decorator
@inline function unwindto(gp: G): void {
  if (gp == g0) cannotpark();
  m0.datapos = gp.stackpos;
  m0.dataend = gp.stackend;
  unwind();
}

function cannotpark(): void {
  if (tracedg() != g0) fatal("a goroutine parked below a host function");
  fatal(sched.mainstarted ? "a call from the host parked: it has no goroutine" : "a park at module level");
}

/** Makes a parked goroutine runnable; it runs next. Who watches comes last, so that the others keep nothing for the call. */
// @ts-ignore: decorator
@inline export function goready(gp: G): void {
  gp.status = Grunnable;
  runqputnext(p0, gp);
  const watch = sched.watch;
  if (watch & WATCH_TRACE) traceready(gp);
  if (watch & WATCH_BLOCK) noteready(gp);
}

/** Lets the others run first. May park. */
export function gosched(): void {
  if (resumed()) return;
  const gp = getg();
  setstatus(gp, Grunnable, waitZero);
  runqput(p0, gp);
  unwindto(gp);
}

/** Unwinds the running goroutine and runs it again at once, on an engine stack that is empty. May park. */
export function morestack(): void {
  if (resumed()) return;
  const gp = getg();
  if (gp == g0) return;
  setstatus(gp, Grunnable, waitZero);
  runqputnext(p0, gp);
  unwindto(gp);
}

/** What loops and recursion call in a build with --preempt when their budget is spent. May park. */
export function preempt(): void {
  if (resumed()) return;
  m0.budget = BUDGET;
  const gp = getg();
  if (gp == g0) return;
  if (!isDefined(GO_TORTURE_PREEMPT)) { // which is after other goroutines, not after the event loop
    if (nanotime() < sched.sliceend) return;
    sched.comeback = <u8>SCHED_YIELD;
  }
  setstatus(gp, Grunnable, waitZero);
  runqput(p0, gp);
  unwindto(gp);
}

/** Ends the running goroutine. */
export function goexit(): void {
  if (resumed()) return;
  const gp = getg();
  if (changetype<usize>(ongoexit)) ongoexit(changetype<usize>(gp), 0);
  setstatus(gp, Gdead, waitZero);
  unwindto(gp);
}

/** Makes a runnable goroutine that calls trampoline `entry`, with room for `size` bytes of arguments. May collect. */
export function newproc(entry: usize, fn: usize, size: usize): G {
  if (!fn) fatal("go of nil func value");
  if (isDefined(GO_TORTURE) || isDefined(GO_TORTURE_STEP)) torture();
  const gp = gfget();
  gp.goid = ++sched.goidgen;
  startproc(gp, startof(entry, fn), fn, size);
  gp.gopc = callerpc();
  gp.parentgoid = getg().goid;
  runqputnext(p0, gp);
  if (sched.watch & WATCH_BIRTHS) notebirth(gp);
  return gp;
}

/** What execute is to call for trampoline `entry` of function `fn`. */
// @ts-ignore: decorator
@inline function startof(entry: usize, fn: usize): u32 {
  const index = load<u32>(entry);
  const word = load<u32>(fn - START_WORD);
  return (word & START_MASK) == index ? word : index;
}

// @ts-ignore: decorator
@inline function startproc(gp: G, entry: u32, fn: usize, size: usize): void {
  gp.entry = entry;
  gp.fn = fn;
  store<u64>(changetype<usize>(gp), Grunnable, offsetof<G>("status"));
  if (size) stackargs(gp, size);
  made(gp);
}

/** Makes a goroutine that runs an export for the host; callid 0 is the program's main. May collect. */
export function newcall(id: i32, callid: i32, mask: u32, size: usize): usize {
  const main = callid == 0;
  const gp = gfget();
  if (main) {
    gp.goid = 1;
    --sched.nended;
  } else gp.goid = ++sched.goidgen;
  const entry = (): void => { callexport(<u32>getg().fn); };
  startproc(gp, load<u32>(changetype<usize>(entry)), id, size);
  gp.gopc = 0;
  gp.parentgoid = 0;
  gp.callid = callid;
  if (sched.watch & WATCH_BIRTHS) notebirth(gp);
  gp.argmask = mask; // what it says is written next
  sched.mainstarted = true;
  if (main) runqputfirst(p0, gp); // what the module level started waits, as init's goroutines do
  else runqput(p0, gp);
  return gp.stack;
}

/** A dead goroutine to use again, or a new one. */
// @ts-ignore: decorator
@inline function gfget(): G {
  const gp = p0.gfree;
  if (!gp) return malg();
  p0.gfree = gp.schedlink;
  return gp;
}

function malg(): G {
  const ptr = needpersistent(G_SIZE);
  memory.fill(ptr, 0, G_SIZE);
  const gp = changetype<G>(ptr);
  gp.callid = STARTED_BY_GO;
  const last = sched.lastg;
  if (last) last.alllink = gp;
  else sched.allg = gp;
  sched.lastg = gp;
  ++sched.nallg;
  return gp;
}

/** Goroutines that are not dead. */
export function gcount(): i32 {
  return <i32>sched.goidgen - sched.nended;
}

// @ts-ignore: decorator
@inline function goexit0(gp: G): void {
  gp.status = Gdead;
  stackclear(gp);
  gp.schedlink = p0.gfree;
  p0.gfree = gp;
  ++sched.nended;
}

/** Puts gp, just made with 8 bytes behind its arguments, into a WaitGroup: its end is a done(). */
export function setgroup(gp: G, wg: usize): void {
  const at = gp.stackbase - 8;
  store<u64>(at, wg);
  gp.argmask |= 1 << <u32>((at - gp.stack) >> 3);
  gp.callid = OF_A_GROUP;
}

/** Tells whoever waits for the goroutine's function that it has returned. */
function finished(gp: G): void {
  if (gp.callid == OF_A_GROUP) groupdone(load<usize>(gp.stackbase - 8));
  else exportdone(gp);
  gp.callid = STARTED_BY_GO;
}

/** Tells whoever waits for the goroutine's function that it will not return. */
function exited(gp: G): void {
  if (gp.callid == OF_A_GROUP) groupdone(load<usize>(gp.stackbase - 8));
  else if (gp.callid) osdone(gp.callid, 0);
  gp.callid = STARTED_BY_GO;
}

/** Tells the host that an export has returned. */
function exportdone(gp: G): void {
  if (gp.callid) osdone(gp.callid, changetype<usize>(gp) + offsetof<G>("slot0"));
  else sched.comeback = <u8>SCHED_EXIT;
}

// @ts-ignore: decorator
@inline function execute(gp: G): void {
  m0.curg = gp;
  gp.status = Grunning;
  if (gp.gcscan) changed(gp);
  const entry = gp.entry;
  if (entry) {
    gp.entry = 0;
    startgoroutine(entry);
  } else stepout(gp);
  while (true) {
    if (unwound()) {
      const word = stacksave(gp);
      if (sched.watch & WATCH_TRACE) traceleft(gp, word);
      if (gp.status == Gdead) exit(gp);
      break;
    }
    if (gp.stackpos == gp.stackbase) {
      if (sched.watch & (WATCH_CPU | WATCH_TRACE)) noteend(gp);
      if (gp.callid != STARTED_BY_GO) finished(gp);
      goexit0(gp);
      break;
    }
    stackresume(gp);
  }
}

/** Ends gp, which has unwound for good. */
function exit(gp: G): void {
  leftoff(gp);
  if (gp.callid != STARTED_BY_GO) {
    const traced = sched.watch & WATCH_TRACE;
    if (traced) untrace();
    exited(gp);
    if (traced) traceevent(EV_END, gp, 0, 0); // behind those whom it makes ready
  }
  goexit0(gp);
}

/** Tells profiles, whoever waits for it and the trace, in this order, that gp's function has returned. */
function noteend(gp: G): void {
  gp.status = Gdead;
  leftoff(gp);
  if (gp.callid != STARTED_BY_GO) finished(gp);
  if (sched.watch & WATCH_TRACE) traceevent(EV_END, gp, 0, 0);
}

/** Tells profiles that gp has left off to run. */
function leftoff(gp: G): void {
  const watch = sched.watch;
  if (watch & WATCH_BLOCK) {
    if (--sched.untimed < 0) onblock(BLOCK_PARKED, changetype<usize>(gp), 0);
    else if (watch & WATCH_LONG) noteparked(gp);
  }
  if (watch & WATCH_CPU) nanotime(); // a host's clock takes a sample when one is due
}

// A goroutine whose trampoline itself was parked has no frame left to resume: it is done.
// @ts-ignore: decorator
@inline function stepout(gp: G): void {
  if (gp.stackpos != gp.stackbase) stackresume(gp);
}

/** Says that none runs, before anything else does. */
// @ts-ignore: decorator
@inline function leave(): void {
  m0.curg = g0;
  m0.hostg = changetype<G>(0);
}

/** Tells profiles that who ran last has left off, unless it has ended: then they know. */
// @ts-ignore: decorator
@inline function parted(): void {
  const gp = getg();
  if (gp != g0 && gp.status != Gdead) leftoff(gp);
}

/**
 * Does what is due between two goroutines once as many as were granted have run: reads the clock, fires timers. One
 * is granted at a time, and the clock not read for each, while profiles want to know who leaves off. Returns whether
 * the slice is over.
 */
function between(): bool {
  parted();
  leave();
  if (--tracer.unread >= 0) {
    p0.grant(0);
    return false;
  }
  if (isDefined(GO_DEBUG)) checkrunq(p0);
  const now = nanotime();
  grant(tracereading(EV_CLOCK, now));
  if (sched.ntimers) firedue(now);
  return now >= sched.sliceend;
}

/** Allows n more to be chosen until the clock is read. */
function grant(n: i32): void {
  const single = (sched.watch & (WATCH_BLOCK | WATCH_CPU)) != 0;
  tracer.unread = single ? n : 0;
  p0.grant(single ? 0 : n);
}

/** Runs goroutines for at most `slice` nanoseconds; tells why it came back (SCHED_*). */
export function schedule(slice: f64): i32 {
  m0.tsp = TRACE_TOP;
  const start = nanotime();
  sched.sliceend = start + slice;
  grant(tracereading(EV_BEGIN, start) + 1); // it has been read for the first
  const ticks = p0.schedtick;
  let why = SCHED_IDLE;
  while (true) {
    if (--p0.spare < 0 && between()) {
      ++p0.spare; // none is chosen
      why = SCHED_YIELD;
      break;
    }
    let gp = runqget(p0);
    if (!gp) {
      ++p0.spare;
      leave();
      if (sched.ntimers && firedue(nanotime())) continue;
      break;
    }
    // A reader in another thread waits for this, or a question for the time; its host does the rest.
    if (isDefined(GO_THREADS)) {
      if (atomic.load<i32>(WORLD + WORLD_REQUEST)) {
        leave();
        nanotime();
      }
    }
    execute(gp);
    why = sched.comeback;
    if (why) {
      parted();
      leave();
      sched.comeback = 0;
      if (why == SCHED_YIELD && sched.ntimers) firedue(sched.sliceend); // each slice may be one goroutine's
      break;
    }
  }
  p0.grant(0);
  if (p0.schedtick != ticks && sched.watch & WATCH_TRACE) tracenow(EV_SLICE_END, 0);
  flush();
  return why;
}

/** Prepares what M, P and sched do not have from a data segment (m0.tsp, m0.curg). Called once, before anything else. */
export function schedinit(): void {
  sched.goidgen = sched.nended = 1; // main's, which counts as ended until it starts
  sched.worldsema = 1;
  sched.maxstack = 250 << 20; // Go's limit on 32 bits
  sched.traceback = 1;
}

// SPDX-License-Identifier: MIT
// The exports that a host drives the runtime with, listed for it in host/abi/exports.ts.
//
// The host calls them while no goroutine runs. SETTLE, SCHED, TRAP codes: shared/status.ts.

import { gcstats } from "../memory/mstats";
import { heaphistogram } from "../memory/histogram";
import { tryalloc } from "../memory/raw";
import {
  EXIT_TRAP, SETTLE_MANAGED, SETTLE_OK, TRAP_DIVIDE, TRAP_HOST, TRAP_MEMORY, TRAP_OVERFLOW,
  TRAP_STACK, TRAP_TABLE, TRAP_UNREACHABLE
} from "../shared/status";
import { EV_HOST_DONE, MEM_STATS_SIZE, PROFILE_DEPTH, SLOT_SIZE, WATCH_TRACE } from "../shared/layout";
import { goroutineprofile, saveg } from "../profile/callers";
import { memprofile } from "../profile/mprof";
import { printstacks } from "../profile/traceback";
import { noteawake } from "../sched/gprof";
import { gcount, newcall, schedule } from "../sched/proc";
import { changed } from "../sched/roots";
import { nexttimer } from "../sched/timer";
import { enddump, fataldeadlock, startdump } from "../sys/fatal";
import { gcworld, starttheworld, stoptheworld } from "../sync/world";
import { findleaks } from "../sys/hooks";
import { resetstate } from "../sys/intrinsics";
import { flush, printindented, printrune, printstring } from "../sys/print";
import { Grunnable } from "../sys/status";
import { tracenow } from "../sys/tracer";
import { G, p0, sched, sudogof, tracedg } from "../sys/types";
import { runqput } from "../sched/runq";
import { MemNumbers, readnumbers } from "./memstats";

/** Most arguments of an export: the transform refuses more. */
// @ts-ignore: decorator
@inline const MAX_ARGS: usize = 16;
const memstats = memory.data(MEM_STATS_SIZE, 8);

/** Starts export `id`; returns where its `nargs` arguments go, a slot each. */
export function gopark_newcall(id: i32, callid: i32, managedmask: i32): usize {
  let mask: u32 = 0;
  for (let i = 0; i < <i32>MAX_ARGS; ++i) {
    if (managedmask >>> i & 1) mask |= 1 << (i << 1);
  }
  return newcall(id, callid, mask, callid ? MAX_ARGS * SLOT_SIZE : 0);
}

/** Runs goroutines for `slice` nanoseconds; returns SCHED_*. */
export function gopark_schedule(slice: f64): i32 {
  return schedule(slice);
}

/** When the next timer fires, on nanotime's clock; −1 if there is none. */
export function gopark_deadline(): f64 {
  return nexttimer();
}

/** Blocking host calls in flight. */
export function gopark_hostcalls(): i32 {
  return sched.hostcalls;
}

/** Dies of a deadlock: the host knows of nothing that could wake a goroutine. */
export function gopark_deadlock(): void {
  if (gcount()) fataldeadlock("all goroutines are asleep - deadlock!");
  fataldeadlock("no goroutines (main called runtime.Goexit) - deadlock!");
}

/** The running goroutine: what a blocking call is settled by. */
export function gopark_curg(): usize {
  return changetype<usize>(tracedg());
}

/** Ends the blocking call of a goroutine; returns where its result, or the message of its failure, goes. */
export function gopark_settle(token: usize, how: i32): usize {
  const gp = changetype<G>(token);
  --sched.hostcalls;
  sudogof(gp).success = (how & SETTLE_OK) != 0;
  gp.slotManaged = (how & SETTLE_MANAGED) != 0;
  gp.slot0 = gp.slot1 = 0;
  if (gp.gcscan) changed(gp); // the host has no barrier for what it stores there
  gp.status = Grunnable;
  if (sched.watch & WATCH_TRACE) tracenow(EV_HOST_DONE, <u32>gp.goid);
  noteawake(gp);
  runqput(p0, gp);
  return changetype<usize>(gp) + offsetof<G>("slot0");
}

/** Dies of an engine's trap, or of an exception that a host function threw. */
export function gopark_trap(code: i32, msg: string | null): void {
  resetstate();
  startdump();
  if (code == TRAP_STACK) {
    printstring("runtime: the engine's call stack is used up\nfatal error: stack overflow");
  } else {
    printstring("panic: ");
    printstring(traptext(code));
    if (changetype<usize>(msg)) printindented(changetype<string>(msg));
  }
  printrune(0x0a);
  enddump(EXIT_TRAP, code == TRAP_STACK);
}

function traptext(code: i32): string {
  switch (code) {
    case TRAP_UNREACHABLE: return "unreachable code was reached";
    case TRAP_MEMORY: return "runtime error: invalid memory address: out of bounds";
    case TRAP_DIVIDE: return "runtime error: integer divide by zero";
    case TRAP_OVERFLOW: return "runtime error: integer overflow";
    case TRAP_TABLE: return "runtime error: invalid function reference";
    case TRAP_HOST: return ""; // the host names its function
    default: return "trap: ";
  }
}

/** Prints the running goroutine's stack, or (all) every goroutine's. World stopped if all. */
export function gopark_stack(all: i32): void {
  if (all) stoptheworld();
  printstacks(all != 0);
  if (all) starttheworld();
  flush();
}

/** Fills n StackRecords if there are at most as many goroutines; returns their number. */
export function gopark_goroutineProfile(ptr: usize, n: i32): i32 {
  return goroutineprofile(ptr, n);
}

/** Collects, and finds the goroutines that nothing alive can wake any more; returns their number. World stopped. */
export function gopark_goroutineLeak(): i32 {
  return sched.dying ? 0 : findleaks(0);
}

/** Writes at most PROFILE_DEPTH pcs of a goroutine to ptr, and a 0 behind fewer. */
export function gopark_gstack(gp: usize, ptr: usize): void {
  saveg(changetype<G>(gp), ptr, PROFILE_DEPTH);
}

/** Fills n MemProfileRecords, each with room for PROFILE_DEPTH pcs, if there are at most as many; returns their number. */
export function gopark_memProfile(ptr: usize, n: i32, inuseZero: i32): i32 {
  return memprofile(ptr, n, inuseZero != 0, PROFILE_DEPTH);
}

/** Collects, unless the program dies: it may do so in the middle of a collection. `forced`: not 0 if somebody asked for it. World stopped. */
export function gopark_gc(forced: i32): void {
  if (!sched.dying) gcworld(forced != 0);
}

/** Counts the goroutines. */
export function gopark_numGoroutine(): i32 {
  return gcount();
}

/** Raw memory for the host; 0 if there is none: who only looks must not end the program. */
export function gopark_alloc(size: i32): usize {
  return tryalloc(size);
}

/** Gives it back. */
export function gopark_free(ptr: usize): void {
  __free(ptr);
}

/** Turns the lines of GODEBUG=gctrace=1 on or off. The host calls it before the program starts. */
export function gopark_gctrace(on: i32): void {
  gcstats.gctrace = on != 0;
}

/** Fills a MemStats, as far as its numbers. */
export function gopark_readMemStats(): usize {
  readnumbers(changetype<MemNumbers>(memstats));
  return memstats;
}

/** Collects, then fills the first n HeapClasses if there are at most as many classes; returns their number. */
export function gopark_heapHistogram(ptr: usize, n: i32): i32 {
  return heaphistogram(ptr, n);
}

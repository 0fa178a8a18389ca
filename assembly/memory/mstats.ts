// SPDX-License-Identifier: MIT
// What the allocator and the collector tell of themselves: MemStats, and the lines of GODEBUG=gctrace=1.
//
// Nothing is counted per object but those of mixed.ts: cells are counted when they go into an mcache, and those that are
// still on a list are taken off again when someone asks. Frees are as of the last cycle, as in Go.

import {
  EV_GC, EV_GC_END, EV_GC_STOP, GCSTATS_CYCLESTART, GCSTATS_INITTIME, GCSTATS_PAUSEENDS, GCSTATS_PAUSES, GCSTATS_TOTAL, MSTATS,
  PAUSES, SAMPLER, WATCH_TRACE
} from "../shared/layout";
import { nanotime, walltime } from "../sys/os";
import { printrune, printstring, printuint, flush } from "../sys/print";
import { tracemore, tracenow } from "../sys/tracer";
import { sched } from "../sys/types";
import { cachedcells } from "./mcache";
import { mheap, stackinuse } from "./mheap";
import { cellsize, ismixed, NCLASSES } from "./sizeclass";

/** Times in nanoseconds. */
@unmanaged export class GCStats {
  numgc: u32; // cycles that have ended
  numforced: u32; // of which the program asked for
  inittime: f64;
  cyclestart: f64;
  startpause: f64; // what the start of the cycle took
  steps: f64; // what its steps took
  longest: f64; // its longest stop
  total: f64; // what all stops took
  lastgc: f64; // when the last one ended, since 1970
  cpufraction: f64; // and the share of the time until then that stops took
  before: usize; // bytes in use when the cycle began
  forced: bool; // the program asked for the cycle that runs
  gctrace: bool;
}

// @ts-ignore: decorator
@inline export const gcstats = changetype<GCStats>(MSTATS);
/** Of each of the last cycles, u64: its longest stop, and when its last one ended. */
// @ts-ignore: decorator
@inline export const PAUSENS: usize = MSTATS + GCSTATS_PAUSES;
// @ts-ignore: decorator
@inline export const PAUSEENDS: usize = MSTATS + GCSTATS_PAUSEENDS;

if (offsetof<GCStats>("inittime") != GCSTATS_INITTIME) ERROR("shared/layout.ts is stale: GCStats.inittime");
if (offsetof<GCStats>("cyclestart") != GCSTATS_CYCLESTART) ERROR("shared/layout.ts is stale: GCStats.cyclestart");
if (offsetof<GCStats>("total") != GCSTATS_TOTAL) ERROR("shared/layout.ts is stale: GCStats.total");
if (offsetof<GCStats>("lastgc") != GCSTATS_TOTAL + 8) ERROR("shared/layout.ts is stale: GCStats.lastgc");
if (offsetof<GCStats>("cpufraction") != GCSTATS_TOTAL + 16) ERROR("shared/layout.ts is stale: GCStats.cpufraction");
if (offsetof<GCStats>() > GCSTATS_PAUSES) ERROR("GCStats runs into the pauses");
if (PAUSENS + (<usize>PAUSES << 3) != PAUSEENDS) ERROR("shared/layout.ts is stale: the ends of pauses lie behind the pauses");
if (PAUSEENDS + (<usize>PAUSES << 3) > SAMPLER) ERROR("the pauses run into Sampler");

/** Notes a stop of the program. */
export function stopped(ns: f64): void {
  gcstats.steps += ns;
  gcstats.total += ns;
  if (ns > gcstats.longest) gcstats.longest = ns;
  if (sched.watch & WATCH_TRACE) tracenow(EV_GC_STOP, <u32>ns);
}

/** Notes that a cycle has begun. */
export function cyclestarted(start: f64): void {
  const ns = nanotime() - start;
  gcstats.cyclestart = start;
  gcstats.startpause = ns;
  gcstats.steps = 0;
  gcstats.longest = ns;
  gcstats.total += ns;
  gcstats.before = mheap.live;
  if (sched.watch & WATCH_TRACE) tracenow(EV_GC, <u32>ns);
}

/** Notes that a cycle has ended, its last stop having begun at `start`. */
export function cycleended(start: f64, before: usize, goal: usize): void {
  const now = nanotime();
  const last = now - start;
  const ended = walltime();
  const at = <usize>(gcstats.numgc % PAUSES) << 3;
  store<u64>(at, <u64>max(gcstats.longest, last), PAUSENS);
  store<u64>(at, <u64>ended, PAUSEENDS);
  ++gcstats.numgc;
  if (gcstats.forced) ++gcstats.numforced;
  gcstats.lastgc = ended;
  const age = now - gcstats.inittime;
  gcstats.cpufraction = age > 0 ? (gcstats.total + last) / age : 0;
  if (sched.watch & WATCH_TRACE) {
    tracenow(EV_GC_END, <u32>mheap.live);
    tracemore(0, <u32>mheap.goal);
  }
  if (gcstats.gctrace) trace(now, start, before, goal);
  gcstats.forced = false;
}

/** Go's line: gc # @#s #%: #+#+# ms clock, #+#/#/#+# ms cpu, #->#-># MB, # MB goal, # MB stacks, #MB globals, # P. */
function trace(now: f64, start: f64, before: usize, goal: usize): void {
  printstring("gc ");
  printuint(gcstats.numgc);
  printstring(" @");
  printdiv(<u64>((now - gcstats.inittime) / 1e6), 3);
  printstring("s ");
  printuint(<u64>(gcstats.cpufraction * 100));
  printstring("%: ");
  printms(gcstats.startpause);
  printrune(0x2b);
  printms(start - gcstats.cyclestart - gcstats.startpause);
  printrune(0x2b);
  printms(now - start);
  printstring(" ms clock, ");
  printms(gcstats.startpause);
  printrune(0x2b);
  printms(gcstats.steps);
  printstring("/0/0+"); // nothing marks in the background or while idle
  printms(now - start);
  printstring(" ms cpu, ");
  printuint(gcstats.before >> 20);
  printstring("->");
  printuint(before >> 20);
  printstring("->");
  printuint(mheap.live >> 20);
  printstring(" MB, ");
  printuint(goal >> 20);
  printstring(" MB goal, ");
  printuint(stackinuse() >> 20);
  printstring(" MB stacks, ");
  printuint(__heap_base >> 20);
  printstring(" MB globals, 1 P");
  if (gcstats.forced) printstring(" (forced)");
  printrune(0x0a);
  flush();
}

/** Go's itoaDiv: v with the last `dec` digits behind a point. */
function printdiv(v: u64, dec: i32): void {
  let unit: u64 = 1;
  for (let i = 0; i < dec; ++i) unit *= 10;
  printuint(v / unit);
  if (!dec) return;
  printrune(0x2e);
  for (let rest = unit / 10; rest; rest /= 10) printrune(0x30 + <u32>(v / rest % 10));
}

/** Go's fmtNSAsMS: nanoseconds as milliseconds, two digits of precision and at most three decimal places. */
function printms(time: f64): void {
  const ns = <u64>max(time, 0);
  if (ns >= 10000000) {
    printuint(ns / 1000000);
    return;
  }
  let x = ns / 1000;
  let dec = 3;
  while (x >= 100) {
    x /= 10;
    --dec;
  }
  if (x) printdiv(x, dec);
  else printrune(0x30);
}

/** Cells of the mcache: counted as allocated, and not objects. */
export function cached(bytes: bool): u64 {
  let sum: u64 = 0;
  for (let sc = 1; sc < NCLASSES; ++sc) sum += cachedcells(sc) * (bytes ? cellsize(sc) : ismixed(sc) ? 0 : 1);
  return sum;
}

// SPDX-License-Identifier: MIT
// Stacks as Go prints them: runtime.Stack, and the dump of a dying program.
//
// Names and lines come out of the pc table, which lies in a passive segment and is copied
// into memory piece by piece: a program that prints no stack pays nothing for it.

import {
  DUMP_LABELS, FRAME_PC_SHIFT, FRAME_ROOTS_MASK, PCTAB_COUNT, PCTAB_ENTRIES, PCTAB_FILE, PCTAB_FUNC, PCTAB_HEADER, PCTAB_LINE, PCTAB_PARENT, PCTAB_RECORD, TRACE_TOP,
  WATCH_ANCESTORS
} from "../shared/layout";
import { framesize } from "../sched/stack";
import { printancestors, printlabels } from "../sys/hooks";
import { pctabread } from "../sys/intrinsics";
import { nanotime } from "../sys/os";
import { gwrite, printrune, printstring, printuint } from "../sys/print";
import { Gdead, Gwaiting, statusstring, waitreasonstring, waitZero } from "../sys/status";
import { G, g0, m0, sched, tracedg } from "../sys/types";

/** Go prints this many of the innermost, and of the outermost, frames of a deep stack. */
// @ts-ignore: decorator
@inline export const INNER: i32 = 50;
// @ts-ignore: decorator
@inline const OUTER: i32 = 50;

/** A record of the pc table, and a piece of a string of it. */
const record = memory.data(16, 8);
// @ts-ignore: decorator
@inline const PIECE: i32 = 64;
const piece = memory.data(PIECE, 8);

/** How many records there are: every pc is below. */
export function pccount(): u32 {
  pctabread(piece, PCTAB_COUNT, 4);
  return load<u32>(piece);
}

/** Reads record `pc`. */
export function readpc(pc: u32): void {
  pctabread(record, PCTAB_HEADER + <usize>pc * PCTAB_RECORD, PCTAB_RECORD);
}

/** The record read last: the inlining caller, 0 if there is none. */
// @ts-ignore: decorator
@inline export function pcparent(): u32 {
  return load<u32>(record, PCTAB_PARENT);
}
// @ts-ignore: decorator
@inline export function pcline(): u32 {
  return load<u32>(record, PCTAB_LINE);
}
// @ts-ignore: decorator
@inline export function pcfunc(): usize {
  return load<u32>(record, PCTAB_FUNC);
}
// @ts-ignore: decorator
@inline export function pcfile(): usize {
  return load<u32>(record, PCTAB_FILE);
}

/** A string of the table. Allocates. */
export function pcstring(offset: usize): string {
  const len = pcstringlen(offset);
  const buf = __alloc(len);
  pctabread(buf, offset + 2, len);
  const s = String.UTF8.decodeUnsafe(buf, len);
  __free(buf);
  return s;
}

function pcstringlen(offset: usize): usize {
  pctabread(piece, offset, 2);
  return load<u16>(piece);
}

function printpcstring(offset: usize): void {
  let len = pcstringlen(offset);
  offset += 2;
  while (len) {
    const n = min<usize>(len, PIECE);
    pctabread(piece, offset, n);
    gwrite(piece, n);
    offset += n;
    len -= n;
  }
}

/** The pc of the start of the function that a goroutine began with, 0 if that is not known. */
export function entrypc(gp: G): u32 {
  if (!gp.fn && gp.callid < 0) return 0;
  pctabread(piece, PCTAB_ENTRIES, 12);
  const index = gp.callid >= 0 ? <u32>gp.fn : load<u32>(piece + 8) + load<u32>(gp.fn);
  if (index >= load<u32>(piece + 4)) return 0;
  pctabread(piece, load<u32>(piece) + index * 4, 4);
  return load<u32>(piece);
}

/** Walks the pcs of a goroutine, innermost first: first those on the trace stack, then its parked frames. */
@unmanaged export class Unwinder {
  trace: usize;
  end: usize;
  base: usize;
  entry: usize; // a G: its entry is all there is of one that has not run, or whose only function makes no call
}

const unwinder = changetype<Unwinder>(memory.data(offsetof<Unwinder>(), 8));

/** Starts a walk over gp. */
export function unwindinit(gp: G): Unwinder {
  const u = unwinder;
  u.trace = gp == tracedg() ? m0.tsp : TRACE_TOP;
  u.end = gp.stackpos;
  u.base = gp.stackbase;
  u.entry = gp == g0 ? 0 : changetype<usize>(gp);
  return u;
}

/** The next pc, 0 at the end. */
export function unwindnext(u: Unwinder): u32 {
  while (u.trace < TRACE_TOP) {
    const word = load<u32>(u.trace);
    u.trace += 4 + ((word & FRAME_ROOTS_MASK) << 2);
    const pc = word >>> FRAME_PC_SHIFT;
    if (pc) return found(u, pc);
  }
  while (u.end > u.base) {
    const pc = load<u32>(u.end - 4) >>> FRAME_PC_SHIFT;
    u.end -= framesize(u.end);
    if (pc) return found(u, pc);
  }
  const gp = u.entry;
  u.entry = 0;
  return gp ? entrypc(changetype<G>(gp)) : 0;
}

/** Writes the pcs of a goroutine to p, at most `max`, innermost first; returns how many. Never allocates. */
export function unwind(gp: G, p: usize, max: i32): i32 {
  const u = unwindinit(gp);
  const end = p + (<usize>max << 2);
  let to = p;
  // What is on the trace stack comes without a call for each: the memory profile does this all the time.
  let at = u.trace;
  while (at < TRACE_TOP && to < end) {
    const word = load<u32>(at);
    at += 4 + ((word & FRAME_ROOTS_MASK) << 2);
    const pc = word >>> FRAME_PC_SHIFT;
    if (!pc) continue;
    store<u32>(to, pc);
    to += 4;
  }
  u.trace = at;
  if (to != p) u.entry = 0;
  while (to < end && (u.entry || u.end > u.base)) {
    const pc = unwindnext(u);
    if (!pc) break;
    store<u32>(to, pc);
    to += 4;
  }
  return <i32>((to - p) >> 2);
}

// @ts-ignore: decorator
@inline function found(u: Unwinder, pc: u32): u32 {
  u.entry = 0;
  return pc;
}

function countframes(gp: G): i32 {
  const u = unwindinit(gp);
  let n = 0;
  for (let pc = unwindnext(u); pc; pc = unwindnext(u)) {
    while (pc) {
      ++n;
      readpc(pc);
      pc = pcparent();
    }
  }
  return n;
}

/** Prints the record read last as a frame. */
function printframe(): void {
  printpcstring(pcfunc());
  printstring("(...)");
  printplace();
}

function printplace(): void {
  printstring("\n\t");
  printpcstring(pcfile());
  printrune(0x3a);
  printuint(pcline());
  printrune(0x0a);
}

/** Prints the frames that a pc stands for, innermost first. */
export function printpc(pc: u32): void {
  while (pc) {
    readpc(pc);
    printframe();
    pc = pcparent();
  }
}

function printframes(gp: G): void {
  const n = countframes(gp);
  const elided = n - INNER - OUTER;
  const u = unwindinit(gp);
  let i = 0;
  for (let pc = unwindnext(u); pc; pc = unwindnext(u)) {
    while (pc) {
      readpc(pc);
      pc = pcparent();
      if (elided <= 0 || i < INNER || i >= INNER + elided) printframe();
      else if (i == INNER) {
        printstring("...");
        printuint(elided);
        printstring(" frames elided...\n");
      }
      ++i;
    }
  }
}

function printheader(gp: G): void {
  printstring("goroutine ");
  printuint(gp.goid);
  printstring(" [");
  printstring(gp.status == Gwaiting && gp.waitreason != waitZero
    ? waitreasonstring(gp.waitreason)
    : statusstring(gp.status));
  if (gp.status == Gwaiting && gp.gcscan) printwait(gp);
  if (sched.dumps & DUMP_LABELS) printlabels(changetype<usize>(gp));
  printstring("]:\n");
}

/** That it is leaked, or how long it has waited, in minutes: since the first collection that found it waiting, so it is that at least. */
function printwait(gp: G): void {
  if (gp.leaked) {
    printstring(" (leaked)"); // and no time, as Go has it
    return;
  }
  const minutes = <u64>((nanotime() - <f64>gp.waitsince * 1e9) / 60e9);
  if (!minutes) return;
  printstring(", ");
  printuint(minutes);
  printstring(" minutes");
}

/** Prints who made a goroutine, by the pc of its go statement; goid 0: not in which goroutine. */
export function printcreatedby(pc: u32, goid: u64): void {
  if (!pc) return;
  readpc(pc);
  printstring("created by ");
  printpcstring(pcfunc());
  if (goid) {
    printstring(" in goroutine ");
    printuint(goid);
  }
  printplace();
}

/** Prints one goroutine. Never allocates. */
export function printgoroutine(gp: G): void {
  printheader(gp);
  printframes(gp);
  printcreatedby(gp.gopc, gp.parentgoid);
  if (sched.watch & WATCH_ANCESTORS) printancestors(changetype<usize>(gp));
}

/** Prints the running goroutine, if there is one, then (all) the others, a blank line between two. Never allocates. */
export function printstacks(all: bool): void {
  const me = tracedg();
  let any = me != g0;
  if (any) printgoroutine(me);
  if (!all) return;
  let gp = sched.allg;
  while (gp) {
    if (gp != me && gp.status != Gdead) {
      if (any) printrune(0x0a);
      printgoroutine(gp);
      any = true;
    }
    gp = gp.alllink;
  }
}

/** The stacks of a dying program, after a blank line. Never allocates. */
export function traceback(all: bool): void {
  printrune(0x0a);
  if (tracedg() == g0 && m0.tsp < TRACE_TOP) {
    printstring("runtime stack:\n");
    printframes(g0);
    printrune(0x0a);
  }
  printstacks(all);
}

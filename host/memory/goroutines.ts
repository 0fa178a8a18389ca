// SPDX-License-Identifier: MIT
/**
 * Walks the goroutines in the bytes of a memory: with no running program, without calling one.
 *
 * It does what profile/traceback.ts does in the guest, by the addresses and shapes of
 * shared/layout.ts: for each G the pcs on the trace, if it was running, then its parked frames.
 *
 * @module
 */
import { AbiError, CoreError } from "../abi/errors.ts";
import { showBuildId } from "../abi/buildid.ts";
import {
  ABI_VERSION, ANCESTOR_GOPC, ANCESTOR_NPCS, ANCESTOR_PCS, ANCESTOR_SIZE, ANCESTORS_FIRST, ANCESTORS_N, BUILD, BUILD_ID, BUILD_ID_WORDS, BUILD_MAGIC, DUMP_LABELS, FRAME_LOCALS_MASK, FRAME_PC_SHIFT, FRAME_ROOTS_MASK, FRAME_TAIL, G0,
  G_ALLLINK, G_CALLID, G_FN, G_GCSCAN, G_GOID, G_GOPC, G_LEAKED, G_PARENTGOID, G_PROF, G_STACKBASE, G_STACKPOS, G_STATUS, G_WAITREASON, G_WAITSINCE, Gdead, GPROF_ANCESTORS, GPROF_LABELS, Grunning, Gwaiting, M0,
  M_CURG, M_HOSTG, M_TSP, MEMORY_BASE, SCHED, SCHED_ALLG, SCHED_DUMPS, SCHED_WATCH, statusstring, TRACE_TOP, waitreasonstring, waitZero, WATCH_ANCESTORS,
} from "../abi/layout.ts";
import { linked } from "./list.ts";
import { readString } from "./text.ts";
import type { MemoryView } from "./view.ts";

/** A goroutine as it lies in memory. */
export interface Goroutine {
  readonly address: number;
  readonly goid: number;
  /** What it does or waits for, in Go's words. */
  readonly state: string;
  /** The second, on the program's monotonic clock, of the collection that first found it waiting; null: none has. */
  readonly waitsince: number | null;
  readonly running: boolean;
  /** Innermost first. */
  readonly pcs: readonly number[];
  /** The go statement that started it, and on which goroutine; 0: the host's call. */
  readonly gopc: number;
  readonly parentgoid: number;
  /** What it began with: the number of an export, or the address of a function object's index. */
  readonly start: Start | null;
}

/** What a goroutine begins with. */
export interface Start {
  readonly kind: "export" | "function";
  readonly index: number;
}

/** All goroutines, the running one first. `runtime`: pcs of what ran on none, such as the module level. */
export interface Goroutines {
  readonly list: readonly Goroutine[];
  readonly runtime: readonly number[];
}

/** A goroutine that led to another one, where it was when it executed the go statement. */
export interface Ancestor {
  readonly goid: number;
  /** Innermost first. */
  readonly pcs: readonly number[];
  /** The go statement that started itself. */
  readonly gopc: number;
}

/** A goroutine with what a dump shows of it if the program has asked for that. */
export interface DumpedGoroutine extends Goroutine {
  readonly labels: readonly string[];
  /** Its maker first. */
  readonly ancestors: readonly Ancestor[];
}

/** Returns the id of the build that a memory is of. Throws CoreError when it is no gopark program's. */
export function readBuild(view: MemoryView, file: string): string {
  if (view.size < MEMORY_BASE || view.u32(BUILD) !== BUILD_MAGIC >>> 0) throw new CoreError(`${file}: the memory is not that of a gopark program`);
  const version = view.u32(BUILD + 4);
  if (version !== ABI_VERSION) throw new CoreError(`${file}: a program of gopark ABI ${version}, this one speaks ${ABI_VERSION}`);
  return showBuildId(Array.from({ length: BUILD_ID_WORDS }, (_, i) => view.u32(BUILD + BUILD_ID + 4 * i)));
}

/** Walks all goroutines. Throws AbiError where memory is not what the layout says. */
export function readGoroutines(view: MemoryView): Goroutines {
  const tsp = view.u32(M0 + M_TSP);
  const me = tracedG(view, tsp);
  const trace = tracePcs(view, tsp);
  const list = listGs(view, me).map((gp) => readG(view, gp, gp === me ? trace : null));
  return { list, runtime: me === G0 ? trace : [] };
}

/** Walks all goroutines for a dump. Throws AbiError where memory is not what the layout says. */
export function readDump(view: MemoryView): { list: DumpedGoroutine[]; runtime: readonly number[] } {
  const { list, runtime } = readGoroutines(view);
  const labelled = (view.u32(SCHED + SCHED_DUMPS) & DUMP_LABELS) !== 0;
  const traced = (view.u32(SCHED + SCHED_WATCH) & WATCH_ANCESTORS) !== 0;
  return {
    list: list.map((g) => ({
      ...g, labels: labelled ? readLabels(view, g.address) : [], ancestors: traced ? readAncestors(view, g) : [],
    })),
    runtime,
  };
}

/** Returns the goroutine that runs, or has just left off; if none has, the pcs of what else does. */
export function readRunning(view: MemoryView): { running: Goroutine | null; runtime: readonly number[] } {
  const tsp = view.u32(M0 + M_TSP);
  const me = tracedG(view, tsp);
  const trace = tracePcs(view, tsp);
  return me === G0 ? { running: null, runtime: trace } : { running: readG(view, me, trace), runtime: [] };
}

/** Returns the goid, its low half, of what runs or has just left off; 0: nothing does. */
export function runningGoid(view: MemoryView): number {
  const me = tracedG(view, view.u32(M0 + M_TSP));
  return me === G0 ? 0 : view.u32(me + G_GOID);
}

/** Returns the addresses of the Gs that are not dead, in the order of goroutineProfile: that of the running one first. */
export function listGs(view: MemoryView, me = tracedG(view, view.u32(M0 + M_TSP))): number[] {
  const alive = linked(view, "G", SCHED + SCHED_ALLG, G_ALLLINK).filter((gp) => view.u8(gp + G_STATUS) !== Gdead);
  return alive.sort((a, b) => Number(b === me) - Number(a === me));
}

/** What a goroutine does, in as few words as a list of very many can have. */
export interface Standing {
  readonly state: "running" | "runnable" | "waiting";
  /** A waitreason, waitZero if it has none. */
  readonly reason: number;
  /** Of its innermost frame that is saved, or 0. */
  readonly pc: number;
  readonly start: Start | null;
}

/** Returns what the goroutines that are not dead do, by goid. */
export function readStandings(view: MemoryView): Map<number, Standing> {
  return new Map(listGs(view).map((gp) => [Number(view.i64(gp + G_GOID)), readStanding(view, gp)]));
}

function readStanding(view: MemoryView, gp: number): Standing {
  const status = view.u8(gp + G_STATUS);
  const end = view.u32(gp + G_STACKPOS);
  return {
    state: status === Gwaiting ? "waiting" : status === Grunning ? "running" : "runnable",
    reason: status === Gwaiting ? view.u8(gp + G_WAITREASON) : waitZero,
    pc: status === Gwaiting && end > view.u32(gp + G_STACKBASE) ? view.u32(end - 4) >>> FRAME_PC_SHIFT : 0,
    start: readStart(view, gp),
  };
}

/** Whether nothing could wake the G at `gp` when leaks were looked for, and it has not run since. */
export function isLeaked(view: MemoryView, gp: number): boolean {
  return view.u8(gp + G_STATUS) === Gwaiting && view.u8(gp + G_LEAKED) !== 0 && view.u32(gp + G_GCSCAN) !== 0;
}

/** Returns the labels of the G at `gp`: key, value, …. */
export function readLabels(view: MemoryView, gp: number): string[] {
  const prof = view.u32(gp + G_PROF);
  const set = prof && view.u32(prof + GPROF_LABELS);
  return set ? Array.from({ length: view.u32(set - 4) / 4 }, (_, i) => readString(view, view.u32(set + 4 * i))) : [];
}

function readAncestors(view: MemoryView, { address, goid }: Goroutine): Ancestor[] {
  const prof = view.u32(address + G_PROF);
  const block = prof && view.u32(prof + GPROF_ANCESTORS);
  if (!block || Number(view.i64(block)) !== goid) return []; // of the goroutine that the G was before
  return Array.from({ length: view.u32(block + ANCESTORS_N) }, (_, i) =>
    readAncestor(view, block + ANCESTORS_FIRST + i * ANCESTOR_SIZE));
}

function readAncestor(view: MemoryView, at: number): Ancestor {
  const pcs = Array.from({ length: view.u32(at + ANCESTOR_NPCS) }, (_, i) => view.u32(at + ANCESTOR_PCS + 4 * i));
  return { goid: Number(view.i64(at)), pcs, gopc: view.u32(at + ANCESTOR_GOPC) };
}

/** The G whose calls the trace is of, also while its call of the host ran. */
function tracedG(view: MemoryView, tsp: number): number {
  const [curg, hostg] = [view.u32(M0 + M_CURG), view.u32(M0 + M_HOSTG)];
  return curg === G0 && hostg && tsp !== TRACE_TOP ? hostg : curg;
}

function readG(view: MemoryView, gp: number, trace: readonly number[] | null): Goroutine {
  const status = view.u8(gp + G_STATUS);
  const reason = view.u8(gp + G_WAITREASON);
  return {
    address: gp,
    goid: Number(view.i64(gp + G_GOID)),
    state: (status === Gwaiting && reason !== waitZero ? waitreasonstring(reason) : statusstring(status)) +
      (isLeaked(view, gp) ? " (leaked)" : ""),
    waitsince: status === Gwaiting && view.u32(gp + G_GCSCAN) !== 0 ? view.u32(gp + G_WAITSINCE) : null,
    running: trace !== null,
    pcs: [...(trace ?? []), ...framePcs(view, gp)],
    gopc: view.u32(gp + G_GOPC),
    parentgoid: Number(view.i64(gp + G_PARENTGOID)),
    start: readStart(view, gp),
  };
}

function readStart(view: MemoryView, gp: number): Start | null {
  const [fn, callid] = [view.u32(gp + G_FN), view.i32(gp + G_CALLID)];
  return callid >= 0 ? { kind: "export", index: fn } : fn ? { kind: "function", index: view.u32(fn) } : null;
}

/** The pcs of the frames on the trace, innermost first; a 0 stands for a frame that has none. */
function tracePcs(view: MemoryView, tsp: number): number[] {
  const pcs: number[] = [];
  let at = tsp;
  while (at < TRACE_TOP) {
    const word = view.u32(at);
    pcs.push(word >>> FRAME_PC_SHIFT);
    at += 4 + 4 * (word & FRAME_ROOTS_MASK);
  }
  if (at !== TRACE_TOP) throw new AbiError(`the trace from 0x${tsp.toString(16)} on ends at 0x${at.toString(16)}, not at its top`);
  return pcs.filter((pc) => pc !== 0);
}

/** The pcs of the parked frames, innermost first. */
function framePcs(view: MemoryView, gp: number): number[] {
  const pcs: number[] = [];
  const base = view.u32(gp + G_STACKBASE);
  let end = view.u32(gp + G_STACKPOS);
  while (end > base) {
    const [word, tail] = [view.u32(end - 8), view.u32(end - 4)];
    pcs.push(tail >>> FRAME_PC_SHIFT);
    end -= 4 * ((word & FRAME_LOCALS_MASK) + (tail & FRAME_ROOTS_MASK)) + FRAME_TAIL;
  }
  if (end < base) throw new AbiError(`the frames of the G at 0x${gp.toString(16)} end below its stack's base`);
  return pcs.filter((pc) => pc !== 0);
}

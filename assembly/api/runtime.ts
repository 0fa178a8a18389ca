// SPDX-License-Identifier: MIT
// The runtime and debug namespaces, and print.

import {
  BLOCK_PROFILE_RECORD_CYCLES, BLOCK_PROFILE_RECORD_SIZE, BLOCK_PROFILE_RECORD_STK, MEM_PROFILE_RECORD_ALLOC_OBJECTS, MEM_PROFILE_RECORD_FREE_BYTES, MEM_PROFILE_RECORD_FREE_OBJECTS, MEM_PROFILE_RECORD_SIZE,
  MEM_PROFILE_RECORD_STK, PAUSES, STACK_RECORD_DEPTH, STACK_RECORD_SIZE
} from "../shared/layout";
import { setsamplerate } from "../memory/sample";
import { blockprofile, setblockrate, setmutexfraction } from "../profile/block";
import { blockProfile as BLOCK, mutexProfile as MUTEX } from "../profile/bucket";
import { goroutineleakprofile } from "../profile/leak";
import { memprofile } from "../profile/mprof";
import { callers as saveCallers, goroutineprofile, threadcreateprofile } from "../profile/callers";
import { tracebacklabels } from "../profile/label";
import { tracebackancestors } from "../profile/ancestors";
import { pccount, pcfile, pcfunc, pcline, pcparent, pcstring, printstacks, readpc } from "../profile/traceback";
import { gcount, goexit as goexit0, gosched as gosched0 } from "../sched/proc";
import { gopanic } from "../sys/fatal";
import { setgcpercent, setmemorylimit } from "../memory/mgcpacer";
import { PAUSEENDS, PAUSENS } from "../memory/mstats";
import { gcworld, starttheworld, stoptheworld } from "../sync/world";
import { flush, printrune, printstring } from "../sys/print";
import { getg, sched } from "../sys/types";
import { MemNumbers, readnumbers } from "./memstats";

/** Prints to standard error, or into the goroutine's writebuf while it has one. Never parks, never allocates. */
export function print(s: string): void {
  printstring(s);
  flush();
}

/** Prints a line, as print does. */
export function println(s: string): void {
  printstring(s);
  printrune(0x0a);
  flush();
}

/** Lets other goroutines run. May park. */
export function gosched(): void {
  gosched0();
}

export namespace runtime {
  /** Lets other goroutines run. May park. */
  export function gosched(): void {
    gosched0();
  }

  /** Ends the running goroutine; the others go on. Does not return. */
  export function goexit(): void {
    goexit0();
  }

  /** Counts the goroutines that exist. */
  export function numGoroutine(): i32 {
    return gcount();
  }

  /** Returns how many goroutines run at once: 1, whatever n asks for, as Go's own wasm port does. */
  export function gomaxprocs(n: i32): i32 {
    return 1;
  }

  /** Tells how many processors the program can use: 1. */
  export function numCPU(): i32 {
    return 1;
  }

  /** Collects. World stopped. */
  export function gc(): void {
    gcworld(true);
  }

  /** Fills m. Never parks, never allocates. */
  export function readMemStats(m: MemStats): void {
    readnumbers(m);
    memory.copy(changetype<usize>(m.pauseNs), PAUSENS, PAUSES << 3);
    memory.copy(changetype<usize>(m.pauseEnd), PAUSEENDS, PAUSES << 3);
  }

  /**
   * Writes the running goroutine's stack, or (all) every goroutine's, as text to buf.
   * Returns the bytes written: buf.length if the text did not fit. Never allocates.
   */
  export function stack(buf: Uint8Array, all: bool): i32 {
    return writestack(buf.dataStart, buf.length, all);
  }

  /** Fills p with the stack of each goroutine, the caller's first, if it is long enough. Returns their number. World stopped. */
  export function goroutineProfile(p: StackRecords): i32 {
    return goroutineprofile(p.dataStart, p.length);
  }

  /**
   * Fills p with the stack of each goroutine that nothing alive can wake any more, if it is long enough, and returns
   * their number. It looks for them by a collection. World stopped.
   */
  export function goroutineLeakProfile(p: StackRecords): i32 {
    return goroutineleakprofile(p.dataStart, p.length);
  }

  /** Fills p with the stack that created each thread, if it is long enough. Returns their number. */
  export function threadCreateProfile(p: StackRecords): i32 {
    return threadcreateprofile(p.dataStart, p.length);
  }

  /**
   * Fills p with what was allocated and freed by each stack, as of the last completed collection, if it is long
   * enough; inuseZero: stacks of which nothing is in use too. Returns their number. World stopped.
   */
  export function memProfile(p: MemProfileRecords, inuseZero: bool): i32 {
    return memprofile(p.dataStart, p.length, inuseZero, STACK_RECORD_DEPTH);
  }

  /**
   * Fills p with how often and how long each stack has waited for other goroutines, if it is long enough. Returns their
   * number. World stopped.
   */
  export function blockProfile(p: BlockProfileRecords): i32 {
    return blockprofile(BLOCK, p.dataStart, p.length);
  }

  /** Fills p with how long others have waited for locks until each stack unlocked them, as blockProfile does. */
  export function mutexProfile(p: BlockProfileRecords): i32 {
    return blockprofile(MUTEX, p.dataStart, p.length);
  }

  /** Has waits of `rate` nanoseconds counted, and a share of the shorter ones; 1: all, 0 as at first: none. */
  export function setBlockProfileRate(rate: i32): void {
    setblockrate(rate);
  }

  /** Has one unlock in `rate` counted for which somebody has waited; 0 as at first: none, below 0: only asks. Returns the setting before. */
  export function setMutexProfileFraction(rate: i32): i32 {
    return setmutexfraction(rate);
  }

  /** Has one in `rate` bytes allocated sampled, on average; 1: every allocation, 0: none. Returns the rate before: 512 KiB at first. */
  export function setMemProfileRate(rate: i32): i32 {
    return setsamplerate(rate);
  }

  /** Writes the pcs of the running goroutine to pc, innermost first; skip 0 and 1 both start at the caller. Returns how many. */
  export function callers(skip: i32, pc: StaticArray<u32>): i32 {
    return saveCallers(max(skip - 1, 0), changetype<usize>(pc), pc.length);
  }

  /** Names the functions behind n pcs, inlined ones included; what is no pc has none. Allocates. */
  export function callersFrames(pc: StaticArray<u32>, n: i32): Frame[] {
    const frames: Frame[] = [];
    const count = pccount();
    for (let i = 0; i < n; ++i) {
      let at = pc[i];
      if (at >= count) continue;
      while (at) {
        readpc(at);
        const frame = new Frame();
        const func = pcfunc();
        const file = pcfile();
        frame.line = pcline();
        at = pcparent();
        frame.function = pcstring(func);
        frame.file = pcstring(file);
        frames.push(frame);
      }
    }
    return frames;
  }

  /** What readMemStats tells. */
  export class MemStats extends MemNumbers {
    pauseNs: StaticArray<u64> = new StaticArray<u64>(PAUSES); // the longest stop of collection n, at (n + 255) % 256
    pauseEnd: StaticArray<u64> = new StaticArray<u64>(PAUSES); // when its last one ended, since 1970
  }

  /** A function call on a stack. */
  export class Frame {
    function: string = "";
    file: string = "";
    line: i32 = 0;
  }

  /** One block of StackRecords: 32 pcs each, innermost first, 0 ends a short one. */
  export class StackRecords {
    /** Where the first record is: records lie one after the other, 128 bytes each. */
    readonly dataStart: usize;
    private data: StaticArray<u32>;

    constructor(readonly length: i32) {
      const data = new StaticArray<u32>(length * STACK_RECORD_DEPTH);
      this.data = data;
      this.dataStart = changetype<usize>(data);
    }

    /** The pcs of record i. Allocates. */
    stack(i: i32): StaticArray<u32> {
      if (<u32>i >= <u32>this.length) throw new RangeError("StackRecords: index out of range");
      return pcsat(this.dataStart + <usize>i * STACK_RECORD_SIZE);
    }
  }

  /** What one stack has allocated, and what of it was freed. */
  export class MemProfileRecord {
    allocBytes: i64 = 0;
    freeBytes: i64 = 0;
    allocObjects: i64 = 0;
    freeObjects: i64 = 0;

    /** `stack`: the pcs, innermost first. */
    constructor(public stack: StaticArray<u32>) {}

    /** Bytes that are in use. */
    inUseBytes(): i64 {
      return this.allocBytes - this.freeBytes;
    }

    /** Objects that are in use. */
    inUseObjects(): i64 {
      return this.allocObjects - this.freeObjects;
    }
  }

  /** One block of MemProfileRecords: four counts and 32 pcs each, innermost first, 0 ends a short stack. */
  export class MemProfileRecords {
    /** Where the first record is: records lie one after the other, 160 bytes each. */
    readonly dataStart: usize;
    private data: StaticArray<u32>;

    constructor(readonly length: i32) {
      const data = new StaticArray<u32>(length * (MEM_PROFILE_RECORD_SIZE >> 2));
      this.data = data;
      this.dataStart = changetype<usize>(data);
    }

    /** Record i. Allocates. */
    at(i: i32): MemProfileRecord {
      if (<u32>i >= <u32>this.length) throw new RangeError("MemProfileRecords: index out of range");
      const ptr = this.dataStart + <usize>i * MEM_PROFILE_RECORD_SIZE;
      const r = new MemProfileRecord(pcsat(ptr + MEM_PROFILE_RECORD_STK));
      r.allocBytes = load<i64>(ptr);
      r.freeBytes = load<i64>(ptr, MEM_PROFILE_RECORD_FREE_BYTES);
      r.allocObjects = load<i64>(ptr, MEM_PROFILE_RECORD_ALLOC_OBJECTS);
      r.freeObjects = load<i64>(ptr, MEM_PROFILE_RECORD_FREE_OBJECTS);
      return r;
    }
  }

  /** How often and how long one stack has waited, or has had others wait. */
  export class BlockProfileRecord {
    count: i64 = 0;
    cycles: i64 = 0; // nanoseconds

    /** `stack`: the pcs, innermost first. */
    constructor(public stack: StaticArray<u32>) {}
  }

  /** One block of BlockProfileRecords: two counts and 32 pcs each, innermost first, 0 ends a short stack. */
  export class BlockProfileRecords {
    /** Where the first record is: records lie one after the other, 144 bytes each. */
    readonly dataStart: usize;
    private data: StaticArray<u32>;

    constructor(readonly length: i32) {
      const data = new StaticArray<u32>(length * (BLOCK_PROFILE_RECORD_SIZE >> 2));
      this.data = data;
      this.dataStart = changetype<usize>(data);
    }

    /** Record i. Allocates. */
    at(i: i32): BlockProfileRecord {
      if (<u32>i >= <u32>this.length) throw new RangeError("BlockProfileRecords: index out of range");
      const ptr = this.dataStart + <usize>i * BLOCK_PROFILE_RECORD_SIZE;
      const r = new BlockProfileRecord(pcsat(ptr + BLOCK_PROFILE_RECORD_STK));
      r.count = load<i64>(ptr);
      r.cycles = load<i64>(ptr, BLOCK_PROFILE_RECORD_CYCLES);
      return r;
    }
  }
}

export namespace debug {
  /** Prints the running goroutine's stack to standard error. Never allocates. */
  export function printStack(): void {
    printstacks(false);
    flush();
  }

  /** Sets how much the heap may grow between collections, in percent; negative turns the collector off. Returns the setting before. */
  export function setGCPercent(n: i32): i32 {
    return setgcpercent(n);
  }

  /** Sets how many bytes the heap, stacks and all else that the runtime takes should stay below, by collecting more often; negative only asks. Returns the setting before. */
  export function setMemoryLimit(bytes: i64): i64 {
    return setmemorylimit(bytes);
  }

  /** Limits the frames of one parked goroutine to so many bytes; returns the limit before. */
  export function setMaxStack(bytes: i32): i32 {
    const old = sched.maxstack;
    sched.maxstack = max(bytes, 0);
    return <i32>old;
  }

  /** Says whose stacks a dying program prints: "none", "single" or "all". Panics on another level. */
  export function setTraceback(level: string): void {
    if (level == "none") sched.traceback = 0;
    else if (level == "single") sched.traceback = 1;
    else if (level == "all" || level == "system" || level == "crash") sched.traceback = 2;
    else gopanic("debug.setTraceback: unknown level " + level);
  }

  /**
   * Has the stacks of goroutines that start from now on show the n go statements at most that led to them, with their
   * stacks (Go: GODEBUG=tracebackancestors=n). Returns the setting before.
   */
  export function setTracebackAncestors(n: i32): i32 {
    return tracebackancestors(n);
  }

  /** Has the headers of stacks show the goroutines' labels (Go: GODEBUG=tracebacklabels=1). Returns the setting before. */
  export function setTracebackLabels(on: bool): bool {
    return tracebacklabels(on);
  }
}

/** Copies the pcs of a record. Allocates. */
function pcsat(stk: usize): StaticArray<u32> {
  let n = 0;
  while (n < STACK_RECORD_DEPTH && load<u32>(stk + (<usize>n << 2))) ++n;
  const pcs = new StaticArray<u32>(n);
  memory.copy(changetype<usize>(pcs), stk, <usize>n << 2);
  return pcs;
}

/** runtime.Stack: sends the prints of the traceback to a buffer. */
function writestack(buf: usize, len: i32, all: bool): i32 {
  if (all) stoptheworld();
  const gp = getg();
  gp.writebuf = buf;
  gp.writenbuf = len;
  printstacks(all);
  const n = len - gp.writenbuf;
  gp.writebuf = 0;
  gp.writenbuf = 0;
  if (all) starttheworld();
  return n;
}

// SPDX-License-Identifier: MIT
// The runtime and debug namespaces, and print.

import { STACK_RECORD_DEPTH, STACK_RECORD_SIZE } from "../shared/layout";
import { callers as saveCallers, goroutineprofile, threadcreateprofile } from "../profile/callers";
import { pcfile, pcfunc, pcline, pcparent, pcstring, printstacks, readpc } from "../profile/traceback";
import { gcount, goexit as goexit0, gosched as gosched0 } from "../sched/proc";
import { gopanic } from "../sys/fatal";
import { setgcpercent, setmemorylimit } from "../memory/mgcpacer";
import { starttheworld, stoptheworld } from "../sync/world";
import { flush, printrune, printstring } from "../sys/print";
import { g0, getg, sched } from "../sys/types";

/** Prints to standard error, or into the goroutine's writebuf while it has one. Never parks, never allocates. */
export function print(s: string): void {
  printstring(s);
  endprint();
}

/** Prints a line, as print does. */
export function println(s: string): void {
  printstring(s);
  printrune(0x0a);
  endprint();
}

// Output of the module level, and of calls from the host, does not wait for the scheduler. On WASI none
// does: nobody could hand out what has gathered when the engine traps.
// @ts-ignore: decorator
@inline function endprint(): void {
  if (isDefined(GO_WASI) || getg() == g0) flush();
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
    stoptheworld();
    __collect();
    starttheworld();
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

  /** Fills p with the stack that created each thread, if it is long enough. Returns their number. */
  export function threadCreateProfile(p: StackRecords): i32 {
    return threadcreateprofile(p.dataStart, p.length);
  }

  /** Writes the pcs of the running goroutine to pc, innermost first; skip 0 and 1 both start at the caller. Returns how many. */
  export function callers(skip: i32, pc: StaticArray<u32>): i32 {
    return saveCallers(max(skip - 1, 0), changetype<usize>(pc), pc.length);
  }

  /** Names the functions behind n pcs, inlined ones included. Allocates. */
  export function callersFrames(pc: StaticArray<u32>, n: i32): Frame[] {
    const frames: Frame[] = [];
    for (let i = 0; i < n; ++i) {
      let at = pc[i];
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
      const record = this.dataStart + <usize>i * STACK_RECORD_SIZE;
      let n = 0;
      while (n < STACK_RECORD_DEPTH && load<u32>(record + (<usize>n << 2))) ++n;
      const pcs = new StaticArray<u32>(n);
      memory.copy(changetype<usize>(pcs), record, <usize>n << 2);
      return pcs;
    }
  }
}

export namespace debug {
  /** Prints the running goroutine's stack to standard error. Never allocates. */
  export function printStack(): void {
    printstacks(false);
    endprint();
  }

  /** Sets how much the heap may grow between collections, in percent; negative turns the collector off. Returns the setting before. */
  export function setGCPercent(n: i32): i32 {
    return setgcpercent(n);
  }

  /** Sets how many bytes the heap should stay below, by collecting more often; negative only asks. Returns the setting before. */
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
}

/** runtime.Stack: sends the prints of the traceback to a buffer. */
export function writestack(buf: usize, len: i32, all: bool): i32 {
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

// SPDX-License-Identifier: MIT
/**
 * Prints the lines of GODEBUG=schedtrace=1000: what the scheduler has before it, every so many milliseconds.
 *
 * Between two slices, for then the guest's lists are whole: where the program's loop says so, and while it waits, for
 * a timer or for its host. That alone does not keep the event loop running. Another thread that shares the memory prints
 * them while the program computes, too.
 *
 * @module
 */
import { G_SCHEDLINK, P0, P_RUNNEXT, P_RUNQHEAD, P_SCHEDTICK } from "../abi/layout.ts";
import { linked } from "../memory/list.ts";
import type { MemoryView } from "../memory/view.ts";
import type { Platform } from "./platform.ts";

/** What a line says. */
export interface Sched {
  /** How many goroutines are in the run queue. */
  readonly queued: number;
  readonly schedtick: number;
  /** Whether one runs, in another thread. */
  readonly running?: boolean;
}

/** Prints a line every so many milliseconds. */
export class SchedTrace {
  readonly #read: () => Sched | null;
  readonly #platform: Pick<Platform, "now" | "meanwhile">;
  readonly #interval: number;
  readonly #print: (line: string) => void;
  #start = NaN;
  #next = -Infinity;
  #cancel: () => void = () => {};

  /** `interval` is milliseconds. What cannot be read is a line that is left out. */
  constructor(read: () => Sched | null, platform: Pick<Platform, "now" | "meanwhile">, interval: number, print: (line: string) => void) {
    this.#read = read;
    this.#platform = platform;
    this.#interval = interval;
    this.#print = print;
  }

  /** Prints a line if it is time: another slice is about to begin. */
  look(): void {
    const now = this.#platform.now();
    if (Number.isNaN(this.#start)) this.#start = now;
    if (now < this.#next) return;
    const sched = this.#read();
    if (sched) this.#print(line(sched, now - this.#start));
    this.#next = now + this.#interval;
    this.#cancel();
    this.#wait(this.#interval);
  }

  /** Prints no more: the program has ended. */
  stop(): void {
    this.#cancel();
    this.#cancel = () => {};
  }

  /** A timer may fire a moment early. */
  #wait(ms: number): void {
    this.#cancel = this.#platform.meanwhile(Math.ceil(ms), () => {
      const left = this.#next - this.#platform.now();
      if (left > 0) this.#wait(left);
      else this.look();
    });
  }
}

/** Go's line. There is one M and one P; without a goroutine to run both are idle. */
function line({ queued, schedtick, running }: Sched, age: number): string {
  const idle = queued || running ? 0 : 1;
  return `SCHED ${Math.floor(age)}ms: gomaxprocs=1 idleprocs=${idle} threads=1 spinningthreads=0 needspinning=0 ` +
    `idlethreads=${idle} runqueue=0 [ ${queued} ] schedticks=[ ${schedtick} ]\n`;
}

/** Reads what a line says. Throws AbiError where memory is not what the layout says. */
export function readSched(view: MemoryView): Sched {
  const next = view.u32(P0 + P_RUNNEXT) ? 1 : 0;
  return { queued: next + linked(view, "G", P0 + P_RUNQHEAD, G_SCHEDLINK).length, schedtick: view.u32(P0 + P_SCHEDTICK) };
}

// SPDX-License-Identifier: MIT
/**
 * Prints the lines of GODEBUG=schedtrace=1000: what the scheduler has before it, every so many milliseconds.
 *
 * Between two slices, for then the guest's lists are whole: where the program's loop says so, and while it waits, for
 * a timer or for its host. That alone does not keep the event loop running.
 *
 * @module
 */
import { G_SCHEDLINK, P0, P_RUNNEXT, P_RUNQHEAD, P_SCHEDTICK } from "../abi/layout.ts";
import type { MemoryView } from "../memory/view.ts";
import type { Platform } from "./platform.ts";

/** Prints a line every so many milliseconds. */
export class SchedTrace {
  readonly #view: MemoryView;
  readonly #platform: Pick<Platform, "now" | "meanwhile">;
  readonly #interval: number;
  readonly #print: (line: string) => void;
  #start = NaN;
  #next = -Infinity;
  #cancel: () => void = () => {};

  /** `interval` is milliseconds. */
  constructor(view: MemoryView, platform: Pick<Platform, "now" | "meanwhile">, interval: number, print: (line: string) => void) {
    this.#view = view;
    this.#platform = platform;
    this.#interval = interval;
    this.#print = print;
  }

  /** Prints a line if it is time: another slice is about to begin. */
  look(): void {
    const now = this.#platform.now();
    if (Number.isNaN(this.#start)) this.#start = now;
    if (now < this.#next) return;
    this.#print(line(this.#view, now - this.#start));
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
function line(view: MemoryView, age: number): string {
  const queued = runqsize(view);
  const idle = queued ? 0 : 1;
  return `SCHED ${Math.floor(age)}ms: gomaxprocs=1 idleprocs=${idle} threads=1 spinningthreads=0 needspinning=0 ` +
    `idlethreads=${idle} runqueue=0 [ ${queued} ] schedticks=[ ${view.u32(P0 + P_SCHEDTICK)} ]\n`;
}

function runqsize(view: MemoryView): number {
  let n = view.u32(P0 + P_RUNNEXT) ? 1 : 0;
  for (let gp = view.u32(P0 + P_RUNQHEAD); gp; gp = view.u32(gp + G_SCHEDLINK)) n++;
  return n;
}

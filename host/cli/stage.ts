// SPDX-License-Identifier: MIT
/**
 * What a test runs on: a platform whose clock and randomness a test can rely on, and a door that opens again
 * behind a death that is only looked at.
 *
 * Time stands still while a goroutine can run, and jumps to the next timer when none can. While a host call is in
 * flight it passes as ever, for that call may be what the timer is there to limit.
 *
 * @module
 */
import type { GuestExports } from "../abi/exports.ts";
import { TRAP_HOST } from "../abi/layout.ts";
import { node } from "../adapter/node.ts";
import { Door } from "../instance/door.ts";
import type { Platform } from "../instance/platform.ts";
import { messageOf, trapCode } from "../instance/trap.ts";

const NS_PER_MS = 1e6;
const START = 1e9; // ns: a clock that nobody takes for unset

/** What exit() throws while a death is only looked at. */
class Caught {
  readonly kind: number;
  readonly status: number;

  constructor(kind: number, status: number) {
    this.kind = kind;
    this.status = status;
  }
}

const PARKED = /^fatal error: .*\bpark/;

function lineOfTrap(thrown: unknown): string {
  if (trapCode(thrown) === TRAP_HOST) throw thrown;
  return `trap: ${messageOf(thrown)}`;
}

/** For one test. */
export class Stage {
  /** Nanoseconds; a test's own functions may move it. */
  now = START;
  /** What the program has printed. */
  output = "";
  readonly platform: Platform;
  readonly Door: typeof Door;
  #door: Door | null = null;
  #attempts = 0;
  #random: number;

  /** What to say of a test that takes too long. */
  readonly late: string;
  /** All stacks of a test that took too long; null: it did not. */
  stacks: string | null = null;
  readonly #end: number;

  constructor({ seed, timeout }: { readonly seed: number; readonly timeout: number }) {
    this.#random = seed;
    this.late = `test timed out after ${timeout / 1000} s`;
    this.#end = performance.now() + timeout;
    const stage = this;
    const began = Date.now();
    this.platform = {
      ...node,
      now: () => stage.now / NS_PER_MS,
      walltime: () => began + (stage.now - START) / NS_PER_MS,
      random: () => stage.#rand(),
      timer: (ms, f) => node.timer(ms, () => {
        stage.now += ms * NS_PER_MS;
        f();
      }),
      alone: true,
    };
    this.Door = class extends Door {
      override open(guest: GuestExports, ...rest: [(text: string) => number, Parameters<Door["open"]>[2]]): void {
        stage.#door = this;
        super.open({ ...guest, gopark_deadline: () => stage.#deadline(guest) }, ...rest);
      }

      override exit(kind: number, status: number): never {
        if (stage.#attempts) throw new Caught(kind, status);
        return super.exit(kind, status);
      }
    };
  }

  get expired(): boolean {
    return performance.now() > this.#end;
  }

  /** What the guest's clock says. A guest that asks too late never stops of itself: it is told to. */
  time(): number {
    if (this.expired) throw new Error(this.late);
    return this.now;
  }

  readonly write = (text: string): void => void (this.output += text);

  /** Returns what was printed, and forgets it. */
  takeOutput(): string {
    const text = this.output;
    this.output = "";
    return text;
  }

  /** Calls a guest's function below the running goroutine. Returns the first line of its death, "" if it came back. */
  attempt(fn: number): string {
    const before = this.takeOutput();
    this.#attempts++;
    try {
      this.#door!.enter((guest) => (guest as unknown as { gopark_spec_call(fn: number): void }).gopark_spec_call(fn));
    } catch (thrown) {
      if (!(thrown instanceof Caught)) return lineOfTrap(thrown);
      const line = this.output.split("\n", 1)[0]!;
      if (!PARKED.test(line)) return line;
      this.#attempts = 0; // the test's own fault, not what it looks for
      return this.#door!.exit(thrown.kind, thrown.status);
    } finally {
      this.output = this.#attempts ? before : before + this.output;
      if (this.#attempts) this.#attempts--;
    }
    return "";
  }

  /** The scheduler is asked when nothing can run. */
  #deadline(guest: GuestExports): number {
    const deadline = guest.gopark_deadline();
    const soon = deadline < this.now + NS_PER_MS;
    if (deadline >= 0 && (soon || !guest.gopark_hostcalls())) this.now = Math.max(this.now, deadline);
    return deadline;
  }

  /** mulberry32: the same numbers for the same seed. */
  #rand(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}

// SPDX-License-Identifier: MIT
/**
 * Runs a program: the loop between the guest's scheduler and the host's event loop.
 *
 * One turn runs goroutines for a slice of time, then returns to the event loop: at once when
 * goroutines are still runnable, else when a timer, a host call or an export call says so.
 * Nothing may enter the guest while wasm is on the stack, so what comes in then is queued.
 *
 * @module
 */
import { ClosedError, endedError, ExitError } from "../abi/errors.ts";
import { SCHED_EXIT, SCHED_YIELD } from "../abi/layout.ts";
import type { ExportEntry } from "../abi/manifest.ts";
import { type Calls, checkArguments } from "./calls.ts";
import type { Codec } from "./codec.ts";
import type { Door } from "./door.ts";
import type { Platform } from "./platform.ts";
import type { Sampler } from "./sampler.ts";
import type { SchedTrace } from "./schedtrace.ts";

const NS_PER_MS = 1e6;
const LONGEST_TIMER = 2 ** 31 - 1; // ms: setTimeout fires at once beyond it

interface Outstanding {
  readonly entry: ExportEntry;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** Who looks on: takes samples of what runs, prints lines about it. */
export interface Sampling {
  sampler: Sampler | null;
  schedtrace: SchedTrace | null;
}

/** What a program is made of. */
export interface Parts {
  readonly platform: Platform;
  readonly door: Door;
  readonly codec: Codec;
  readonly calls: Calls;
  readonly sampling: Sampling;
  /** Milliseconds. */
  readonly slice: number;
  /** Whether there are exports besides main. */
  readonly callable: boolean;
  /** Is called before the state becomes unreadable, when main has returned. */
  readonly onExit: () => void;
  /** Is called once, when nothing will run any more, with the reason. */
  readonly onEnd: (error: Error) => void;
}

/** A loaded program. */
export class Program {
  readonly #parts: Parts;
  readonly #calls = new Map<number, Outstanding>();
  readonly #queue: (() => void)[] = [];
  #lastCall = 0;
  #main: Outstanding | null = null;
  #started = false;
  #ended: Error | null = null;
  #scheduled = false;
  #quiet = false;
  #cancelWake: (() => void) | null = null;
  #cancelGC: (() => void) | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Why nothing can be called any more, or null. */
  get ended(): Error | null {
    return this.#ended;
  }

  /** Starts main. Resolves when it returns; rejects with how the program died otherwise. */
  async run(main: ExportEntry | undefined): Promise<void> {
    if (this.#started || !this.#ended && main?.params.length !== 0) throw (await import("./faults.ts")).unrunnable(this.#started, main);
    if (this.#ended) throw endedError("run()", this.#ended);
    this.#started = true;
    return new Promise((resolve, reject) => {
      this.#main = { entry: main!, resolve: resolve as (v: unknown) => void, reject };
      this.#whenFree(() => this.#parts.calls.start(main!, 0, []));
    });
  }

  /** Calls an export on a goroutine of its own. */
  call(entry: ExportEntry, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw endedError(`${entry.name}()`, this.#ended);
      checkArguments(entry, args);
      // What waits in the queue is the caller's no more: it must be what has been checked.
      const given = this.#parts.door.busy ? structuredClone(args) : args;
      const callid = ++this.#lastCall;
      this.#calls.set(callid, { entry, resolve, reject });
      this.#whenFree(() => this.#parts.calls.start(entry, callid, given));
    });
  }

  /** The import `done`: lifts the result now, for the slot does not last. No slot: no result. */
  done(callid: number, ptr: number): void {
    const call = this.#calls.get(callid);
    if (!call) return;
    this.#calls.delete(callid);
    if (!ptr) {
      call.reject(new Error(`${call.entry.name}(): its goroutine ended by runtime.goexit`));
      return;
    }
    try {
      call.resolve(this.#parts.codec.liftSlot(call.entry.result, ptr >>> 0));
    } catch (fault) {
      call.reject(fault);
    }
  }

  /** Settles a blocking host call. */
  settle(how: (calls: Calls) => void): void {
    this.#whenFree(() => how(this.#parts.calls));
  }

  /** Stops for good; whatever waits rejects with `reason`. */
  close(reason: unknown = new ClosedError("the program was closed")): void {
    const isError = reason instanceof Error;
    this.#end(isError ? reason : new ClosedError(String(reason), { cause: reason }), true);
  }

  /** Does something in the guest now, or in the next turn when wasm is on the stack. */
  #whenFree(f: () => void): void {
    if (this.#ended) return;
    if (this.#parts.door.busy) this.#queue.push(f);
    else this.#guarded(f);
    this.#wake();
  }

  #guarded(f: () => void): void {
    try {
      f();
    } catch (thrown) {
      this.#end(this.#parts.door.error ?? (thrown as Error));
    }
  }

  #wake(): void {
    this.#quiet = false;
    this.#schedule();
  }

  #schedule(): void {
    this.#stopWaiting();
    if (this.#scheduled || this.#ended) return;
    this.#scheduled = true;
    this.#parts.platform.immediate(() => {
      this.#scheduled = false;
      this.#guarded(() => this.#turn());
    });
  }

  #turn(): void {
    if (this.#ended) return;
    for (const f of this.#queue.splice(0)) f();
    const { door, platform, sampling, slice } = this.#parts;
    sampling.schedtrace?.look();
    sampling.sampler?.begin(platform.now() * NS_PER_MS);
    const state = door.enter((guest) => guest.gopark_schedule(slice * NS_PER_MS));
    sampling.sampler?.end();
    if (this.#ended) return; // a host function closed the program
    this.#collectIn(120_000);
    if (state === SCHED_EXIT) this.#mainReturned();
    else if (state === SCHED_YIELD || this.#queue.length) this.#wake();
    else this.#idle();
  }

  /** Collects if nobody has for two minutes: then and once only, until something has run again. Keeps no event loop running. */
  #collectIn(ms: number): void {
    const { door, platform } = this.#parts;
    this.#cancelGC ??= platform.meanwhile(ms, async () => {
      const { forceGC } = await import("./forcegc.ts");
      this.#cancelGC = null;
      this.#guarded(() => {
        const left = !this.#ended && forceGC(door, platform.now());
        if (left) this.#collectIn(left);
      });
    });
  }

  #mainReturned(): void {
    this.#parts.onExit();
    this.#end(new ExitError("main has returned", { status: 0, dump: "" }));
  }

  /** Decides what can still wake a goroutine. */
  #idle(): void {
    const { door, platform } = this.#parts;
    const deadline = door.enter((guest) => guest.gopark_deadline());
    if (deadline >= 0) this.#sleep(deadline / NS_PER_MS - platform.now());
    else if (door.enter((guest) => guest.gopark_hostcalls()) > 0) this.#waitForHost();
    else if (this.#main) this.#suspectDeadlock();
    else if (this.#calls.size) this.#waitForHost();
  }

  /** Wakes after `ms`. What a timer is too coarse for is spent in turns of the event loop. */
  #sleep(ms: number): void {
    if (ms < 1) return this.#wake();
    const whole = Math.floor(Math.min(ms, LONGEST_TIMER));
    this.#cancelWake = this.#parts.platform.timer(whole, () => this.#wake());
  }

  /** Waits for a host call to settle or an export to be called; the event loop's end ends that. */
  #waitForHost(): void {
    this.#cancelWake = this.#parts.platform.onIdleEnd(() => this.#guarded(() => this.#deadlock()));
  }

  /**
   * Gives the host one turn to react to what the last slice has resolved. Where its callbacks may call an export, only
   * the event loop's end says that none will.
   */
  #suspectDeadlock(): void {
    if (this.#quiet) {
      const { callable, platform } = this.#parts;
      return callable && !platform.alone ? this.#waitForHost() : this.#deadlock();
    }
    this.#quiet = true;
    this.#schedule();
  }

  #deadlock(): void {
    this.#stopWaiting();
    this.#parts.door.enter((guest) => guest.gopark_deadlock());
  }

  #stopWaiting(): void {
    this.#cancelWake?.();
    this.#cancelWake = null;
  }

  #end(error: Error, verbatim = false): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#parts.sampling.schedtrace?.stop();
    this.#cancelGC?.();
    this.#stopWaiting();
    this.#queue.length = 0;
    if (error instanceof ExitError && error.status === 0) this.#main?.resolve(undefined);
    else this.#main?.reject(error);
    for (const call of this.#calls.values()) {
      call.reject(verbatim ? error : endedError(`${call.entry.name}()`, error));
    }
    this.#calls.clear();
    this.#parts.onEnd(error);
  }
}

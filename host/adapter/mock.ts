// SPDX-License-Identifier: MIT
/**
 * A platform for tests: its clock moves only when nothing else can happen, or as a test says.
 *
 * @module
 */
import type { Platform, Sink, WorkerPort } from "../instance/platform.ts";

/** Real milliseconds, at least, before a mock with nothing to do gives up. */
const PATIENCE = 5000;

interface Timer {
  readonly at: number;
  /** Whether the event loop waits for it. */
  readonly holds: boolean;
  readonly f: () => void;
}

/** A platform whose event loop a test drives with `turn` or `drive`. */
export class MockPlatform implements Platform {
  /** What was written, by file descriptor. */
  readonly written: Record<number, string> = { 1: "", 2: "" };
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  #now = 0;
  #immediates: (() => void)[] = [];
  readonly #timers = new Set<Timer>();
  readonly #idle = new Set<() => void>();

  now(): number {
    return this.#now;
  }

  walltime(): number {
    return 1_000_000 + this.#now;
  }

  random(): number {
    return 0.5;
  }

  timer(ms: number, f: () => void): () => void {
    return this.#add({ at: this.#now + ms, holds: true, f });
  }

  meanwhile(ms: number, f: () => void): () => void {
    return this.#add({ at: this.#now + ms, holds: false, f });
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  immediate(f: () => void): void {
    this.#immediates.push(f);
  }

  onIdleEnd(f: () => void): () => void {
    this.#idle.add(f);
    return () => this.#idle.delete(f);
  }

  /** Whether a deadlock is certain before the idle end. */
  alone = true;

  async open(source: string | URL, _signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = this.files.get(String(source));
    if (!bytes) throw new Error("no such file");
    return bytes;
  }

  sink(fd: number): Sink {
    const decoder = new TextDecoder();
    return {
      write: (bytes) => {
        this.written[fd] += decoder.decode(bytes, { stream: true });
      },
      end() {},
    };
  }

  /** A test that needs a worker needs a real platform. */
  worker(): WorkerPort {
    throw new Error("the mock platform has no workers");
  }

  async gzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const stream = new Blob([new Uint8Array(bytes)]).stream();
    const zipped = stream.pipeThrough(new CompressionStream("gzip"));
    return new Uint8Array(await new Response(zipped).arrayBuffer());
  }

  /** Lets the clock run without anything happening: a long slice. */
  elapse(ms: number): void {
    this.#now += ms;
  }

  /** Does one turn of the event loop: what is due, else the next timer, else the idle end. */
  async turn(): Promise<boolean> {
    const tasks = this.#next();
    for (const task of tasks) task();
    await settled();
    return tasks.length > 0;
  }

  /**
   * Turns until `promise` settles. Throws when nothing is left that could settle it: what is under way
   * outside of the mock, such as import(…) and gzip, gets real time before.
   */
  async drive<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    const mark = () => {
      done = true;
    };
    promise.then(mark, mark);
    await settled();
    for (let idle = 0; !done;) {
      if (await this.turn()) idle = 0;
      else if (!done && ++idle > PATIENCE) throw new Error("nothing is left to run");
      else if (!done) await new Promise<void>((resolve) => { setTimeout(resolve, 1); });
    }
    return promise;
  }

  /** Timers that are due come before the immediates: a guest that asks for a turn again and again does not hold them up. */
  #next(): readonly (() => void)[] {
    const timers = [...this.#timers].sort((a, b) => a.at - b.at);
    const due = timers.filter(({ at }) => at <= this.#now);
    const now = [...due.map((timer) => () => this.#fire(timer)), ...this.#immediates.splice(0)];
    if (now.length) return now;
    return timers.some(({ holds }) => holds) ? [() => this.#fire(timers[0]!)] : [...this.#idle];
  }

  #fire(timer: Timer): void {
    if (!this.#timers.delete(timer)) return; // stopped by one before it
    this.#now = Math.max(this.#now, timer.at);
    timer.f();
  }
}

/** Waits until promise jobs, and jobs of their making, have run: a message needs a whole turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

// SPDX-License-Identifier: MIT
/**
 * Go's goroutines, channels and locks in JavaScript, as plainly as they can be written.
 *
 * A goroutine is a generator that yields when it waits. Which one runs next is random: a program
 * whose result is the same under many of these schedules must have it under gopark's too.
 *
 * @module
 */
import { Random } from "../run/random.ts";
import { VALUES } from "./values.ts";

type Body = Generator<void, any, void>;
type Fn = (...args: any[]) => Body;

interface G {
  readonly body: Body;
  ok: boolean;
}

/** One wait: in the queues of a channel, or of several when it is a select's. */
interface Wait {
  readonly g: G;
  readonly select: { chosen: number } | null;
  readonly index: number;
  value: unknown;
  ok: boolean;
}

/** How a program ended: the lines it printed in any order, and who was left if it deadlocked. */
export interface Outcome {
  readonly lines: string[];
  readonly end: string;
}

const SOON = 1e9; // ns: a program that stops a timer later than this relies on it

class Goexit {}

/** Runs a program's JavaScript under the schedule that `seed` stands for. */
export function runModel(text: string, seed: number): Outcome {
  return new Model(seed).run(text);
}

class Model {
  readonly random: Random;
  readonly lines: string[] = [];
  readonly runnable: G[] = [];
  readonly timers = new Set<{ when: number; f: () => void }>();
  current!: G;
  now = 0;
  alive = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  run(text: string): Outcome {
    const names = { ...VALUES, ...this.names() };
    const run = new Function("names", `"use strict"; const { ${Object.keys(names)} } = names;\n${text}\nreturn run;`);
    let done = false;
    const main = run(names) as Fn;
    this.go(function* () {
      yield* main();
      done = true;
    });
    while (!done && this.step());
    return { lines: this.lines.sort(), end: done ? "returned" : `deadlock of ${this.alive}` };
  }

  step(): boolean {
    if (this.random.chance(0.1)) this.fire(SOON); // time passes while goroutines look and look again
    while (!this.runnable.length) if (!this.fire()) return false;
    const g = this.runnable.splice(this.random.below(this.runnable.length), 1)[0]!;
    this.current = g;
    try {
      if (g.body.next().done) this.alive--;
    } catch (thrown) {
      if (!(thrown instanceof Goexit)) throw thrown;
      this.alive--;
    }
    return true;
  }

  fire(before = Infinity): boolean {
    const next = [...this.timers].sort((a, b) => a.when - b.when)[0];
    if (!next || next.when > this.now + before) return false;
    this.now = next.when;
    this.timers.delete(next);
    next.f();
    return true;
  }

  at(d: number, f: () => void) {
    const timer = { when: this.now + d, f };
    this.timers.add(timer);
    return timer;
  }

  go(fn: Fn, ...args: unknown[]): void {
    this.alive++;
    this.runnable.push({ body: fn(...args), ok: false });
  }

  ready(g: G): void {
    this.runnable.push(g);
  }

  *sleep(d: number): Body {
    if (d <= 0) return;
    const g = this.current;
    this.at(d, () => this.ready(g));
    yield;
  }

  *gosched(): Body {
    this.ready(this.current);
    yield;
  }

  /** Waits in a list until somebody takes it out and makes it ready. */
  *waitIn(list: G[]): Body {
    list.push(this.current);
    yield;
  }

  names(): Record<string, unknown> {
    const m = this;
    return {
      Chan: chanOf(m), Select: selectOf(m), ...locksOf(m), time: timeOf(m), context: contextOf(m),
      go: (fn: Fn, ...args: unknown[]) => m.go(fn, ...args),
      gosched: () => m.gosched(),
      println: (line: string) => void m.lines.push(line),
      runtime: {
        gc() {},
        goexit() {
          throw new Goexit();
        },
      },
      text: function* (s: string): Body { return yield* answer(m, `<${s}>`); },
      half: function* (x: number): Body { return yield* answer(m, x / 2); },
      reversed: function* (a: number[]): Body { return yield* answer(m, [...a].reverse()); },
    };
  }
}

function* answer(m: Model, value: unknown): Body {
  yield* m.sleep(m.random.below(3000) + 1);
  return value;
}

function chanOf(m: Model) {
  return class Chan {
    readonly buffer: unknown[] = [];
    readonly recvq: Wait[] = [];
    readonly sendq: Wait[] = [];
    readonly capacity: number;
    closed = false;

    constructor(capacity = 0) {
      this.capacity = capacity;
    }

    /** Takes the first wait that no other case of its select has ended. */
    dequeue(queue: Wait[]): Wait | undefined {
      for (let w = queue.shift(); w; w = queue.shift()) {
        if (!w.select) return w;
        if (w.select.chosen < 0) return (w.select.chosen = w.index, w);
      }
      return undefined;
    }

    waits(queue: Wait[]): boolean {
      return queue.some((w) => !w.select || w.select.chosen < 0);
    }

    canSend(): boolean {
      return this.closed || this.buffer.length < this.capacity || this.waits(this.recvq);
    }

    canRecv(): boolean {
      return this.closed || this.buffer.length > 0 || this.waits(this.sendq);
    }

    trySend(v: unknown): boolean {
      if (!this.canSend()) return false;
      if (this.closed) throw new Error("send on closed channel");
      const w = this.dequeue(this.recvq);
      if (!w) return (this.buffer.push(v), true);
      Object.assign(w, { value: v, ok: true });
      m.ready(w.g);
      return true;
    }

    tryRecv(): any {
      m.current.ok = false;
      if (this.buffer.length) {
        const v = this.buffer.shift();
        const w = this.dequeue(this.sendq);
        if (w) this.release(w);
        m.current.ok = true;
        return v;
      }
      const w = this.dequeue(this.sendq);
      if (!w) return undefined;
      w.ok = true;
      m.ready(w.g);
      m.current.ok = true;
      return w.value;
    }

    release(w: Wait): void {
      this.buffer.push(w.value);
      w.ok = true;
      m.ready(w.g);
    }

    *send(v: unknown): Body {
      if (this.trySend(v)) return;
      const w = { g: m.current, select: null, index: 0, value: v, ok: false };
      this.sendq.push(w);
      yield;
      if (!w.ok) throw new Error("send on closed channel");
    }

    *recv(): Generator<void, any, void> {
      if (this.canRecv()) return this.tryRecv();
      const w: Wait = { g: m.current, select: null, index: 0, value: undefined, ok: false };
      this.recvq.push(w);
      yield;
      w.g.ok = w.ok;
      return w.value;
    }

    get ok(): boolean {
      return m.current.ok;
    }

    close(): void {
      if (this.closed) throw new Error("close of closed channel");
      this.closed = true;
      for (const queue of [this.recvq, this.sendq]) {
        for (let w = this.dequeue(queue); w; w = this.dequeue(queue)) m.ready(w.g);
      }
    }
  };
}

type Chan = InstanceType<ReturnType<typeof chanOf>>;

function selectOf(m: Model) {
  interface Case {
    ch: Chan | null;
    readonly send: boolean;
    value: unknown;
    on: boolean;
  }
  return class Select {
    readonly cases: Case[] = [];
    got: unknown;
    ok = false;

    recv(ch: Chan | null): number {
      return this.cases.push({ ch, send: false, value: undefined, on: true }) - 1;
    }

    send(ch: Chan | null, value: unknown): number {
      return this.cases.push({ ch, send: true, value, on: true }) - 1;
    }

    set(i: number, value: unknown): void {
      this.cases[i]!.value = value;
    }

    setChan(i: number, ch: Chan | null): void {
      this.cases[i]!.ch = ch;
    }

    enable(i: number, on: boolean): void {
      this.cases[i]!.on = on;
    }

    value(): unknown {
      return this.got;
    }

    poll(): number {
      const ready = [...this.cases.keys()].filter((i) => {
        const { ch, send, on } = this.cases[i]!;
        return on && ch && (send ? ch.canSend() : ch.canRecv());
      });
      if (!ready.length) return -1;
      const i = m.random.pick(ready);
      const { ch, send, value } = this.cases[i]!;
      if (send) {
        ch!.trySend(value);
        this.ok = false;
      } else {
        this.got = ch!.tryRecv();
        this.ok = m.current.ok;
      }
      return i;
    }

    *wait(): Generator<void, number, void> {
      const at = this.poll();
      if (at >= 0) return at;
      const select = { chosen: -1 };
      const waits = this.cases.map(({ value }, index) => ({ g: m.current, select, index, value, ok: false }));
      for (const [i, { ch, send, on }] of this.cases.entries()) {
        if (on && ch) (send ? ch.sendq : ch.recvq).push(waits[i]!);
      }
      yield;
      const w = waits[select.chosen]!;
      if (this.cases[w.index]!.send && !w.ok) throw new Error("send on closed channel");
      this.ok = w.ok && !this.cases[w.index]!.send;
      this.got = w.value;
      return w.index;
    }
  };
}

function locksOf(m: Model) {
  class Semaphore {
    readonly waiting: { n: number; g: G }[] = [];
    free: number;

    constructor(free: number) {
      this.free = free;
    }

    tryAcquire(n = 1): boolean {
      if (this.waiting.length || this.free < n) return false;
      this.free -= n;
      return true;
    }

    *acquire(n = 1): Body {
      if (this.tryAcquire(n)) return;
      this.waiting.push({ n, g: m.current });
      yield;
    }

    release(n = 1): void {
      this.free += n;
      while (this.waiting.length && this.waiting[0]!.n <= this.free) {
        const w = this.waiting.shift()!;
        this.free -= w.n;
        m.ready(w.g);
      }
    }
  }

  class Mutex {
    readonly sema = new Semaphore(1);
    *lock(): Body { yield* this.sema.acquire(); }
    tryLock(): boolean { return this.sema.tryAcquire(); }
    unlock(): void { this.sema.release(); }
  }

  const READERS = 1000;
  class RWMutex {
    readonly sema = new Semaphore(READERS);
    *lock(): Body { yield* this.sema.acquire(READERS); }
    unlock(): void { this.sema.release(READERS); }
    *rLock(): Body { yield* this.sema.acquire(); }
    rUnlock(): void { this.sema.release(); }
  }

  class WaitGroup {
    n = 0;
    readonly waiting: G[] = [];

    add(delta: number): void {
      this.n += delta;
      if (this.n < 0) throw new Error("negative WaitGroup counter");
      if (this.n === 0) this.waiting.splice(0).forEach((g) => m.ready(g));
    }

    done(): void { this.add(-1); }

    *wait(): Body {
      if (this.n) yield* m.waitIn(this.waiting);
    }

    go(fn: Fn, ...args: unknown[]): void {
      this.add(1);
      const group = this;
      m.go(function* () {
        try {
          yield* fn(...args);
        } finally {
          group.done();
        }
      });
    }
  }

  class Cond {
    readonly waiting: G[] = [];
    readonly l: Mutex;

    constructor(l: Mutex) {
      this.l = l;
    }

    *wait(): Body {
      this.l.unlock();
      yield* m.waitIn(this.waiting);
      yield* this.l.lock();
    }

    broadcast(): void { this.waiting.splice(0).forEach((g) => m.ready(g)); }
  }
  return { Semaphore, Mutex, RWMutex, WaitGroup, Cond };
}

function timeOf(m: Model) {
  const Chan = chanOf(m);
  const after = (d: number) => {
    const c = new Chan(1);
    m.at(d, () => void c.trySend(0));
    return c;
  };
  return {
    sleep: (d: number) => m.sleep(d),
    after,
    afterFunc: (d: number, fn: Fn, ...args: unknown[]) => {
      const timer = m.at(d, () => m.go(fn, ...args));
      return { stop: () => m.timers.delete(timer) };
    },
    Ticker: class {
      readonly c = new Chan(1);
      timer: { when: number; f: () => void };
      constructor(d: number) {
        const tick = () => {
          this.c.trySend(0);
          this.timer = m.at(d, tick);
        };
        this.timer = m.at(d, tick);
      }
      stop(): void { m.timers.delete(this.timer); }
    },
  };
}

function contextOf(m: Model) {
  const Chan = chanOf(m);
  class Context {
    readonly done = new Chan();
    readonly children: Context[] = [];
    err: string | null = null;

    constructor(parent: Context | null) {
      if (parent?.err) this.end(parent.err);
      parent?.children.push(this);
    }

    end(why: string): void {
      if (this.err) return;
      this.err = why;
      this.done.close();
      this.children.forEach((c) => c.end(why));
    }

    cancel(): void { this.end("context canceled"); }
  }
  return {
    background: () => new Context(null),
    withCancel: (parent: Context) => new Context(parent),
    withTimeout: (parent: Context, d: number) => {
      const c = new Context(parent);
      m.at(d, () => c.end("context deadline exceeded"));
      return c;
    },
  };
}

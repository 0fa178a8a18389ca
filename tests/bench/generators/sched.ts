// SPDX-License-Identifier: MIT
/**
 * The plain JavaScript rival: goroutines are generators, a trampoline runs them.
 *
 * A goroutine parks with a bare `yield`; a call that may park is `yield* f()`. What may have to
 * wait (Chan#send, Mutex#lock, …) is an ordinary method that answers true if it is done and false
 * if the goroutine was queued and must `yield`: the fast path makes no generator. Nothing here
 * keeps stacks, labels or deadlock reports.
 *
 * @module
 */

export type Body = Generator<undefined, void, undefined>;

/** A goroutine in a channel's queue, or one case of its select. */
export class Sudog {
  next: Sudog | null = null;
  prev: Sudog | null = null;
  queue: Waitq | null = null;
  value = 0;
  readonly g: G;
  /** Takes the other cases off their queues; null outside a select. */
  readonly fired: ((sg: Sudog) => void) | null;

  constructor(g: G, fired: ((sg: Sudog) => void) | null) {
    this.g = g;
    this.fired = fired;
  }
}

export class G {
  readonly body: Body;
  /** What the last receive got, and whether it was a sent value. */
  value = 0;
  ok = false;
  sg: Sudog | null = null;

  constructor(body: Body) {
    this.body = body;
  }
}

/** Doubly linked, since a select leaves queues from the middle. */
export class Waitq {
  first: Sudog | null = null;
  last: Sudog | null = null;

  push(sg: Sudog): void {
    sg.queue = this;
    sg.next = null;
    sg.prev = this.last;
    if (this.last) this.last.next = sg;
    else this.first = sg;
    this.last = sg;
  }

  remove(sg: Sudog): void {
    if (sg.queue !== this) return;
    if (sg.prev) sg.prev.next = sg.next;
    else this.first = sg.next;
    if (sg.next) sg.next.prev = sg.prev;
    else this.last = sg.prev;
    sg.queue = null;
  }

  shift(): Sudog | null {
    const sg = this.first;
    if (sg) {
      this.remove(sg);
      if (sg.fired) sg.fired(sg);
    }
    return sg;
  }
}

// The run queue: a ring of a power of two.
let ring: (G | undefined)[] = new Array(1024).fill(undefined);
let mask = 1023;
let head = 0;
let tail = 0;

export let curg: G;

export function goready(g: G): void {
  if (tail - head > mask) grow();
  ring[tail++ & mask] = g;
}

function grow(): void {
  const bigger = new Array<G | undefined>(ring.length * 2).fill(undefined);
  for (let i = 0; i < ring.length; i++) bigger[i] = ring[(head + i) & mask];
  tail = ring.length;
  head = 0;
  ring = bigger;
  mask = ring.length - 1;
}

/** Use as `go(f(a, b))`. */
export function go(body: Body): void {
  goready(new G(body));
}

/** Use as `gosched(); yield`. */
export function gosched(): void {
  goready(curg);
}

// Timers: a binary heap by instant, in two parallel arrays.
const when: number[] = [];
const sleepers: G[] = [];

/** Use as `sleep(1); yield`. */
export function sleep(ms: number): void {
  const t = performance.now() + ms;
  let i = when.length;
  for (let up = (i - 1) >> 1; i > 0 && when[up] > t; i = up, up = (i - 1) >> 1) {
    when[i] = when[up];
    sleepers[i] = sleepers[up];
  }
  when[i] = t;
  sleepers[i] = curg;
}

function wakeSleepers(now: number): void {
  while (when.length > 0 && when[0] <= now) {
    goready(sleepers[0]);
    const t = when.pop()!;
    const g = sleepers.pop()!;
    const n = when.length;
    if (n > 0) siftDown(t, g, n);
  }
}

function siftDown(t: number, g: G, n: number): void {
  let i = 0;
  for (let down = 1; down < n; down = 2 * i + 1) {
    if (down + 1 < n && when[down + 1] < when[down]) down++;
    if (when[down] >= t) break;
    when[i] = when[down];
    sleepers[i] = sleepers[down];
    i = down;
  }
  when[i] = t;
  sleepers[i] = g;
}

/** Runs main and all it starts; settles when main ends or all are asleep. */
export function run(main: Body): Promise<void> {
  const first = new G(main);
  goready(first);
  return new Promise((resolve, reject) => {
    const slice = (): void => {
      if (runUntilIdle(first)) return resolve();
      if (when.length === 0) return reject(new Error("all goroutines are asleep"));
      setTimeout(slice, Math.max(0, when[0] - performance.now()));
    };
    slice();
  });
}

/** True when `first` has ended. */
function runUntilIdle(first: G): boolean {
  for (let tick = 0; ; tick++) {
    if (when.length > 0 && ((tick & 63) === 0 || head === tail)) wakeSleepers(performance.now());
    if (head === tail) return false;
    const at = head++ & mask;
    const g = ring[at]!;
    ring[at] = undefined;
    curg = g;
    if (g.body.next().done && g === first) return true;
  }
}

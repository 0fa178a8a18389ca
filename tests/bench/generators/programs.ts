// SPDX-License-Identifier: MIT
/**
 * The benchmark's programs as generators: the twins of ../go and ../guest.
 *
 * A program is a goroutine that puts the number of operations it did into `done.ops`.
 *
 * @module
 */
import { Chan, Mutex, Select, WaitGroup } from "./chan.ts";
import { type Body, curg, go, gosched, sleep } from "./sched.ts";

export const done = { ops: 0 };

function* yielder(depth: number, n: number): Generator<undefined, number, undefined> {
  if (depth > 0) return (yield* yielder(depth - 1, n)) + 1;
  for (let i = 0; i < n; i++) {
    gosched();
    yield;
  }
  return 0;
}

function* yieldAndDone(depth: number, n: number, wg: WaitGroup): Body {
  yield* yielder(depth, n);
  wg.add(-1);
}

function* yields(depth: number, n: number): Body {
  const wg = new WaitGroup();
  wg.add(2);
  for (let i = 0; i < 2; i++) go(yieldAndDone(depth, n, wg));
  if (!wg.wait()) yield;
  done.ops = 2 * n;
}

const batch = 100;
let finished = 0;

function* finish(): Body {
  finished++;
}

function* spawn(n: number): Body {
  finished = 0;
  for (let want = batch; want <= n; want += batch) {
    for (let i = 0; i < batch; i++) go(finish());
    while (finished < want) {
      gosched();
      yield;
    }
  }
  done.ops = finished;
}

function* produce(c: Chan, n: number): Body {
  for (let i = 0; i < n; i++) if (!c.send(i)) yield;
  c.close();
}

function* drain(c: Chan, n: number): Body {
  const g = curg;
  let sum = 0;
  for (;;) {
    if (!c.recv()) yield;
    if (!g.ok) break;
    sum += g.value;
  }
  check(sum, (n * (n - 1)) / 2);
  done.ops = n;
}

function handoff(n: number): Body {
  const c = new Chan();
  go(produce(c, n));
  return drain(c, n);
}

function buffered(n: number): Body {
  const c = new Chan(128);
  go(produce(c, n));
  return drain(c, n);
}

function* feed(c: Chan, n: number): Body {
  for (let i = 0; i < n; i++) if (!c.send(i)) yield;
}

function* select2(n: number): Body {
  const g = curg;
  const chans = [new Chan(), new Chan()];
  for (const c of chans) go(feed(c, n));
  const select = new Select(chans);
  let sum = 0;
  for (let i = 0; i < 2 * n; i++) {
    if (!select.wait()) yield;
    sum += g.value;
  }
  check(sum, n * (n - 1));
  done.ops = 2 * n;
}

function* generate(c: Chan): Body {
  for (let i = 2; ; i++) if (!c.send(i)) yield;
}

function* filter(from: Chan, to: Chan, prime: number): Body {
  const g = curg;
  for (;;) {
    if (!from.recv()) yield;
    const i = g.value;
    if (i % prime !== 0 && !to.send(i)) yield;
  }
}

function* sieve(n: number): Body {
  const g = curg;
  let c = new Chan();
  go(generate(c));
  let prime = 0;
  for (let i = 0; i < n; i++) {
    if (!c.recv()) yield;
    prime = g.value;
    const next = new Chan();
    go(filter(c, next, prime));
    c = next;
  }
  if (n === 2000) check(prime, 17389);
  done.ops = n;
}

function* pass(from: Chan, to: Chan): Body {
  const g = curg;
  for (;;) {
    if (!from.recv()) yield;
    if (!g.ok) return to.close();
    if (!to.send(g.value + 1)) yield;
  }
}

function* ring(size: number, laps: number): Body {
  const g = curg;
  const first = new Chan();
  let c = first;
  for (let i = 0; i < size - 1; i++) {
    const next = new Chan();
    go(pass(c, next));
    c = next;
  }
  let token = 0;
  for (let lap = 0; lap < laps; lap++) {
    if (!first.send(token)) yield;
    if (!c.recv()) yield;
    token = g.value + 1;
  }
  first.close();
  if (!c.recv()) yield;
  check(token, size * laps);
  done.ops = token;
}

const mu = new Mutex();
let counter = 0;

function* contender(n: number, wg: WaitGroup): Body {
  for (let i = 0; i < n; i++) {
    if (!mu.lock()) yield;
    counter++;
    gosched();
    yield;
    mu.unlock();
  }
  wg.add(-1);
}

function* contend(goroutines: number, n: number): Body {
  const wg = new WaitGroup();
  counter = 0;
  wg.add(goroutines);
  for (let i = 0; i < goroutines; i++) go(contender(n, wg));
  if (!wg.wait()) yield;
  check(counter, goroutines * n);
  done.ops = counter;
}

function* lock(n: number): Body {
  counter = 0;
  for (let i = 0; i < n; i++) {
    if (!mu.lock()) yield;
    counter++;
    mu.unlock();
  }
  done.ops = counter;
}

function* sleeper(wg: WaitGroup): Body {
  sleep(1);
  yield;
  wg.add(-1);
}

function* sleeps(n: number): Body {
  const wg = new WaitGroup();
  wg.add(n);
  for (let i = 0; i < n; i++) go(sleeper(wg));
  if (!wg.wait()) yield;
  done.ops = n;
}

const never = new Chan();
let down = 0;

function* park(depth: number): Generator<undefined, number, undefined> {
  const g = curg;
  if (depth > 0) return (yield* park(depth - 1)) + 1;
  down++;
  if (!never.recv()) yield;
  return g.value;
}

function* parker(depth: number): Body {
  yield* park(depth);
}

function* parked(depth: number, n: number): Body {
  const want = down + n;
  for (let i = 0; i < n; i++) go(parker(depth));
  while (down < want) {
    gosched();
    yield;
  }
  done.ops = n;
}

function check(got: number, want: number): void {
  if (got !== want) throw new Error(`wrong result: ${got}, want ${want}`);
}

export const programs: Record<string, (...n: number[]) => Body> = {
  yields, spawn, handoff, buffered, select2, sieve, ring, contend, lock, sleeps, parked,
};

// SPDX-License-Identifier: MIT
// How generated programs wait: each function hands v through goroutines and returns it.
//
// plain.ts has the same names with the same results and no goroutine. Whatever order goroutines
// run in, results do not depend on it: what is shared is only added to, or handed on over a channel.
import {
  Chan, Cond, Mutex, Select, Semaphore, WaitGroup, context, debug, go, gosched, runtime, time
} from "gopark/assembly";
import { Account } from "./prelude";

// @ts-ignore: decorator
@blocking @external("test", "later") declare function later(s: string): string;
// @ts-ignore: decorator
@external("test", "garbage") declare function garbage(): bool;
// @ts-ignore: decorator
@external("test", "profiled") declare function profiled(): bool;

const mutex = new Mutex();
const tokens = new Semaphore(3);

export function yielded<T>(v: T): T {
  gosched();
  return v;
}

export function relayed<T>(v: T): T {
  const c = new Chan<T>();
  go((c: Chan<T>, v: T): void => { c.send(v); }, c, v);
  return c.recv();
}

export function buffered<T>(v: T): T {
  const c = new Chan<T>(3);
  c.send(v);
  c.send(v);
  gosched();
  c.recv();
  return c.recv();
}

/** Who sends closes, and ends without returning. */
export function drained<T>(v: T): T {
  const c = new Chan<T>(1);
  go((c: Chan<T>, v: T): void => {
    for (let i = 0; i < 3; i++) c.send(v);
    c.close();
    runtime.goexit();
  }, c, v);
  let last = v;
  while (true) {
    const next = c.recv();
    if (!c.ok) return last;
    last = next;
  }
}

export function selected<T>(v: T): T {
  const values = new Chan<T>();
  const texts = new Chan<string>();
  go((values: Chan<T>, texts: Chan<string>, v: T): void => {
    const s = new Select();
    s.send(texts, "x" + "y".repeat(2));
    const k = s.send(values, v);
    while (s.wait() != k) {}
  }, values, texts, v);
  const s = new Select();
  s.recv(texts);
  const k = s.recv(values);
  while (s.wait() != k) s.value<string>();
  return s.value<T>();
}

export function locked<T>(v: T): T {
  mutex.lock();
  tokens.acquire(2);
  gosched();
  tokens.release(2);
  mutex.unlock();
  return v;
}

class Cell<T> {
  filled: bool = false;
  cond: Cond = new Cond(new Mutex());
  constructor(public v: T) {}
}

export function signalled<T>(v: T): T {
  const cell = new Cell<T>(v);
  go((cell: Cell<T>): void => {
    cell.cond.l.lock();
    cell.filled = true;
    cell.cond.signal();
    cell.cond.l.unlock();
  }, cell);
  cell.cond.l.lock();
  while (!cell.filled) cell.cond.wait();
  cell.cond.l.unlock();
  return cell.v;
}

export function slept<T>(v: T): T {
  time.sleep(1000);
  return v;
}

export function timed<T>(v: T): T {
  const c = new Chan<T>(1);
  time.afterFunc(1000, (c: Chan<T>, v: T): void => { c.send(v); }, c, v);
  gosched();
  return c.recv();
}

function pushBelow<T>(depth: i32, list: Array<T>, v: T): void {
  if (depth > 0) pushBelow<T>(depth - 1, list, v);
  else {
    gosched();
    list.push(v);
  }
}

export function grouped<T>(v: T): T {
  const list = new Array<T>();
  const wg = new WaitGroup();
  wg.go((list: Array<T>, v: T): void => { pushBelow<T>(3, list, v); }, list, v);
  wg.wait();
  return list.pop();
}

/** Workers take jobs until there are no more; the values are all the same. */
export function pooled<T>(v: T): T {
  const jobs = new Chan<T>(2);
  const done = new Chan<T>(1);
  for (let i = 0; i < 2; i++) go((jobs: Chan<T>, done: Chan<T>): void => {
    while (true) {
      const job = jobs.recv();
      if (!jobs.ok) return;
      done.send(job);
    }
  }, jobs, done);
  go((jobs: Chan<T>, v: T): void => {
    for (let i = 0; i < 3; i++) jobs.send(v);
    jobs.close();
  }, jobs, v);
  done.recv();
  done.recv();
  return done.recv();
}

export function cancelled<T>(v: T): T {
  const ctx = context.withCancel(context.background());
  const c = new Chan<T>(1);
  go((ctx: context.Context, c: Chan<T>, v: T): void => {
    ctx.done.recv();
    c.send(v);
  }, ctx, c, v);
  gosched();
  ctx.cancel();
  return c.recv();
}

export function hosted<T>(v: T): T {
  later("a" + "b".repeat(3));
  return v;
}

/** Adds up what n goroutines come to, in the order in which they end. */
export function spread(n: i32, f: (me: Account, k: i32, s: string) => i32, s: string): i32 {
  const sums = new Chan<i32>(n & 1);
  for (let k = 0; k < n; k++) go((sums: Chan<i32>, f: (me: Account, k: i32, s: string) => i32, k: i32, s: string): void => {
    sums.send(f(new Account(k), k, s) * (k + 3));
  }, sums, f, k, s);
  let sum = 0;
  for (let k = 0; k < n; k++) sum += sums.recv();
  return sum;
}

/** Takes what n goroutines come to in the order of their numbers: each waits for the one before it. */
export function inOrder(n: i32, f: (me: Account, k: i32, s: string) => i32, s: string): i32 {
  let turn = new Chan<i32>();
  const first = turn;
  for (let k = 0; k < n; k++) {
    const next = new Chan<i32>();
    go((turn: Chan<i32>, next: Chan<i32>, f: (me: Account, k: i32, s: string) => i32, k: i32, s: string): void => {
      const sum = f(new Account(k), k, s);
      next.send(turn.recv() * 31 + sum);
    }, turn, next, f, k, s);
    turn = next;
  }
  first.send(0);
  return turn.recv();
}

/** Makes garbage until it is told to stop, so that there are collections whenever others park. */
function churn(stop: Chan<bool>): void {
  let kept = new Array<string>();
  for (let n = 0; !stop.tryRecv(); n++) {
    kept.push("c" + n.toString());
    if (kept.length > 8) kept = kept.slice(4);
    gosched();
  }
}

/** Runs n tasks at once. */
export function runTasks(n: i32, task: (me: Account) => void): void {
  if (profiled()) {
    debug.setGCPercent(0);
    runtime.setMemProfileRate(1);
  }
  const stop = new Chan<bool>(1);
  if (garbage()) go(churn, stop);
  const wg = new WaitGroup();
  wg.add(n);
  for (let id = 1; id < n; id++) go((task: (me: Account) => void, id: i32, wg: WaitGroup): void => {
    task(new Account(id));
    wg.done();
  }, task, id, wg);
  task(new Account(0));
  wg.done();
  wg.wait();
  stop.send(true);
}

// SPDX-License-Identifier: MIT
// Goroutines with every kind of name and wait, for Go's tools to read.
import { Chan, Cond, debug, go, gosched, Mutex, RWMutex, Select, Semaphore, time, WaitGroup } from "gopark/assembly";
import { Queue } from "./queue";

const c = new Chan<i32>();
const m = new Mutex();
const rw = new RWMutex();
const wg = new WaitGroup();
const cond = new Cond(new Mutex());
const sem = new Semaphore(1);
let mainruns = false; // then nobody sleeps, or there would be no deadlock
const queue = new Queue<Map<string, i32>>();

function worker(): void {
  c.recv();
}

function deep(n: i32): void {
  if (n) deep(n - 1);
  else c.recv();
}

namespace inner {
  export function nested(): void {
    c.recv();
  }
}

class Server {
  static serve(): void {
    new Server().port;
  }
  get port(): i32 {
    return c.recv();
  }
}

function choose(): void {
  const s = new Select();
  s.recv(c);
  s.wait();
}

/** Leaves goroutines behind in every state: a call, so they can be read while nothing runs. */
export function start(): void {
  m.lock();
  rw.lock();
  wg.add(1);
  sem.acquire();
  for (let i = 0; i < 3; ++i) go(worker);
  go(deep, 5);
  go(() => { inner.nested(); });
  go(() => { Server.serve(); });
  go(choose);
  go(() => { m.lock(); });
  go(() => { rw.rLock(); });
  go(() => { wg.wait(); });
  go(() => { sem.acquire(); });
  if (!mainruns) go(() => { time.sleep(time.Hour); });
  go(() => { changetype<Chan<i32>>(0).recv(); });
  go(() => { new Select().wait(); });
  go(() => {
    cond.l.lock();
    cond.wait();
  });
  go(() => { queue.take(); });
  gosched();
}

export function panics(): void {
  queue.fail("no good: \t(really) 100%");
}

export function traps(at: i32): i32 {
  return peek(at) + i32(sem.tryAcquire());
}

function peek(at: i32): i32 {
  return load<i32>(at) + i32(sem.tryAcquire());
}

/** Calls nothing at all. */
export function leaf(at: i32): i32 {
  return load<i32>(at);
}

export function sinks(n: i32): void {
  debug.setTraceback("all");
  if (n) sinks(n - 1);
  else throw new Error("deep");
}

export function main(): void {
  mainruns = true;
  start();
  cond.broadcast();
  c.send(1);
  m.lock();
}

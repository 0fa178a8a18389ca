// SPDX-License-Identifier: MIT
// One program with everything that profiles tell beside stacks and memory; also run by tests/host.
import { Chan, go, gosched, Mutex, pprof, runtime, time, WaitGroup } from "gopark/assembly";

const gate = new Chan<i32>();

function waiter(): void {
  gate.recv();
}

/** Three goroutines at one place, two of them labelled alike. */
export function labelled(): void {
  pprof.withLabels(["shard", "7", "req", "a \"b\""], () => {
    go(waiter);
    go(waiter);
  });
  go(waiter);
  gosched();
}

const m = new Mutex();

function locks(): void {
  m.lock();
  m.unlock();
}

function holds(): void {
  m.unlock();
}

/** Two wait for a lock, and main's part for one of them. */
export function contends(): void {
  runtime.setBlockProfileRate(1);
  runtime.setMutexProfileFraction(1);
  m.lock();
  const wg = new WaitGroup();
  wg.go(locks);
  wg.go(locks);
  time.sleep(5 * time.Millisecond);
  holds();
  wg.wait();
}

function forgotten(c: Chan<i32>): void {
  c.recv();
}

/** Three goroutines that nobody can wake, two of them at one place, and one that somebody can. */
export function leaks(): void {
  go(forgotten, new Chan<i32>());
  go(forgotten, new Chan<i32>());
  go(() => { pprof.withLabels(["who", "me"], () => { forgotten(new Chan<i32>()); }); });
  go(waiter);
  gosched();
}

const sessions = pprof.newProfile("app.sessions");

class Session {
  constructor(public id: i32) {}
}

function opens(id: i32): Session {
  const s = new Session(id);
  sessions.add(s, 1);
  return s;
}

/** Three sessions are open, two of them opened at one place. */
export function session(): i32 {
  const list: Session[] = [];
  for (let i = 0; i < 3; ++i) list.push(opens(i));
  sessions.remove(list[1]);
  opens(4);
  return sessions.count();
}

@external("test", "work") declare function work(ms: f64): void;

function busy(): void {
  work(100);
}

function busier(): void {
  for (let i = 0; i < 3; ++i) {
    work(100);
    gosched();
  }
}

/** Computes for 100 ms in one place, 300 ms in another, and sleeps for a second. */
export function computes(): void {
  const wg = new WaitGroup();
  wg.go(busy);
  wg.go(() => { pprof.withLabels(["who", "busier"], busier); });
  time.sleep(time.Second);
  wg.wait();
}

function little(n: i32): void {
  for (let i = 0; i < n; ++i) {
    work(0.001);
    gosched();
  }
}

function much(n: i32): void {
  for (let i = 0; i < n; ++i) {
    work(0.009);
    gosched();
  }
}

/** Two goroutines that give way to each other every few microseconds. */
export function alternates(n: i32): void {
  const wg = new WaitGroup();
  wg.go(little, n);
  wg.go(much, n);
  wg.wait();
}

function long(): void {
  work(5);
}

/** In turn a long run of one goroutine, and many short ones of two. */
export function mixes(n: i32): void {
  for (let i = 0; i < n; ++i) {
    const wg = new WaitGroup();
    wg.go(long);
    wg.wait();
    alternates(100);
  }
}

/** Collects, then takes the memory that has come free. */
export function recycles(): void {
  runtime.gc();
  for (let i = 0; i < 1000; ++i) new StaticArray<u32>(1 + (i & 7));
}

/** Sleeps n times, for what is no whole number of milliseconds. */
export function naps(n: i32): void {
  for (let i = 0; i < n; ++i) time.sleep(1500 * time.Microsecond);
}

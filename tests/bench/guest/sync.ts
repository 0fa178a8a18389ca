// SPDX-License-Identifier: MIT
// Mutexes and sleeps. Twin of ../go/sync.go.
import { Mutex, WaitGroup, go, gosched, time } from "gopark/assembly";

const mu = new Mutex();
let counter = 0;

function contender(n: i32, wg: WaitGroup): void {
  for (let i = 0; i < n; i++) {
    mu.lock();
    counter++;
    gosched();
    mu.unlock();
  }
  wg.done();
}

/** Each goroutine locks, yields inside the critical section, unlocks, n times; ns a time. */
export function contend(goroutines: i32, n: i32): f64 {
  const wg = new WaitGroup();
  counter = 0;
  const start = time.now();
  wg.add(goroutines);
  for (let i = 0; i < goroutines; i++) go(contender, n, wg);
  wg.wait();
  const ns = <f64>(time.now() - start);
  if (counter != goroutines * n) throw new Error("bench: wrong result");
  return ns / <f64>counter;
}

/** Nobody else wants the mutex; ns for lock and unlock. */
export function lock(n: i32): f64 {
  counter = 0;
  const start = time.now();
  for (let i = 0; i < n; i++) {
    mu.lock();
    counter++;
    mu.unlock();
  }
  return <f64>(time.now() - start) / <f64>counter;
}

function sleeper(wg: WaitGroup): void {
  time.sleep(time.Millisecond);
  wg.done();
}

/** n goroutines that sleep 1 ms, all at once; ns each. */
export function sleeps(n: i32): f64 {
  const wg = new WaitGroup();
  const start = time.now();
  wg.add(n);
  for (let i = 0; i < n; i++) go(sleeper, wg);
  wg.wait();
  return <f64>(time.now() - start) / <f64>n;
}

// SPDX-License-Identifier: MIT
// Has waited, contended and allocated before it computes without parking and without asking for the time.
import { Chan, go, Mutex, pprof, runtime } from "gopark/assembly";

class Kept {
  a: i64 = 1;
}

runtime.setBlockProfileRate(1);
runtime.setMutexProfileFraction(1);
runtime.setMemProfileRate(1);

const kept: Kept[] = [];
const done = new Chan<bool>();
const m = new Mutex();

function contend(): void {
  m.lock();
  m.unlock();
  done.send(true);
}

export function prepare(n: i32): void {
  for (let i = 0; i < n; i++) kept.push(new Kept());
  m.lock();
  go(contend);
  runtime.gosched();
  m.unlock();
  done.recv();
  if (!pprof.lookup("own")) pprof.newProfile("own").add(1);
  runtime.gc();
  runtime.gc(); // the heap profile is of the collection before
}

/** Waits for nobody. */
export function waits(): void {
  new Chan<i32>().recv();
}

function fib(n: i32): i32 {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

export function spin(rounds: i64): i64 {
  let sum: i64 = 0;
  for (let i: i64 = 0; i < rounds; i++) sum += fib(10);
  return sum;
}

let last: Kept | null = null;

/** Neither parks, but stops where it collects. */
export function churn(rounds: i64): void {
  for (let i: i64 = 0; i < rounds; i++) last = new Kept();
}

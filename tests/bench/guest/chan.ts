// SPDX-License-Identifier: MIT
// Channels: a handoff, a buffered element, select, the sieve, the ring. Twin of ../go/chan.go.
import { Chan, Select, go, time } from "gopark/assembly";

function check(got: i64, want: i64): void {
  if (got != want) throw new Error("bench: wrong result");
}

function produce(c: Chan<i32>, n: i32): void {
  for (let i = 0; i < n; i++) c.send(i);
  c.close();
}

function drain(c: Chan<i32>): i64 {
  let sum: i64 = 0;
  for (let v = c.recv(); c.ok; v = c.recv()) sum += v;
  return sum;
}

function through(c: Chan<i32>, n: i32): f64 {
  const start = time.now();
  go(produce, c, n);
  const sum = drain(c);
  const ns = <f64>(time.now() - start);
  check(sum, (<i64>n * (<i64>n - 1)) / 2);
  return ns / <f64>n;
}

/** Elements through an unbuffered channel; ns each. */
export function handoff(n: i32): f64 {
  return through(new Chan<i32>(), n);
}

/** Elements through a buffer of 128; ns each. */
export function buffered(n: i32): f64 {
  return through(new Chan<i32>(128), n);
}

function feed(c: Chan<i32>, n: i32): void {
  for (let i = 0; i < n; i++) c.send(i);
}

/** One receiver selects on two unbuffered channels, n elements from each; ns an element. */
export function select2(n: i32): f64 {
  const c = new Chan<i32>();
  const d = new Chan<i32>();
  const start = time.now();
  go(feed, c, n);
  go(feed, d, n);
  const s = new Select();
  const fromC = s.recv<i32>(c);
  s.recv<i32>(d);
  let sum: i64 = 0;
  for (let i = 0; i < 2 * n; i++) {
    // The two arms differ in Go too; the compiler may fold them.
    if (s.wait() == fromC) sum += s.value<i32>();
    else sum += s.value<i32>();
  }
  const ns = <f64>(time.now() - start);
  check(sum, <i64>n * (<i64>n - 1));
  return ns / <f64>(2 * n);
}

function generate(c: Chan<i32>): void {
  for (let i = 2; ; i++) c.send(i);
}

function filter(from: Chan<i32>, to: Chan<i32>, prime: i32): void {
  while (true) {
    const i = from.recv();
    if (i % prime != 0) to.send(i);
  }
}

/** The first n primes, a goroutine each; ns a prime. */
export function sieve(n: i32): f64 {
  const start = time.now();
  let c = new Chan<i32>();
  go(generate, c);
  let prime = 0;
  for (let i = 0; i < n; i++) {
    prime = c.recv();
    const next = new Chan<i32>();
    go(filter, c, next, prime);
    c = next;
  }
  const ns = <f64>(time.now() - start);
  if (n == 2000) check(prime, 17389);
  return ns / <f64>n;
}

function pass(from: Chan<i32>, to: Chan<i32>): void {
  for (let v = from.recv(); from.ok; v = from.recv()) to.send(v + 1);
  to.close();
}

/** A token goes round a ring of size goroutines; ns a hop. */
export function ring(size: i32, laps: i32): f64 {
  const start = time.now();
  const first = new Chan<i32>();
  let c = first;
  for (let i = 0; i < size - 1; i++) {
    const next = new Chan<i32>();
    go(pass, c, next);
    c = next;
  }
  let token = 0;
  for (let lap = 0; lap < laps; lap++) {
    first.send(token);
    token = c.recv() + 1;
  }
  first.close();
  c.recv();
  const ns = <f64>(time.now() - start);
  check(token, size * laps);
  return ns / <f64>token;
}

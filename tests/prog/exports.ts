// SPDX-License-Identifier: MIT
// Exports for tests/prog.test.ts: each call runs on a goroutine of its own.
import { Chan, Mutex, WaitGroup, go, gosched, println, runtime, time } from "gopark/assembly";

@blocking @external("test", "text") declare function text(s: string): string;

const c = new Chan<i32>();
const m = new Mutex();
let calls = 0;

export function add(a: i32, b: i32): i32 {
  return a + b;
}

export function kinds(a: i8, b: u8, d: i64, e: u64, f: f32, g: f64, h: bool): string {
  return `${a} ${b} ${d} ${e} ${f} ${g} ${h}`;
}

export function big(a: i64): i64 {
  gosched();
  return a * 2;
}

export function not(a: bool): bool {
  return !a;
}

export function half(a: f32): f32 {
  gosched();
  return a / 2;
}

export function greet(name: string, times: i32): string {
  gosched();
  return `hello ${name} `.repeat(times);
}

export function nullable(s: string | null): string | null {
  return s === null ? "was null" : null;
}

export function squares(list: i32[]): i32[] {
  const out = new Array<i32>();
  for (let i = 0; i < list.length; i++) {
    gosched();
    out.push(list[i] * list[i]);
  }
  return out;
}

export function reversed(list: string[]): string[] {
  return list.reverse();
}

export function bytes(n: i32): Uint8Array {
  const b = new Uint8Array(n);
  for (let i = 0; i < n; i++) b[i] = <u8>i;
  return b;
}

export function nothing(): void {
  calls++;
}

export function called(): i32 {
  return calls;
}

/** One waits for the other. */
export function take(): i32 {
  return c.recv();
}

export function give(v: i32): void {
  c.send(v);
}

export function slow(ms: i32): i32 {
  time.sleep(ms * time.Millisecond);
  return ms;
}

export function fromHost(s: string): string {
  const a = text(s);
  runtime.gc();
  return a + text(s.toUpperCase());
}

export function locked(rounds: i32): i32 {
  let worst = 0;
  for (let i = 0; i < rounds; i++) {
    m.lock();
    const before = calls++;
    gosched();
    if (calls != before + 1) worst++;
    m.unlock();
  }
  return worst;
}

/** Returns while goroutines it has started still run: they go on. */
export function leaves(n: i32): i32 {
  for (let i = 0; i < n; i++) go(() => { c.recv(); });
  gosched();
  return runtime.numGoroutine();
}

export function fan(n: i32): i32 {
  const wg = new WaitGroup();
  const sums = new Chan<i32>(n);
  for (let i = 0; i < n; i++) wg.go((sums: Chan<i32>, i: i32): void => sums.send(i), sums, i);
  wg.wait();
  let sum = 0;
  for (let i = 0; i < n; i++) sum += sums.recv();
  return sum;
}

export function exits(): i32 {
  runtime.goexit();
  return 1;
}

export function says(s: string): void {
  println(s);
}

export function fails(message: string): i32 {
  gosched();
  throw new Error(message);
}

// SPDX-License-Identifier: MIT
// Many goroutines that are parked: what one costs, and what it costs to look at all of them.
// Twin of ../go/profile.go.
import { Chan, go, gosched, runtime, time } from "gopark/assembly";

const never = new Chan<i32>();
let down = 0;
let figure: f64 = 0;

/** Waits for ever below depth nested calls. */
function park(depth: i32): i32 {
  if (depth > 0) return park(depth - 1) + 1;
  down++;
  return never.recv();
}

function parker(depth: i32): void {
  park(depth);
}

/** Starts n goroutines that park, depth + 1 calls below their first function. */
function parkAll(depth: i32, n: i32): void {
  const want = down + n;
  for (let i = 0; i < n; i++) go(parker, depth);
  while (down < want) gosched();
}

/** ns for one of n goroutines to start and park; the detail is its bytes. */
export function parked(depth: i32, n: i32): f64 {
  const before = memory.size();
  const start = time.now();
  parkAll(depth, n);
  const ns = <f64>(time.now() - start);
  figure = <f64>(<i64>(memory.size() - before) << 16) / <f64>n;
  return ns / <f64>n;
}

/** GoroutineProfile of n goroutines, ns each; the detail is the frames of one of them. */
export function profile(depth: i32, n: i32): f64 {
  parkAll(depth, n);
  const p = new runtime.StackRecords(n + 16);
  runtime.goroutineProfile(p);
  const start = time.now();
  const got = runtime.goroutineProfile(p);
  const ns = <f64>(time.now() - start);
  if (got > p.length) throw new Error("bench: profile did not fit");
  figure = <f64>p.stack(got / 2).length;
  return ns / <f64>got;
}

/** The text of n goroutines' stacks, ns each; the detail is its bytes each. */
export function stacks(depth: i32, n: i32): f64 {
  parkAll(depth, n);
  const buf = new Uint8Array(n * 1024);
  runtime.stack(buf, true);
  const start = time.now();
  const got = runtime.stack(buf, true);
  const ns = <f64>(time.now() - start);
  figure = <f64>got / <f64>n;
  return ns / <f64>n;
}

/** The second figure of the program that ran last. */
export function detail(): f64 {
  return figure;
}

// SPDX-License-Identifier: MIT
// Code that never parks, in a module where other code does. Twin of ../go/compute.go; also built
// without the trace stage, for what that costs.
import { Chan, go, time } from "gopark/assembly";
import * as alloc from "./alloc";
import { fibs } from "./fib";

let sink = 0;

/** ns for one fib(k). */
export function fib(k: i32, times: i32): f64 {
  const start = time.now();
  sink += fibs(k, times);
  return <f64>(time.now() - start) / <f64>times;
}

/** A fib that can die: its frames would be in the dump, so it is traced even where fib is not. */
function strictFib(n: i32): i32 {
  if (n < 0) throw new Error("bench: negative");
  return n < 2 ? n : strictFib(n - 1) + strictFib(n - 2);
}

/** ns for one strictFib(k). */
export function calls(k: i32, times: i32): f64 {
  const start = time.now();
  for (let i = 0; i < times; i++) sink += strictFib(k);
  return <f64>(time.now() - start) / <f64>times;
}

/** The binary trees of the benchmarks game; ns for one run. */
export function trees(maxDepth: i32, times: i32): f64 {
  const start = time.now();
  const ops = alloc.trees(maxDepth, times);
  return <f64>(time.now() - start) / <f64>ops;
}

function echo(c: Chan<i32>): void {
  c.send(c.recv());
}

/** Makes this a module with goroutines. */
export function goroutines(): i32 {
  const c = new Chan<i32>();
  go(echo, c);
  c.send(1);
  return c.recv();
}

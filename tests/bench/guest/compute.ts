// SPDX-License-Identifier: MIT
// Code that never parks, in a module where other code does. Twin of ../go/compute.go; also built
// without the trace stage, for what that costs.
import { Chan, go, time } from "gopark/assembly";
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

class Tree {
  constructor(
    public left: Tree | null,
    public right: Tree | null,
  ) {}

  count(): i32 {
    const left = this.left;
    const right = this.right;
    return left && right ? 1 + left.count() + right.count() : 1;
  }
}

function bottomUp(depth: i32): Tree {
  if (depth == 0) return new Tree(null, null);
  return new Tree(bottomUp(depth - 1), bottomUp(depth - 1));
}

function check(got: i32, want: i32): void {
  if (got != want) throw new Error("bench: wrong result");
}

function allTrees(maxDepth: i32): void {
  check(bottomUp(maxDepth + 1).count(), (1 << (maxDepth + 2)) - 1);
  const long = bottomUp(maxDepth);
  for (let depth = 4; depth <= maxDepth; depth += 2) {
    const n = 1 << (maxDepth - depth + 4);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += bottomUp(depth).count();
    check(sum, n * ((1 << (depth + 1)) - 1));
  }
  check(long.count(), (1 << (maxDepth + 1)) - 1);
}

/** The binary trees of the benchmarks game; ns for one run. */
export function trees(maxDepth: i32, times: i32): f64 {
  const start = time.now();
  for (let i = 0; i < times; i++) allTrees(maxDepth);
  return <f64>(time.now() - start) / <f64>times;
}

class Item {
  a: i64;
  b: i64;
  c: i64;
  d: i64;
}

const live = new StaticArray<Item | null>(64);

/** Objects of 32 bytes, 64 of them alive; ns each. */
export function objects(n: i32): f64 {
  const start = time.now();
  for (let i = 0; i < n; i++) {
    const o = new Item();
    o.a = i;
    live[i & 63] = o;
  }
  return <f64>(time.now() - start) / <f64>n;
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

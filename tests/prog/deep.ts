// SPDX-License-Identifier: MIT
// Deep recursion parks and goes on with right results; depth costs memory, not correctness.
import { Chan, WaitGroup, go, gosched, println, runtime } from "gopark/assembly";

class Node {
  constructor(public depth: i32, public up: Node | null) {}
}

const gate = new Chan<i32>();
const results = new Chan<string>(8);
const wg = new WaitGroup();

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

/** Does not park at all. */
function down(n: i32): i32 {
  if (n == 0) return 0;
  return down(n - 1) + 1;
}

/** Parks at the bottom; each frame has live locals of all types across the call. */
function dive(n: i32, a: i64, b: f64, node: Node): f64 {
  if (n == 0) return gate.recv();
  const mine = new Node(n, node);
  const r = dive(n - 1, a + n, b + 0.5, mine);
  if (mine.depth != n || mine.up !== node) return -1;
  return r + <f64>(a & 1) + b - b;
}

/** Parks on the way down and on the way up. */
function zigzag(n: i32): i32 {
  gosched();
  if (n == 0) return gate.recv();
  const below = zigzag(n - 1);
  gosched();
  return below + 1;
}

/** Mutual recursion, one side through a function value. */
function even(n: i32): bool {
  if (n == 0) {
    gate.recv();
    return true;
  }
  return odd(n - 1, even);
}

function odd(n: i32, back: (n: i32) => bool): bool {
  if (n == 0) {
    gate.recv();
    return false;
  }
  return back(n - 1);
}

function tree(depth: i32): i32 {
  if (depth == 0) {
    gosched();
    return 1;
  }
  return tree(depth - 1) + tree(depth - 1);
}

function diver(depth: i32): void {
  const r = dive(depth, 0, 0, new Node(0, null));
  results.send(`dive ${depth}: ${r}`);
}

function zigzagger(depth: i32): void {
  results.send(`zigzag ${depth}: ${zigzag(depth)}`);
}

function counter(depth: i32): void {
  results.send(`down ${depth}: ${down(depth)}`);
}

function parity(n: i32): void {
  results.send(`even(${n}): ${even(n)}`);
}

function trees(depth: i32): void {
  results.send(`tree(${depth}): ${tree(depth)}`);
}

/** The number of odd values that a takes on the way: what dive adds up. */
function expected(depth: i32): i32 {
  let a: i64 = 0;
  let odd = 0;
  for (let n = depth; n > 0; n--) {
    if (a & 1) odd++;
    a += n;
  }
  return odd;
}

export function main(): void {
  wg.go(counter, 1000);
  println(results.recv());

  for (let depth = 1; depth <= 10000; depth *= 10) {
    wg.go(diver, depth);
    settle();
    runtime.gc(); // all its frames are parked, with the only references to the nodes
    gate.send(1000000);
    println(results.recv() + ` (${1000000 + expected(depth)})`);
  }

  wg.go(diver, 1000);
  wg.go(diver, 500);
  settle();
  gate.send(0);
  gate.send(0);
  const a = results.recv();
  const b = results.recv();
  println(a.length > b.length ? a + ", " + b : b + ", " + a);

  wg.go(zigzagger, 1000);
  gate.send(5);
  println(results.recv());

  wg.go(parity, 3001);
  gate.send(0);
  println(results.recv());
  wg.go(parity, 3000);
  gate.send(0);
  println(results.recv());

  wg.go(trees, 10);
  println(results.recv());
  wg.wait();
  println(`${runtime.numGoroutine()} goroutine`);
}

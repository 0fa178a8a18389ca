// SPDX-License-Identifier: MIT
// Allocation, timed: the programs of alloc.ts, goroutines that hold what is alive, and the price of
// the memory profile. Twin of ../go/alloc.go and ../go/heap.go.
import { WaitGroup, go, gosched, runtime, time } from "gopark/assembly";
import * as alloc from "./alloc";

/** ns for one of ops operations since start. */
function each(start: i64, ops: i32): f64 {
  return <f64>(time.now() - start) / <f64>ops;
}

export function trees(maxDepth: i32, times: i32): f64 {
  const start = time.now();
  return each(start, alloc.trees(maxDepth, times));
}

export function objects(n: i32): f64 {
  const start = time.now();
  return each(start, alloc.objects(n));
}

export function mixed(n: i32): f64 {
  const start = time.now();
  return each(start, alloc.mixed(n));
}

export function arrays(length: i32, times: i32): f64 {
  const start = time.now();
  return each(start, alloc.arrays(length, times));
}

export function strings(n: i32): f64 {
  const start = time.now();
  return each(start, alloc.strings(n));
}

export function maps(n: i32): f64 {
  const start = time.now();
  return each(start, alloc.maps(n));
}

export function lists(n: i32): f64 {
  const start = time.now();
  return each(start, alloc.lists(n));
}

/** objects, with a memory profile of that rate. */
export function sampled(rate: i32, n: i32): f64 {
  runtime.setMemProfileRate(rate);
  return objects(n);
}

class Link {
  constructor(
    public value: i32,
    public next: Link | null,
  ) {}
}

const HELD = 16;

/** Holds 16 objects; makes them anew one by one, and yields in between. */
function holder(rounds: i32, wg: WaitGroup): void {
  let list: Link | null = null;
  for (let i = 0; i < HELD; i++) list = new Link(0, list);
  for (let round = 1; round <= rounds; round++) {
    gosched();
    list = renewed(list!, round);
  }
  let n = 0;
  while (list) {
    if (list.value < rounds - HELD || list.value > rounds) throw new Error("bench: wrong value");
    list = list.next;
    n++;
  }
  if (n != HELD) throw new Error("bench: wrong length");
  wg.done();
}

/** The list with a new object in front and without its last one. */
function renewed(list: Link, value: i32): Link {
  const first = new Link(value, list);
  let link = first;
  for (let i = 1; i < HELD; i++) link = link.next!;
  link.next = null;
  return first;
}

/** n goroutines that hold 16 objects each; an operation is a yield and an object. */
export function holders(n: i32, rounds: i32): f64 {
  const wg = new WaitGroup();
  const start = time.now();
  wg.add(n);
  for (let i = 0; i < n; i++) go(holder, rounds, wg);
  wg.wait();
  return each(start, n * rounds);
}

/** The memory's bytes: it never shrinks. */
export function detail(): f64 {
  return <f64>(<u64>memory.size() << 16);
}

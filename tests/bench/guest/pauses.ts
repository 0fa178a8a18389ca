// SPDX-License-Identifier: MIT
// How long a program stands still while it is collected. Twin of ../go/heap.go.
import { Chan, go, gosched, time } from "gopark/assembly";

class Small {
  constructor(
    public a: i32,
    public b: i64,
    public next: Small | null,
  ) {}
}

/** Lists that are alive, and the objects of each: 64 MiB with their headers. */
const LISTS = 65536;
const LENGTH = 32;
/** What takes longer than an allocation can: steps of the collector, sweeps, growth of the memory. */
const STOP: i64 = 2000;

const live = new StaticArray<Small | null>(LISTS);
/** How long this thread has waited for a processor so far, in ns; 0 where nobody tells. */
@external("bench", "waited") declare function waited(): f64;

const never = new Chan<Small>();
let down = 0;
let longest: f64 = 0;

function parker(): void {
  const held = new Small(1, 2, new Small(3, 4, null));
  down++;
  const got = never.recv();
  if (got.a != held.a) throw new Error("bench: woken");
}

function replace(at: i32): void {
  let list: Small | null = null;
  for (let i = 0; i < LENGTH; i++) list = new Small(at, i, list);
  live[at] = list;
}

/** Lists are replaced, n objects in all; the times of those that took long, without waits for a processor. */
function stops(n: i32): Array<i64> {
  const found = new Array<i64>();
  let random: u32 = 1;
  let waits = waited();
  let end = time.now();
  for (let i = 0; i < n; ) {
    random = random * 1664525 + 1013904223;
    const at = random >> 16;
    let list: Small | null = null;
    for (let k = 0; k < LENGTH; k++, i++) {
      let start = time.now();
      if (start - end >= STOP) {
        waits = waited();
        start = time.now();
      }
      list = new Small(<i32>at, k, list);
      end = time.now();
      if (end - start < STOP) continue;
      const before = waits;
      waits = waited();
      const took = end - start - <i64>(waits - before);
      if (took >= STOP) found.push(took);
      end = time.now();
    }
    live[at] = list;
  }
  return found;
}

/** 64 MiB alive, `goroutines` parked, n allocations: p99.9 of the stops in ns. */
export function pauses(goroutines: i32, n: i32): f64 {
  for (let i = 0; i < LISTS; i++) replace(i);
  const want = down + goroutines;
  for (let i = 0; i < goroutines; i++) go(parker);
  while (down < want) gosched();
  const found = stops(n);
  if (found.length < 1000) throw new Error("bench: too few stops");
  found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  longest = <f64>found[found.length - 1];
  return <f64>found[<i32>(<f64>found.length * 0.999)];
}

/** The longest stop of the run before. */
export function detail(): f64 {
  return longest;
}

// SPDX-License-Identifier: MIT
// readMemStats: what was allocated, freed and is held adds up, before and after a collection.
import { println, runtime, time } from "gopark/assembly";

class Node {
  next: Node | null = null;
  a: i64 = 0;
}

let keep: Node | null = null;

function build(n: i32, held: bool): void {
  for (let i = 0; i < n; i++) {
    const node = new Node();
    if (held) {
      node.next = keep;
      keep = node;
    }
  }
}

function check(what: string, ok: bool): void {
  println(`${what}: ${ok}`);
}

export function main(): void {
  runtime.gc();
  const a = new runtime.MemStats();
  const b = new runtime.MemStats();
  const c = new runtime.MemStats();
  runtime.readMemStats(a);
  build(10000, true);
  build(10000, false);
  runtime.readMemStats(b);
  time.sleep(3 * time.Millisecond); // a clock of milliseconds may have gone on in pauses only
  runtime.gc();
  runtime.readMemStats(c);
  check("mallocs counted", b.mallocs - a.mallocs >= 20000 && b.mallocs - a.mallocs < 20100);
  check("bytes counted", b.totalAlloc - a.totalAlloc >= 20000 * 16);
  check("garbage is freed", c.frees - a.frees >= 10000);
  check("what is held is not", c.heapObjects >= a.heapObjects + 10000);
  check("objects are mallocs less frees", c.heapObjects == c.mallocs - c.frees);
  check("alloc is heapAlloc", c.alloc == c.heapAlloc);
  check("totalAlloc only grows", c.totalAlloc >= b.totalAlloc && b.totalAlloc > a.totalAlloc);
  check("the heap is within what the system gave", c.heapAlloc <= c.heapSys && c.heapSys <= c.sys);
  check("idle and in use are the heap", c.heapIdle + c.heapInuse == c.heapSys);
  check("one more collection", c.numGC > a.numGC);
  check("pauses are counted", c.pauseTotalNs >= c.pauseNs[(c.numGC + 255) % 256]);
  const last = (c.numGC + 255) % 256;
  check("and say when they ended", c.pauseEnd.length == 256 && c.pauseEnd[last] == c.lastGC && c.pauseEnd[last] <= <u64>time.unixNano());
  check("and are a part of the time", c.gcCPUFraction >= 0 && c.gcCPUFraction < 1);
  check("the next one is ahead", c.nextGC > 0);
  let n = 0;
  while (keep) {
    keep = keep!.next;
    n++;
  }
  println(`${n} held`);
}

// SPDX-License-Identifier: MIT
// Breaks its own heap, one promise an export, where tests/host/corrupt.test.ts looks what a debug build says.
import { gosched, go, runtime } from "gopark/assembly";
import { bitmap, bitof, firstcell, setbit } from "gopark/assembly/memory/mbitmap";
import { checkheap } from "gopark/assembly/memory/checkheap";
import { binof, mheap, rawof, Run, runof, Span, spanof, sweepof } from "gopark/assembly/memory/mheap";
import { RawSpan } from "gopark/assembly/memory/raw";
import { anyclass, NCLASSES, sizeclass } from "gopark/assembly/memory/sizeclass";
import { checkrunq } from "gopark/assembly/sched/runq";
import { Gwaiting } from "gopark/assembly/sys/status";
import { p0 } from "gopark/assembly/sys/types";

class Node {
  next: Node | null = null;
  a: i64 = 1;
  b: i64 = 2;
}

class Wide extends Node {
  c: i64 = 3;
  d: i64 = 4;
}

let root: Node | null = null;
let kept: Node | null = null;

/** Addresses of nodes of which nothing knows but the last one, which is kept. */
function nodes(n: i32): StaticArray<usize> {
  const at = new StaticArray<usize>(n);
  for (let i = 0; i < n; i++) {
    kept = new Node();
    at[i] = changetype<usize>(kept);
  }
  return at;
}

function wild(ptr: usize): void {
  root = changetype<Node>(ptr);
}

export function classOfNode(): u32 { return idof<Node>(); }

/** None of it breaks anything. */
export function sound(): void {
  for (let i = 0; i < 3; i++) {
    nodes(5000);
    const block = heap.alloc(40);
    __pin(changetype<usize>(kept));
    runtime.gc();
    checkheap();
    __unpin(changetype<usize>(kept));
    heap.free(heap.realloc(block, 5000));
    heap.free(heap.alloc(100000));
    checkheap();
  }
}

export function writeAfterFree(): void {
  const at = nodes(10);
  runtime.gc();
  nodes(1); // sweeps the span
  store<i64>(at[8] + 16, 0);
  nodes(20);
}

export function writeAfterFreeOfBlocks(): void {
  const at = changetype<usize>(new StaticArray<u8>(200000));
  runtime.gc();
  store<u8>(at + 100000, 1);
  new StaticArray<u8>(200000);
}

export function writeAfterFreeOfRaw(): void {
  const block = heap.alloc(40);
  heap.free(block);
  store<u32>(block + 8, 7);
  heap.alloc(40);
}

export function heldAfterFree(): void {
  const at = nodes(10);
  runtime.gc();
  nodes(2);
  wild(at[8]);
  runtime.gc();
}

export function heldThoughDead(): void {
  const at = nodes(10);
  runtime.gc();
  wild(at[8]);
  runtime.gc();
}

export function fieldInside(): void {
  nodes(1);
  root = new Node();
  root!.next = changetype<Node>(changetype<usize>(kept) + 16);
  runtime.gc();
}

export function rootOdd(): void {
  nodes(1);
  wild(changetype<usize>(kept) + 4);
  runtime.gc();
}

export function rootBehind(): void {
  wild(<usize>memory.size() << 16);
  runtime.gc();
}

export function rootRaw(): void {
  wild(heap.alloc(40));
  runtime.gc();
}

export function badClass(): void {
  nodes(1);
  store<u32>(changetype<usize>(kept) - 8, 123456);
  runtime.gc();
}

export function badLength(): void {
  nodes(1);
  store<u32>(changetype<usize>(kept) - 4, 1 << 20);
  runtime.gc();
}

export function freeTwice(): void {
  const block = heap.alloc(40);
  heap.free(block);
  heap.free(block);
}

export function freeTwiceLarge(): void {
  const block = heap.alloc(100000);
  heap.free(block);
  heap.free(block);
}

export function freeObject(): void {
  nodes(1);
  heap.free(changetype<usize>(kept));
}

export function reallocInside(): void {
  heap.realloc(heap.alloc(400) + 16, 800);
}

export function renewRaw(): void {
  __renew(heap.alloc(40), 400);
}

export function pinWild(): void {
  nodes(1);
  __pin(changetype<usize>(kept) + 16);
}

export function pinTwice(): void {
  nodes(1);
  __pin(changetype<usize>(kept));
  __pin(changetype<usize>(kept));
}

export function unpinTwice(): void {
  nodes(1);
  __pin(changetype<usize>(kept));
  __unpin(changetype<usize>(kept));
  __unpin(changetype<usize>(kept));
}

function span(): Span {
  nodes(1);
  return spanof(changetype<usize>(kept));
}

/** The first free run of blocks. */
function run(): Run {
  let n: usize = 0;
  while (!load<usize>(binof(n))) ++n;
  return changetype<Run>(load<usize>(binof(n)));
}

function rawspan(): RawSpan {
  heap.alloc(40);
  return changetype<RawSpan>(load<usize>(rawof(anyclass(40))));
}

export function lostBlocks(): void { mheap.gcblocks += 1; checkheap(); }

export function freeCount(): void { mheap.free += 1; checkheap(); }

export function spanCount(): void { mheap.spanblocks += 1; checkheap(); }

export function binBit(): void { run(); mheap.bins ^= 1 << 50; checkheap(); }

export function runLength(): void { run().blocks += 1; checkheap(); }

export function runLink(): void { run().prev = run(); checkheap(); }

export function spanLink(): void { const s = span(); s.allnext!.allprev = null; checkheap(); }

export function classLink(): void { const s = span(); s.prev = s; checkheap(); }

export function spanClass(): void { span().spanclass = NCLASSES; checkheap(); }

export function cellSize(): void { span().elemsize += 16; checkheap(); }

export function sweepSide(): void { span().sweepgen -= 1; checkheap(); }

export function sweepCursor(): void {
  const s = span();
  kept!.next = new Wide();
  store<usize>(sweepof(sizeclass(offsetof<Wide>())), changetype<usize>(s));
  checkheap();
}

export function markBeside(): void {
  const s = span();
  runtime.gc();
  setbit(bitmap(s, mheap.cycle), 1); // the span's head
  checkheap();
}

export function markLost(): void {
  const s = span();
  runtime.gc();
  memory.fill(bitmap(s, mheap.cycle), 0, 128);
  checkheap();
}

export function headerLost(): void {
  nodes(1);
  store<u32>(changetype<usize>(kept) - 8, 123456);
  checkheap();
}

export function otherKind(): void {
  nodes(1);
  store<u32>(changetype<usize>(kept) - 8, idof<ArrayBuffer>());
  checkheap();
}

/** Two blocks side by side, among others of different sizes. */
function blocks(): StaticArray<u8>[] {
  const two = [new StaticArray<u8>(size(200)), new StaticArray<u8>(size(300))];
  runtime.gc();
  return two;
}

// Not inlined, so that the size is one that the program does not say.
let less = 0;
function size(n: i32): i32 {
  return n - less;
}

export function partMarked(): void {
  const ptr = changetype<usize>(blocks()[0]);
  const s = spanof(ptr);
  const bit = bitof(s, ptr) + 3;
  const byte = bitmap(s, mheap.cycle) + (bit >> 3);
  store<u8>(byte, load<u8>(byte) & ~(1 << <u8>(bit & 7)));
  checkheap();
}

export function lengthBehind(): void {
  const ptr = changetype<usize>(blocks()[0]);
  const s = spanof(ptr);
  const last = firstcell(s) + (s.nelems - 1) * s.elemsize;
  store<u32>(last - 8, idof<ArrayBuffer>());
  store<u32>(last - 4, 100);
  checkheap();
}

export function pinWithin(): void {
  const ptr = changetype<usize>(blocks()[1]) + 32;
  store<u64>(ptr - 8, idof<ArrayBuffer>()); // as in an object of no bytes
  __pin(ptr);
}

/** Where the run of a node's cells begins. */
function nodeRun(): usize {
  nodes(1);
  return runof(sizeclass(offsetof<Node>()));
}

export function runForeign(): void {
  store<usize>(runof(sizeclass(100)), load<usize>(nodeRun()));
  checkheap();
}

export function runBeside(): void {
  const at = nodeRun();
  store<usize>(at, load<usize>(at) - 16);
  checkheap();
}

export function runBack(): void {
  const at = nodeRun();
  root = kept;
  runtime.gc();
  nodes(1);
  store<usize>(at, changetype<usize>(root));
  checkheap();
}

export function runEnds(): void {
  store<usize>(nodeRun(), 0);
  checkheap();
}

export function runOfObject(): void {
  store<usize>(nodeRun(), changetype<usize>(kept));
  nodes(1);
}

export function rawCount(): void { rawspan().nalloc += 1; checkheap(); }

export function rawTwice(): void {
  const s = rawspan();
  store<usize>(load<usize>(s.freelist), s.freelist);
  checkheap();
}

export function rawForeign(): void {
  const s = rawspan();
  const block = heap.alloc(300);
  heap.free(block);
  store<usize>(block, s.freelist);
  s.freelist = block;
  checkheap();
}

export function pinCount(): void { nodes(1); __pin(changetype<usize>(kept)); mheap.pinlen += 1; checkheap(); }

export function pinMoved(): void {
  nodes(1);
  const ptr = changetype<usize>(kept);
  __pin(ptr);
  const cap = mheap.pincap;
  for (let i: usize = 0; i < cap; i++) {
    if (load<usize>(mheap.pins + (i << 2)) != ptr) continue;
    store<usize>(mheap.pins + (i << 2), 0);
    store<usize>(mheap.pins + ((i + cap - 1 & cap - 1) << 2), ptr);
    break;
  }
  checkheap();
}

/** The heap is walked at the end of a collection. */
export function foundByCollection(): void { mheap.gcblocks += 1; runtime.gc(); }

/** And now and then when a list of cells runs out. */
export function foundByAllocation(): void {
  mheap.gcblocks += 1;
  for (let i = 0; i < 300; i++) new StaticArray<u8>(15000);
}

function idle(): void {
  for (let i = 0; i < 200; i++) gosched();
}

/** More in the queue than the scheduler lets run unlooked at. */
export function queuedWaiting(): void {
  for (let i = 0; i < 100; i++) go(idle);
  gosched();
  p0.runqtail!.status = Gwaiting;
  idle();
}

export function tailLost(): void {
  go(idle);
  go(idle);
  go(idle);
  gosched();
  p0.runqtail = p0.runqhead;
  checkrunq(p0);
}

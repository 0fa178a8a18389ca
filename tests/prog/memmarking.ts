// SPDX-License-Identifier: MIT
// A collection that cannot have the memory it needs itself, for its stack and for copies of arrays, finds all the same.
// Flags: --maximumMemory 80 --use GO_TORTURE_STEP=1
// Cases: whole steps dies
import { debug, println, runtime } from "gopark/assembly";

@external("test", "pick") declare function pick(): string;

const NODES = 6000;

class Node {
  other: Node | null = null;
  constructor(public v: i32) {}
}

const nodes = new Array<Node>();

/** Takes all the memory there is but for some blocks. */
function fill(): void {
  const m = new runtime.MemStats();
  while (true) {
    runtime.readMemStats(m);
    if (memory.size() >= 80 && m.heapIdle < 8 * 16384) break;
    heap.alloc(36000);
  }
}

/** Whether every node is there, and what it refers to. */
function whole(): bool {
  let sum = 0;
  for (let i = 0; i < NODES; i++) {
    const other = nodes[i].other;
    if (nodes[i].v != i || !other) return false;
    sum += other.v;
  }
  return sum == NODES * 7;
}

/** Objects move to where the cycle that runs has been, or has not. */
function shuffle(): void {
  for (let i = 0; i < NODES; i++) {
    const j = i * 7919 % NODES;
    const other = nodes[i].other;
    nodes[i].other = nodes[j].other;
    nodes[j].other = other;
    if (i % 16 == 0) new Node(-1);
  }
}

export function main(): void {
  const name = pick();
  debug.setTraceback("single");
  for (let i = 0; i < NODES; i++) {
    const node = new Node(i);
    node.other = new Node(7);
    nodes.push(node);
  }
  fill();
  runtime.gc();
  println(`whole: ${whole()}`);
  if (name == "whole") return;
  shuffle();
  println(`whole: ${whole()}`);
  if (name == "steps") return;
  let last: Node | null = null; // one place that allocates, whatever is sampled
  while (true) {
    const node = new Node(0);
    node.other = last;
    last = node;
  }
}

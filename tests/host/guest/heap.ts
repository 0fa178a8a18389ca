// SPDX-License-Identifier: MIT
// Allocates where tests/host/heap.test.ts looks.
import { runtime } from "gopark/assembly";

class Node {
  next: Node | null = null;
}

let list: Node | null = null;

export function every(rate: i32): i32 { return runtime.setMemProfileRate(rate); }

export function build(n: i32): void {
  for (let i = 0; i < n; i++) {
    const node = new Node();
    node.next = list;
    list = node;
  }
}

export function drop(): void { list = null; }

export function length(s: string): i32 { return s.length; }

// SPDX-License-Identifier: MIT
// Allocation, without goroutines: plain asc compiles this as well as gopark. Imports nothing.
// Twin of ../go/alloc.go. Each program checks what it has made and returns its number of operations.

function check(got: i64, want: i64): void {
  if (got != want) throw new Error("bench: wrong result");
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

/** The binary trees of the benchmarks game, some times. */
export function trees(maxDepth: i32, times: i32): i32 {
  for (let i = 0; i < times; i++) allTrees(maxDepth);
  return times;
}

class Item {
  a: i64;
  b: i64;
  c: i64;
  d: i64;
}

/** n objects of 32 bytes, 64 of them alive. */
export function objects(n: i32): i32 {
  const live = new StaticArray<Item | null>(64);
  for (let i = 0; i < n; i++) {
    const o = new Item();
    o.a = i;
    live[i & 63] = o;
  }
  let sum: i64 = 0;
  for (let i = 0; i < 64; i++) sum += live[i]!.a;
  check(sum, 64 * <i64>n - 2080);
  return n;
}

const WINDOW = 4096;

/** n blocks of bytes, 8 to 2047 of them and as many small as large ones; 4096 are alive. */
export function mixed(n: i32): i32 {
  const live = new StaticArray<StaticArray<u8> | null>(WINDOW);
  let random: u32 = 1;
  let made: i64 = 0;
  let dropped: i64 = 0;
  for (let i = 0; i < n; i++) {
    random = random * 1664525 + 1013904223;
    const unit: u32 = 8 << ((random >> 13) & 7);
    const size = <i32>(unit + ((random >> 16) & (unit - 1)));
    const block = new StaticArray<u8>(size);
    block[0] = block[size - 1] = <u8>i;
    made += size;
    const old = live[i & (WINDOW - 1)];
    if (old) {
      check(old[old.length - 1], <u8>i);
      dropped += old.length;
    }
    live[i & (WINDOW - 1)] = block;
  }
  for (let i = 0; i < WINDOW; i++) {
    const block = live[i];
    if (block) dropped += block.length;
  }
  check(dropped, made);
  return n;
}

/** Arrays grown from nothing to `length` numbers, one by one; 64 are alive. An operation is a number. */
export function arrays(length: i32, times: i32): i32 {
  const live = new StaticArray<Array<i32>>(64);
  for (let i = 0; i < 64; i++) live[i] = new Array<i32>();
  for (let i = 0; i < times; i++) {
    const a = new Array<i32>();
    for (let k = 0; k < length; k++) a.push(i + k);
    live[i & 63] = a;
    check(a.length, length);
  }
  const last = live[(times - 1) & 63];
  let sum: i64 = 0;
  for (let k = 0; k < length; k++) sum += last[k];
  check(sum, <i64>length * (times - 1) + <i64>length * (length - 1) / 2);
  return length * times;
}

/** Appends n numbers to strings of 256 characters and a few more; 256 strings are alive. */
export function strings(n: i32): i32 {
  const live = new StaticArray<string>(256);
  for (let i = 0; i < 256; i++) live[i] = "";
  let made = 0;
  let length: i64 = 0;
  let s = "";
  for (let i = 0; i < n; i++) {
    s += (i & 1023).toString() + ";";
    if (s.length < 256) continue;
    length += s.length;
    live[made++ & 255] = s;
    s = "";
  }
  length += s.length;
  let want: i64 = 0;
  for (let i = 0; i < n; i++) want += digits(i & 1023) + 1;
  check(length, want);
  check(live[0].charCodeAt(live[0].length - 1), 0x3b);
  return n;
}

function digits(n: i32): i32 {
  return n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 4;
}

/** n keys go into a map, each with an object; the oldest of more than 100,000 goes. */
export function maps(n: i32): i32 {
  const map = new Map<i32, Item>();
  let sum: i64 = 0;
  for (let i = 0; i < n; i++) {
    const o = new Item();
    o.a = i;
    map.set(i, o);
    const oldest = i - 100_000;
    if (oldest < 0) continue;
    sum += map.get(oldest).a;
    map.delete(oldest);
  }
  const gone = max<i64>(n - 100_000, 0);
  check(map.size, <i64>n - gone);
  check(sum, gone * (gone - 1) / 2);
  return n;
}

class Node {
  constructor(
    public value: i32,
    public next: Node | null,
  ) {}
}

const LISTS = 16384;
const LENGTH = 8;

/** One of 16,384 lists is turned round in place, loses its first node and gets a new one; n times. */
export function lists(n: i32): i32 {
  const heads = new StaticArray<Node | null>(LISTS);
  for (let i = 0; i < LISTS * LENGTH; i++) heads[i & (LISTS - 1)] = new Node(0, heads[i & (LISTS - 1)]);
  let random: u32 = 1;
  let sum: i64 = 0;
  for (let i = 0; i < n; i++) {
    random = random * 1664525 + 1013904223;
    const at = <i32>(random >> 18);
    const first = reverse(heads[at])!;
    sum += i - first.value;
    heads[at] = new Node(i, first.next);
  }
  for (let i = 0; i < LISTS; i++) {
    let length = 0;
    let node = heads[i];
    while (node) {
      sum -= node.value;
      length++;
      node = node.next;
    }
    check(length, LENGTH);
  }
  check(sum, 0);
  return n;
}

function reverse(node: Node | null): Node | null {
  let before: Node | null = null;
  while (node) {
    const next = node.next;
    node.next = before;
    before = node;
    node = next;
  }
  return before;
}

// SPDX-License-Identifier: MIT
// Objects of many classes and sizes that can be changed and summed up. Plain AssemblyScript: any
// runtime builds it.

/** Numbers by a seed: xorshift. */
export class Random {
  constructor(private state: u32) {
    if (!state) this.state = 1;
  }

  next(): u32 {
    let x = this.state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return (this.state = x);
  }

  below(n: u32): u32 {
    return this.next() % n;
  }
}

/** Takes v into a sum. */
export function mix(sum: u64, v: u64): u64 {
  return (rotl(sum, 9) ^ v) * 0x9e3779b97f4a7c15;
}

export function sumOf(s: string): u64 {
  let sum: u64 = s.length;
  for (let i = 0; i < s.length; i++) sum = mix(sum, s.charCodeAt(i));
  return sum;
}

/** Something on the heap; `sum` reads all of it, so a lost word or a freed part changes the sum. */
export abstract class Thing {
  /** Reached from here only, perhaps; `serial` says which it must be. */
  peer: Thing | null = null;
  peerSerial: u32 = 0;
  constructor(public serial: u32) {}
  abstract change(r: Random): void;
  abstract sum(): u64;
}

class Words extends Thing {
  a: i32 = 0;
  b: u8 = 0;
  c: f64 = 0;
  d: u64 = 0;
  change(r: Random): void {
    this.a = r.next();
    this.b = <u8>r.next();
    this.c = <f64>r.next() / 3;
    this.d = <u64>r.next() << 32 | r.next();
  }
  sum(): u64 {
    return mix(mix(mix(mix(1, this.a), this.b), reinterpret<u64>(this.c)), this.d);
  }
}

class Bytes extends Thing {
  bytes: Uint8Array = new Uint8Array(0);
  change(r: Random): void {
    // Small ones mostly; some beyond all size classes.
    const size = r.below(8) ? r.below(2000) : r.below(100_000);
    if (r.below(2) || !this.bytes.length) this.bytes = new Uint8Array(size);
    for (let i = <i32>r.below(50); i < this.bytes.length; i += 97) this.bytes[i] = <u8>r.next();
  }
  sum(): u64 {
    let sum: u64 = this.bytes.length;
    for (let i = 0; i < this.bytes.length; i++) sum = mix(sum, this.bytes[i]);
    return sum;
  }
}

/** An array that grows and shrinks in place. */
class Ints extends Thing {
  ints: i32[] = [];
  change(r: Random): void {
    const n = <i32>r.below(200);
    if (r.below(6) == 0) this.ints.length = min(n, this.ints.length);
    else if (this.ints.length > 3000) this.ints = this.ints.slice(n);
    for (let i = 0; i < n; i++) this.ints.push(r.next());
  }
  sum(): u64 {
    let sum: u64 = this.ints.length;
    for (let i = 0; i < this.ints.length; i++) sum = mix(sum, this.ints[i]);
    return sum;
  }
}

class Strings extends Thing {
  strings: string[] = [];
  text: string = "";
  change(r: Random): void {
    for (let i = r.below(12); i; i--) this.strings.push(`string ${r.next()}`);
    if (this.strings.length > 100) this.strings.splice(<i32>r.below(50), 40);
    if (r.below(2)) this.strings.reverse();
    this.text = this.strings.slice(-8).join(", ") + this.text.substring(0, 500);
    if (r.below(4) == 0) this.strings = this.text.split(", ");
  }
  sum(): u64 {
    let sum = sumOf(this.text);
    for (let i = 0; i < this.strings.length; i++) sum = mix(sum, sumOf(this.strings[i]));
    return sum;
  }
}

class Maps extends Thing {
  map: Map<i32, string> = new Map();
  set: Set<string> = new Set();
  change(r: Random): void {
    for (let i = r.below(30); i; i--) {
      const key = <i32>r.below(150);
      if (r.below(3) == 0) this.map.delete(key);
      else this.map.set(key, `value ${r.next()}`);
      if (r.below(2)) this.set.add(`member ${key}`);
      else this.set.delete(`member ${key}`);
    }
  }
  sum(): u64 {
    let sum: u64 = this.map.size;
    for (let key = 0; key < 150; key++) {
      if (this.map.has(key)) sum = mix(sum, mix(key, sumOf(this.map.get(key))));
    }
    const members = this.set.values();
    for (let i = 0; i < members.length; i++) sum = mix(sum, sumOf(members[i]));
    return sum;
  }
}

class Node {
  left: Node | null = null;
  right: Node | null = null;
  constructor(public key: u32) {}
}

/** A tree whose nodes are moved about. */
class Tree extends Thing {
  root: Node = new Node(0);
  change(r: Random): void {
    for (let i = r.below(20); i; i--) this.step(r);
  }
  private step(r: Random): void {
    let at = this.root;
    for (let depth = 0; depth < 10; depth++) {
      const left = r.below(2) != 0;
      const next = left ? at.left : at.right;
      const roll = r.below(12);
      if (next && roll == 0) { // a rotation, or the end of a subtree
        if (left) at.left = next.right;
        else at.right = next.left;
        return;
      }
      if (next && roll == 1) {
        const other = left ? at.right : at.left;
        at.left = next;
        at.right = other;
      }
      if (!next) {
        const node = new Node(r.next());
        if (left) at.left = node;
        else at.right = node;
        return;
      }
      at = next;
    }
  }
  sum(): u64 {
    return sumOfTree(this.root, 0);
  }
}

function sumOfTree(node: Node | null, depth: i32): u64 {
  if (!node) return 1;
  return mix(mix(node.key, sumOfTree(node.left, depth + 1)), sumOfTree(node.right, depth + 1));
}

class Link {
  next: Link = changetype<Link>(0); // until the constructor says
  constructor(public key: u32) {
    this.next = this;
  }
}

/** A ring: links go in and out, and whoever holds one holds all. */
class Ring extends Thing {
  at: Link = new Link(0);
  count: i32 = 1;
  change(r: Random): void {
    for (let i = r.below(25); i; i--) {
      const at = this.at;
      if (this.count > 1 && r.below(3) == 0) {
        at.next = at.next.next;
        --this.count;
      } else {
        const link = new Link(r.next());
        link.next = at.next;
        at.next = link;
        ++this.count;
      }
      if (r.below(2)) this.at = this.at.next;
    }
  }
  sum(): u64 {
    let sum: u64 = this.count;
    let link = this.at;
    for (let i = 0; i < this.count; i++, link = link.next) sum = mix(sum, link.key);
    return link == this.at ? sum : 0;
  }
}

/** A buffer that __renew resizes: what is new in it is zero; asc's own runtime leaves there what was there once. */
class Renewed extends Thing {
  buffer: ArrayBuffer = new ArrayBuffer(0);
  change(r: Random): void {
    const size = r.below(10) ? r.below(600) : r.below(70_000);
    const old = this.buffer.byteLength;
    this.buffer = changetype<ArrayBuffer>(__renew(changetype<usize>(this.buffer), size));
    if (isDefined(STOCK) && <i32>size > old) memory.fill(changetype<usize>(this.buffer) + old, 0, size - old);
    for (let at = r.below(40); at < size; at += 53) store<u8>(changetype<usize>(this.buffer) + at, <u8>r.next());
  }
  sum(): u64 {
    let sum: u64 = this.buffer.byteLength;
    for (let i = 0; i < this.buffer.byteLength; i++) sum = mix(sum, load<u8>(changetype<usize>(this.buffer) + i));
    return sum;
  }
}

/** References in a StaticArray, some of them to each other. */
class Statics extends Thing {
  nodes: StaticArray<Node | null> = new StaticArray<Node | null>(4);
  change(r: Random): void {
    if (r.below(3) == 0) this.nodes = new StaticArray<Node | null>(1 + r.below(300));
    for (let i = r.below(20); i; i--) {
      const node = new Node(r.next());
      node.left = this.nodes[r.below(this.nodes.length)];
      if (node.left) node.left!.left = null;
      this.nodes[r.below(this.nodes.length)] = node;
    }
  }
  sum(): u64 {
    let sum: u64 = this.nodes.length;
    for (let i = 0; i < this.nodes.length; i++) sum = mix(sum, sumOfTree(this.nodes[i], 0));
    return sum;
  }
}

/** A new one of any class. */
export function makeThing(r: Random, serial: u32): Thing {
  switch (r.below(10)) {
    case 0: return new Bytes(serial);
    case 1: return new Ints(serial);
    case 2: return new Strings(serial);
    case 3: return new Maps(serial);
    case 4: return new Tree(serial);
    case 5: return new Ring(serial);
    case 6: return new Renewed(serial);
    case 7: return new Statics(serial);
    default: return new Words(serial);
  }
}

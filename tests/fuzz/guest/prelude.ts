// SPDX-License-Identifier: MIT
// What generated programs are made of beside their own classes: an account, and operations that are
// safe for every value, so that no program traps: an index wraps, a list stays short.

// @ts-ignore: decorator
@external("test", "note") declare function note(task: i32, sum: u32): void;

/** What a task has come to, and how many more calls it may make: recursion ends when they are spent. */
export class Account {
  fuel: i32 = 0;
  private sum: u32 = 2166136261;
  constructor(public id: i32) {}

  /** Takes v into account. */
  add(v: i32): void {
    this.sum = (this.sum ^ <u32>v) * 16777619;
  }

  /** Ends a step: the host gets the sum, for the trail. */
  tell(): void {
    note(this.id, this.sum);
  }

  total(): i32 {
    return <i32>this.sum;
  }
}

/** What every class of a program has. */
export interface Named {
  hash(depth: i32): i32;
  weigh(k: i32): i32;
}

export class Box<T> {
  constructor(private v: T) {}

  get(): T {
    return this.v;
  }

  put(v: T): Box<T> {
    this.v = v;
    return this;
  }

  swap(v: T): T {
    const old = this.v;
    this.v = v;
    return old;
  }
}

export function hstring(s: string): i32 {
  let h = s.length;
  for (let i = 0; i < s.length; i++) h = h * 31 + s.charCodeAt(i);
  return h;
}

/** An order, in words of its own as differences overflow. */
export function cmp<T>(a: T, b: T): i32 {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Strings and lists that grow in loops stay short. */
export function short(s: string): string {
  return s.length > 90 ? s.substring(s.length - 40) : s;
}

export function few<T>(a: Array<T>): Array<T> {
  if (a.length > 24) a.splice(12);
  return a;
}

export function isThere<T>(v: T | null): bool {
  return v != null;
}

export function same<T>(v: T): T {
  return v;
}

export function choose<T>(c: bool, a: T, b: T): T {
  if (c) return a;
  return b;
}

export function or(s: string | null): string {
  return s == null ? "nil" : s;
}

// @ts-ignore: decorator
@inline function wrapped(i: i32, length: i32): i32 {
  return (i & 0x7fffffff) % length;
}

export function at<T>(a: Array<T>, i: i32, otherwise: T): T {
  return a.length ? a[wrapped(i, a.length)] : otherwise;
}

export function fixedAt<T>(a: StaticArray<T>, i: i32): T {
  return a[wrapped(i, a.length)];
}

export function fixedSet<T>(a: StaticArray<T>, i: i32, v: T): StaticArray<T> {
  a[wrapped(i, a.length)] = v;
  return a;
}

/** Fixed arrays are never empty. */
export function fixed<T>(a: Array<T>, v: T): StaticArray<T> {
  if (a.length == 0) a.push(v);
  return StaticArray.fromArray<T>(a);
}

export function setAt<T>(a: Array<T>, i: i32, v: T): Array<T> {
  if (a.length) a[wrapped(i, a.length)] = v;
  return a;
}

export function pushed<T>(a: Array<T>, v: T): Array<T> {
  a.push(v);
  return few<T>(a);
}

export function unshifted<T>(a: Array<T>, v: T): Array<T> {
  a.unshift(v);
  return few<T>(a);
}

export function rotated<T>(a: Array<T>): Array<T> {
  if (a.length > 1) a.push(a.shift());
  return a;
}

export function got<K, V>(m: Map<K, V>, k: K, otherwise: V): V {
  return m.has(k) ? m.get(k) : otherwise;
}

export function put<K, V>(m: Map<K, V>, k: K, v: V): Map<K, V> {
  if (m.size > 20) m.clear();
  m.set(k, v);
  return m;
}

export function replaced<K, V>(m: Map<K, V>, k: K, v: V): Map<K, V> {
  const keys = m.keys();
  if (keys.length > 1) m.delete(keys[0]);
  m.set(k, v);
  return m;
}

export function added<T>(s: Set<T>, v: T): Set<T> {
  if (s.size > 20) s.clear();
  s.add(v);
  return s;
}

export function byteSet(b: Uint8Array, i: i32): Uint8Array {
  if (b.length) b[wrapped(i, b.length)] = <u8>i;
  return b;
}

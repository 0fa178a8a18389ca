// SPDX-License-Identifier: MIT
// What generated programs are made of: a goroutine's account, and values of many types.
//
// tests/schedule/model.ts has the same names with the same meanings in JavaScript. A value of type
// T is made from an int by mkT and turned back into one by hT, which reads all of it: an object
// that was freed too early, or a word of it that was lost, changes the sum.
import { runtime } from "gopark/assembly";

/** What a goroutine has come to: a sum over all it saw, in its order. */
export class Me {
  acc: i32 = 1;
  log: i32[] = [];
  constructor(public id: i32) {}

  /** Takes v into account. */
  add(v: i32): void {
    this.acc = mix(this.acc, v);
  }

  /** Ends a step. */
  note(): void {
    this.log.push(this.acc);
  }

  toString(): string {
    let line = `g${this.id}:`;
    for (let i = 0; i < this.log.length; i++) line += ` ${<u32>this.log[i]}`;
    return line;
  }
}

export function mix(a: i32, b: i32): i32 {
  const x = (a ^ b) * 0x01000193;
  return x ^ <i32>(<u32>x >> 15);
}

/** An object with a string, a child and a number. */
export class Box {
  text: string;
  next: Box | null = null;
  constructor(public n: i32) {
    this.text = `box ${n}`;
  }

  sum(): i32 {
    let r = 7;
    let b: Box | null = this;
    while (b) {
      r = mix(mix(r, b.n), hstring(b.text));
      b = b.next;
    }
    return r;
  }

  /** A function of an object and a number that may have parked in between. */
  with(v: i32): i32 {
    return mix(this.sum(), v);
  }
}

export abstract class Work {
  kept: Box;
  constructor(public seed: i32) {
    this.kept = mkBox(seed);
  }
  abstract run(me: Me, x: i32): i32;
}

export interface Task {
  task(me: Me, x: i32): i32;
}

/** Waits for nobody: where the kinds of a virtual call differ in whether they park. */
export class Idle extends Work implements Task {
  run(me: Me, x: i32): i32 {
    return mix(this.seed, x);
  }
  task(me: Me, x: i32): i32 {
    return mix(this.seed, x + 1);
  }
}

export function idle(me: Me, x: i32): i32 {
  return mix(me.id, x);
}

export function garbage(n: i32): void {
  let keep: Box | null = null;
  for (let i = 0; i < n; i++) {
    const b = new Box(i);
    b.next = i & 1 ? keep : null;
    keep = b;
    new StaticArray<u8>(i * 37 % 3000).fill(0xa5);
  }
  if (n > 12) runtime.gc();
}

export function mki32(x: i32): i32 { return x * 31 + 7; }
export function hi32(v: i32): i32 { return v; }
export function mku8(x: i32): u8 { return <u8>x; }
export function hu8(v: u8): i32 { return v; }
export function mkbool(x: i32): bool { return (x & 1) != 0; }
export function hbool(v: bool): i32 { return v ? 11 : 5; }
export function mki64(x: i32): i64 { return (<i64>x << 32) + <i64>(x * 7 + 1); }
export function hi64(v: i64): i32 { return mix(<i32>v, <i32>(v >> 32)); }
export function mkf64(x: i32): f64 { return <f64>x * 0.5; }
export function hf64(v: f64): i32 { return <i32>(v * 2); }
export function mkf32(x: i32): f32 { return <f32>(x & 0xffff) * 0.25; }
export function hf32(v: f32): i32 { return <i32>(v * 4); }
export function mkstring(x: i32): string { return `s${x}${"é✓".repeat(x & 3)}`; }
export function hstring(v: string): i32 {
  let r = v.length;
  for (let i = 0; i < v.length; i++) r = mix(r, v.charCodeAt(i));
  return r;
}
export function mkBox(x: i32): Box {
  const b = new Box(x);
  if (x & 1) b.next = new Box(x >> 1);
  return b;
}
export function hBox(v: Box): i32 { return v.sum(); }
export function mkints(x: i32): i32[] {
  const a: i32[] = [];
  for (let i = 0; i < (x & 7) + 1; i++) a.push(x + i * i);
  return a;
}
export function hints(v: i32[]): i32 {
  let r = v.length;
  for (let i = 0; i < v.length; i++) r = mix(r, v[i]);
  return r;
}
export function mktexts(x: i32): string[] { return [mkstring(x), mkstring(x + 1), `${x}`]; }
export function htexts(v: string[]): i32 {
  let r = v.length;
  for (let i = 0; i < v.length; i++) r = mix(r, hstring(v[i]));
  return r;
}
export function mkmap(x: i32): Map<i32, string> {
  const m = new Map<i32, string>();
  for (let i = 0; i < (x & 3) + 2; i++) m.set(x + i, `v${i}`);
  return m;
}
export function hmap(v: Map<i32, string>): i32 {
  const keys = v.keys();
  let r = v.size;
  for (let i = 0; i < keys.length; i++) r = mix(mix(r, keys[i]), hstring(v.get(keys[i])));
  return r;
}

/** Calls of std with a function that may park. */
export function mapped(a: i32[], f: (v: i32, i: i32, a: i32[]) => i32): i32[] {
  return a.map<i32>(f);
}

export function sorted(a: i32[], compare: (x: i32, y: i32) => i32): i32[] {
  return a.sort(compare);
}

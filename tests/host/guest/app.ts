// SPDX-License-Identifier: MIT
// What tests/host/app.test.ts calls: every type that crosses, both ways, and every way to die.
import { Chan, go, gosched, println } from "gopark/assembly";

@blocking @external("app", "fetchText") declare function fetchText(url: string): string;
@blocking @external("app", "wide") declare function wide(x: i64, y: u8): u64;
@blocking @external("app", "table") declare function table(keys: string[]): Array<Array<f64>>;
@blocking @external("app", "maybe") declare function maybe(s: string | null): string | null;
@blocking @external("app", "effect") declare function effect(on: bool): void;
@external("app", "upper") declare function upper(s: string): string;
@external("app", "throwing") declare function throwing(): void;
@external("app", "callback") declare function callback(): void;

export function add(a: i32, b: i32): i32 { return a + b; }
export function wideAdd(a: i64, b: u64): i64 { return a + <i64>b; }
export function not(b: bool): bool { return !b; }
export function narrow(a: i8, b: u8): i8 { return a + <i8>b; }
export function twice(a: f32): f32 { return a * 2; }
export function greet(name: string): string { return "hello " + name; }
export function same(s: string | null): string | null { return s; }
export function nested(xs: Array<Array<i32>>): Array<Array<i32>> {
  return xs.map<Array<i32>>((x) => x.slice(0).reverse());
}
export function shout(xs: string[]): string[] { return xs.map<string>((x) => x + "!"); }
export function sum(xs: Float64Array): f64 {
  let s = 0.0;
  for (let i = 0; i < xs.length; i++) s += xs[i];
  return s;
}
export function iota(n: i32): Uint8Array {
  const a = new Uint8Array(n);
  for (let i = 0; i < n; i++) a[i] = <u8>i;
  return a;
}
export function statics(xs: StaticArray<u16>): StaticArray<u16> { return xs; }
export function tail(b: ArrayBuffer): ArrayBuffer { return b.slice(1); }
export function noop(): void {}

export function fetchUpper(url: string): string { return fetchText(url) + "|" + upper(url); }
export function wides(): u64 { return wide(-5, 200) - 1; }
export function tables(): f64 {
  const r = table(["a", "b"]);
  return r[0][0] + r[1][1];
}
export function maybes(): bool { return maybe(null) === null; }
export function effects(): i32 {
  effect(true);
  return 3;
}

function one(c: Chan<string>, i: i32): void { c.send(fetchText("u" + i.toString())); }
export function many(n: i32): i32 {
  const c = new Chan<string>();
  for (let i = 0; i < n; i++) go(one, c, i);
  let total = 0;
  for (let i = 0; i < n; i++) total += c.recv().length;
  return total;
}

export function yields(n: i32): i32 {
  for (let i = 0; i < n; i++) gosched();
  return n;
}
export function hang(): void { new Chan<i32>().recv(); }
export function panics(): void { throw new Error("boom"); }
export function divides(a: i32, b: i32): i32 { return a / b; }
function depth(n: i32): i32 { return n == -1 ? 0 : depth(n + 1) + n; }
export function overflows(): i32 { return depth(0); }
export function throws(): void { throwing(); }
export function callsBack(): void {
  callback();
  println("callsBack returns");
}
export function logs(): void {
  console.log("to stdout");
  console.error("to stderr");
  trace("traced", 2, 1, 2.5);
}

function worker(c: Chan<i32>): void { c.send(1); }
export function main(): void {
  const c = new Chan<i32>();
  for (let i = 0; i < 3; i++) go(worker, c);
  for (let i = 0; i < 3; i++) c.recv();
  println("main returns");
}

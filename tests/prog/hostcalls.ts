// SPDX-License-Identifier: MIT
// A blocking host call parks its goroutine until the promise settles; the others run on.
import { Chan, WaitGroup, go, gosched, println, runtime, time } from "gopark/assembly";

@blocking @external("test", "text") declare function text(s: string): string;
@blocking @external("test", "maybe") declare function maybe(s: string | null): string | null;
@blocking @external("test", "half") declare function half(x: f64): f64;
@blocking @external("test", "halfFloat") declare function halfFloat(x: f32): f32;
@blocking @external("test", "negate") declare function negate(x: i32): i32;
@blocking @external("test", "negateByte") declare function negateByte(x: i8): i8;
@blocking @external("test", "unsigned") declare function unsigned(x: u32): u32;
@blocking @external("test", "negateBig") declare function negateBig(x: i64): i64;
@blocking @external("test", "unsignedBig") declare function unsignedBig(x: u64): u64;
@blocking @external("test", "not") declare function not(x: bool): bool;
@blocking @external("test", "reversed") declare function reversed(a: i32[]): i32[];
@blocking @external("test", "upper") declare function upper(a: string[]): string[];
@blocking @external("test", "bytes") declare function bytes(n: i32): Uint8Array;
@blocking @external("test", "nothing") declare function nothing(): void;
@blocking @external("test", "value") declare function value(x: i32): i32;
@blocking @external("test", "gate") declare function gate(id: i32): i32;
@blocking @external("test", "sum") declare function sum(a: i32, b: f64, c: string, d: i64, e: i32[]): f64;
@external("test", "open") declare function open(id: i32): void;
@external("test", "plain") declare function plain(s: string, n: i32): string;
@external("test", "plainList") declare function plainList(a: f64[]): f64[];

const log = new Chan<string>(32);

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function waitAt(id: i32): void {
  const got = gate(id);
  log.send(`${id}: ${got}`);
}

function show(title: string): void {
  let line = title + ":";
  while (log.length > 0) line += " " + log.recv() + ";";
  println(line);
}

function types(): void {
  println(text("héllo ✓ 😀"));
  println(text(""));
  const n = maybe(null);
  println(`${n === null} ${maybe("some")!}`);
  println(`${half(0.5)} ${halfFloat(3)} ${negate(i32.MAX_VALUE)} ${negateByte(-127)}`);
  println(`${unsigned(u32.MAX_VALUE)} ${negateBig(i64.MAX_VALUE)} ${unsignedBig(u64.MAX_VALUE)}`);
  println(`${not(true)} ${not(false)}`);
  println(reversed([1, 2, 3]).join(","));
  println(`${reversed([]).length}`);
  println(upper(["a", "bé"]).join(","));
  println(`${bytes(5).join(",")}`);
  println(`${sum(1, 0.5, "xyz", <i64>1 << 40, [1, 2, 3])}`);
  nothing();
  println(`not a promise: ${value(7)}`);
  println(plain("plain", 2) + " " + plainList([0.5, 1.5]).join(","));
}

/** Settled in another order than begun; the goroutines go on in the order of settling. */
function order(): void {
  for (let i = 1; i <= 3; i++) go(waitAt, i);
  settle();
  println(`${runtime.numGoroutine()} goroutines`);
  show("none open");
  open(2);
  time.sleep(time.Millisecond);
  show("2 open");
  open(3);
  open(1);
  time.sleep(time.Millisecond);
  show("all open");
}

/** Host calls inside expressions, with collections while they are out. */
function nested(): void {
  const joined = text("a" + text("b".repeat(2))) + plain(text("c"), negate(-3)) + `${half(half(8))}`;
  println(joined);
  go((): void => {
    for (let i = 0; i < 10; i++) {
      runtime.gc();
      for (let k = 0; k < 100; k++) "garbage".repeat(k);
      gosched();
    }
  });
  const list = [text("x".repeat(3)), text("y".repeat(3)), text("z".repeat(3))];
  println(list.join(" ") + (negate(1) < 0 && not(false) ? " yes" : " no"));
}

/** An import is a value as any function is. */
function values(): void {
  const f = negate;
  const g = plain;
  println(`${f(7)} ${g("ab", 2)} ${[1.5, 3].map<f64>(x => half(x)).join(",")}`);
  go(open, 9);
  println(`started: ${gate(9)}`);
  time.afterFunc(time.Microsecond, open, 8);
  println(`by a timer: ${gate(8)}`);
  const wg = new WaitGroup();
  wg.go(nothing);
  wg.wait();
}

function many(): void {
  const done = new Chan<i32>(10000);
  for (let i = 0; i < 10000; i++) {
    go((done: Chan<i32>, i: i32): void => {
      const s = text(`call ${i}`);
      done.send(s == `call ${i}` ? 1 : 0);
    }, done, i);
  }
  gosched();
  println(`${runtime.numGoroutine()} goroutines`);
  let right = 0;
  for (let i = 0; i < 10000; i++) right += done.recv();
  println(`${right} right answers`);
}

export function main(): void {
  types();
  order();
  nested();
  values();
  many();
  println(`${runtime.numGoroutine()} goroutine`);
}

// SPDX-License-Identifier: MIT
// go passes up to six arguments of any type, by value, to functions of every kind.
import { Chan, WaitGroup, go, println, time } from "gopark/assembly";

class Point {
  constructor(public x: i32, public y: i32) {}
  toString(): string {
    return `(${this.x},${this.y})`;
  }
}

class Base {
  name(): string {
    return "base";
  }
}

class Derived extends Base {
  name(): string {
    return "derived";
  }
}

const wg = new WaitGroup();
const c = new Chan<string>(8);

function none(): void {
  c.send("none");
}

function one(a: i8): void {
  c.send(`one ${a}`);
}

function two(a: u64, b: bool): void {
  c.send(`two ${a} ${b}`);
}

function three(a: f32, b: string, c3: Point): void {
  c.send(`three ${a} ${b} ${c3.toString()}`);
}

function four(a: i64, b: i32[], s: string | null, d: u16): void {
  c.send(`four ${a} ${b.join("+")} ${s === null ? "null" : s!} ${d}`);
}

function five(a: f64, b: StaticArray<string>, p: Point | null, d: u8, e: isize): void {
  c.send(`five ${a} ${b.join("+")} ${p ? p.toString() : "null"} ${d} ${e}`);
}

function six(a: i32, b: f64, s: string, d: i64, e: Point, f: bool): void {
  c.send(`six ${a} ${b} ${s} ${d} ${e.toString()} ${f}`);
}

function callback(fn: (n: i32) => i32, n: i32): void {
  c.send(`callback ${fn(n)}`);
}

function virtual(b: Base): void {
  c.send(b.name());
}

function generic<T>(v: T): void {
  c.send(`generic ${v}`);
}

function returns(n: i32): i32 {
  c.send(`returns ${n}`);
  return n * 2;
}

function optional(a: i32, b: i32 = 7, s: string = "default"): void {
  c.send(`optional ${a} ${b} ${s}`);
}

function allOptional(s: string = "default"): void {
  c.send(`all optional ${s}`);
}

function inGroup(a: i32, s: string): void {
  println(`in the group ${a} ${s}`);
}

function next(): void {
  println(c.recv());
}

export function main(): void {
  go(none);
  next();
  go(one, <i8>-128);
  next();
  go(two, u64.MAX_VALUE, true);
  next();
  go(three, <f32>1.5, "text", new Point(1, 2));
  next();
  go(four, i64.MIN_VALUE, [1, 2, 3], <string | null>null, <u16>65535);
  next();
  go(five, 0.1, StaticArray.fromArray<string>(["a", "b"]), <Point | null>null, <u8>255, <isize>-1);
  next();
  go(six, -1, -0.5, "six", <i64>1 << 40, new Point(3, 4), false);
  next();
  go(callback, (n: i32): i32 => n * n, 7);
  next();
  go<(b: Base) => void, Base>(virtual, new Derived());
  next();
  go((v: f64): void => generic<f64>(v), 2.5);
  next();
  go((s: string): void => c.send("expression " + s), "x");
  next();
  go(returns, 21);
  next();

  go(optional, 1);
  next();
  go(optional, 1, 2);
  next();
  go(optional, 1, 2, "given");
  next();
  go(allOptional);
  next();
  wg.go(optional, 3);
  next();
  time.afterFunc(0, optional, 4, 5);
  next();

  let i = 1;
  go(one, <i8>i);
  i = 2; // arguments are evaluated where go stands
  next();

  wg.go(inGroup, 1, "a");
  wg.go(inGroup, 2, "b");
  wg.go(() => println("in the group, no arguments"));
  wg.wait();
  println("waited");
}

// SPDX-License-Identifier: MIT
// A channel carries any type whole, buffered and handed over, and gives its zero value once closed.
import { Chan, go, gosched, println } from "gopark/assembly";

class Empty {}

class Point {
  constructor(public x: i32, public y: f64) {}
}

class Box<T> {
  constructor(public v: T) {}
}

function sendBoth<T>(c: Chan<T>, a: T, b: T): void {
  c.send(a);
  c.send(b);
  c.close();
}

function text<T>(v: T): string {
  if (isReference<T>() && changetype<usize>(v) == 0) return "null";
  return `${v}`;
}

function both<T>(name: string, a: T, b: T): void {
  for (let capacity = 0; capacity <= 2; capacity += 2) {
    const c = new Chan<T>(capacity);
    go((c: Chan<T>, a: T, b: T): void => sendBoth<T>(c, a, b), c, a, b);
    gosched();
    const x = c.recv();
    const y = c.recv();
    const z = c.recv();
    println(`${name} ${capacity}: ${text(x)} ${text(y)}, closed: ${text(z)} ${c.ok}`);
  }
}

function references(): void {
  const e = new Chan<Empty>(1);
  const sent = new Empty();
  e.send(sent);
  println(`Empty: same object ${e.recv() === sent}`);

  const p = new Chan<Point>();
  go((p: Chan<Point>): void => p.send(new Point(3, 0.25)), p);
  const got = p.recv();
  println(`Point: ${got.x} ${got.y}`);

  const a = new Chan<i32[]>(1);
  a.send([1, 2]);
  a.recv().push(3);
  a.send([4]);
  println(`i32[]: ${a.recv().join(",")}`);

  const n = new Chan<Point | null>(1);
  n.send(null);
  println(`Point | null: ${n.recv() === null} ${n.ok}`);

  const cc = new Chan<Chan<string>>(1);
  const inner = new Chan<string>(1);
  cc.send(inner);
  inner.send("through a channel of channels");
  println(cc.recv().recv());

  const f = new Chan<(a: i32, b: i32) => i32>(1);
  f.send((a: i32, b: i32): i32 => a - b);
  println(`function: ${f.recv()(5, 3)}`);

  const g = new Chan<Box<i64>>();
  go((g: Chan<Box<i64>>): void => g.send(new Box<i64>(i64.MAX_VALUE)), g);
  println(`Box<i64>: ${g.recv().v}`);
}

export function main(): void {
  both<bool>("bool", true, false);
  both<i8>("i8", i8.MIN_VALUE, i8.MAX_VALUE);
  both<u8>("u8", u8.MAX_VALUE, 1);
  both<i16>("i16", i16.MIN_VALUE, i16.MAX_VALUE);
  both<u16>("u16", u16.MAX_VALUE, 1);
  both<i32>("i32", i32.MIN_VALUE, i32.MAX_VALUE);
  both<u32>("u32", u32.MAX_VALUE, 1);
  both<i64>("i64", i64.MIN_VALUE, i64.MAX_VALUE);
  both<u64>("u64", u64.MAX_VALUE, 1);
  both<f32>("f32", <f32>-1.5, f32.MAX_VALUE);
  both<f64>("f64", 0.1, -f64.MIN_VALUE);
  both<usize>("usize", usize.MAX_VALUE, 1);
  both<string>("string", "héllo", "");
  references();
}

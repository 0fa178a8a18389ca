// SPDX-License-Identifier: MIT
// callers gives the pcs of its own goroutine, callersFrames their functions, files and lines.
import { Chan, WaitGroup, go, gosched, println, runtime } from "gopark/assembly";

const wg = new WaitGroup();

class Shape {
  area(): f64 {
    return 0;
  }
}

class Square extends Shape {
  area(): f64 {
    show(0, 16);
    return 1;
  }
}

function show(skip: i32, room: i32): void {
  const pc = new StaticArray<u32>(room);
  const n = runtime.callers(skip, pc);
  const frames = runtime.callersFrames(pc, n);
  println(`skip ${skip}, room ${room}${n <= room ? "" : ": too many"}`);
  for (let i = 0; i < frames.length; i++) {
    println(`  ${frames[i].function} ${frames[i].file}:${frames[i].line}`);
  }
}

function twice(n: i32): void {
  if (n) twice(n - 1);
  else show(0, 16);
}

function afterPark(c: Chan<i32>): void {
  c.recv();
  show(0, 16);
}

function generic<T>(v: T): void {
  show(1, 16);
}

function apply(fn: (n: i32) => void): void {
  fn(1);
}

export function main(): void {
  show(0, 16);
  show(1, 16);
  show(2, 16);
  show(0, 2);
  show(0, 0);
  show(100, 16);
  twice(2);
  wg.go(twice, 1);
  wg.wait();
  const c = new Chan<i32>();
  wg.go(afterPark, c);
  gosched();
  c.send(1);
  wg.wait();
  generic<string>("");
  generic<f64>(0);
  apply((n: i32): void => show(0, 16));
  const s: Shape = new Square();
  s.area();
  [1].forEach((v: i32): void => show(1, 16));
}

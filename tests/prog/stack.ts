// SPDX-License-Identifier: MIT
// runtime.stack writes Go's text: the caller first, then the others, each with what it waits for.
import { Chan, Mutex, Select, WaitGroup, go, gosched, print, println, runtime, time } from "gopark/assembly";

class Queue<T> {
  items: Chan<T> = new Chan<T>();

  pop(): T {
    return this.items.recv();
  }

  get next(): T {
    return this.pop();
  }

  static run<T>(q: Queue<T>): void {
    q.next;
  }
}

namespace inner {
  export function wait(c: Chan<string>): string {
    return c.recv();
  }
}

const m = new Mutex();
const wg = new WaitGroup();
const c = new Chan<string>();

function dump(all: bool): string {
  const buf = new Uint8Array(1 << 16);
  const n = runtime.stack(buf, all);
  return String.UTF8.decodeUnsafe(buf.dataStart, n);
}

function nested(n: i32): string {
  if (n == 0) return dump(false);
  return nested(n - 1);
}

function parkNested(n: i32): i32 {
  if (n == 0) return inner.wait(c).length;
  return parkNested(n - 1) + 1;
}

function chooser(): void {
  const s = new Select();
  s.recv(c);
  s.recv(new Chan<i32>());
  s.wait();
}

function starter(): void {
  go(parkNested, 2);
}

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

/** At most `len` bytes are written, the rest is dropped. */
function truncated(len: i32): string {
  const buf = new Uint8Array(len + 8);
  buf.fill(0x21);
  const part = Uint8Array.wrap(buf.buffer, 0, len);
  const n = runtime.stack(part, true);
  for (let i = 0; i < 8; i++) assert(buf[len + i] == 0x21, "written behind the buffer");
  return `${n} of ${len}: ` + String.UTF8.decodeUnsafe(buf.dataStart, n);
}

function inGoroutine(): void {
  print(dump(false));
}

export function main(): void {
  println("-- one goroutine");
  print(dump(false));
  print(dump(true));
  println("-- nested");
  print(nested(2));
  println("-- truncated");
  println(truncated(0));
  println(truncated(1));
  println(truncated(22));
  println("-- in another goroutine");
  wg.go(inGroup);
  wg.wait();
  println("-- many");
  starter();
  go(chooser);
  go((q: Queue<f64>): void => Queue.run<f64>(q), new Queue<f64>());
  m.lock();
  go(() => m.lock());
  go(() => time.sleep(time.Hour));
  settle();
  print(dump(true));
}

function inGroup(): void {
  inGoroutine();
}

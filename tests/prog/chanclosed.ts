// SPDX-License-Identifier: MIT
// A closed channel is drained first, then gives the zero value and ok false, at once and for ever.
import { Chan, go, gosched, println } from "gopark/assembly";

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function waiter(c: Chan<i32>, done: Chan<string>, name: string): void {
  const v = c.recv();
  done.send(`${name}: ${v} ${c.ok}`);
}

function stringWaiter(c: Chan<string | null>, done: Chan<string>): void {
  const v = c.recv();
  done.send(`string is null: ${v === null} ${c.ok}`);
}

function filler(c: Chan<i32>, n: i32): void {
  for (let i = 1; i <= n; i++) c.send(i);
  c.close();
}

export function main(): void {
  const b = new Chan<i32>(3);
  b.send(7);
  b.send(8);
  b.close();
  println(`closed, holds ${b.length}`);
  for (let i = 0; i < 4; i++) {
    const v = b.recv();
    println(`${v} ${b.ok}`);
  }

  for (let capacity = 0; capacity < 3; capacity++) {
    const c = new Chan<i32>(capacity);
    go(filler, c, 4);
    let line = `range with capacity ${capacity}:`;
    for (let v = c.recv(); c.ok; v = c.recv()) line += ` ${v}`;
    println(line);
  }

  const never = new Chan<i32>();
  never.close();
  let rounds = 0;
  for (let v = never.recv(); never.ok; v = never.recv()) rounds += 1 + v;
  println(`range over an empty closed channel: ${rounds} rounds`);

  // close wakes everyone who waits
  const c = new Chan<i32>();
  const done = new Chan<string>(10);
  go(waiter, c, done, "a");
  settle();
  go(waiter, c, done, "b");
  settle();
  go(waiter, c, done, "c");
  settle();
  const s = new Chan<string | null>(2);
  go(stringWaiter, s, done);
  settle();
  println(`before close: ${done.length} woken`);
  c.close();
  s.close();
  settle();
  println(`after close: ${done.length} woken`);
  while (done.length > 0) println(done.recv());

  // a value equal to zero is told from the zero value by ok
  const z = new Chan<i32>(1);
  z.send(0);
  z.close();
  let v = z.recv();
  println(`${v} ${z.ok}`);
  v = z.recv();
  println(`${v} ${z.ok}`);
}

// SPDX-License-Identifier: MIT
// Values and waiters are first in, first out; a waiting receiver gets the value past the buffer.
import { Chan, go, gosched, println } from "gopark/assembly";

const order = new Chan<string>(32);

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function send(c: Chan<i32>, v: i32): void {
  c.send(v);
  order.send(`sent ${v}`);
}

function recv(c: Chan<i32>, name: string): void {
  order.send(`${name} waits`);
  const v = c.recv();
  order.send(`${name} got ${v}`);
}

function show(title: string): void {
  let line = title + ":";
  while (order.length > 0) line += " " + order.recv() + ";";
  println(line);
}

function fields(c: Chan<i32>): string {
  return `${c.length}/${c.capacity}`;
}

export function main(): void {
  const b = new Chan<i32>(3);
  println("empty " + fields(b));
  b.send(1);
  b.send(2);
  println("two sent " + fields(b));
  const first = b.recv();
  println(`got ${first}, left ` + fields(b));
  b.send(3);
  b.send(4);
  println("full " + fields(b));

  // three senders wait behind a full buffer: their values come after it, in order
  for (let i = 5; i <= 7; i++) {
    go(send, b, i);
    settle();
  }
  println("senders wait, full " + fields(b));
  let line = "received:";
  for (let i = 0; i < 6; i++) line += ` ${b.recv()}(${fields(b)})`;
  println(line);
  settle();
  show("senders");

  // a sender finds the longest waiting receiver, and the buffer stays empty
  go(recv, b, "a");
  settle();
  go(recv, b, "b");
  settle();
  go(recv, b, "c");
  settle();
  for (let i = 1; i <= 3; i++) {
    b.send(i * 10);
    if (b.length != 0) println("the value went through the buffer");
  }
  settle();
  show("receivers");

  const u = new Chan<i32>();
  println("unbuffered " + fields(u));
  go(send, u, 1);
  settle();
  println("a sender waits, unbuffered " + fields(u));
  println(`got ${u.recv()}`);
  settle();
  show("sender");

  // many rounds through a small buffer keep the order
  const ring = new Chan<i32>(3);
  go((c: Chan<i32>): void => {
    for (let i = 0; i < 1000; i++) c.send(i);
    c.close();
  }, ring);
  let wanted = 0;
  for (let v = ring.recv(); ring.ok; v = ring.recv()) {
    if (v != wanted) println(`wanted ${wanted}, got ${v}`);
    wanted++;
  }
  println(`${wanted} in order`);
}

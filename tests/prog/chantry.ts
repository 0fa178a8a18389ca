// SPDX-License-Identifier: MIT
// trySend and tryRecv are a select with a default: they take what is ready and never wait.
import { Chan, go, gosched, println, runtime } from "gopark/assembly";

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function tell(what: string, c: Chan<i32>): void {
  const v = c.tryRecv();
  println(`${what}: ${v} ${c.ok}`);
}

function recv(c: Chan<i32>): void {
  const v = c.recv();
  println(`receiver got ${v} ${c.ok}`);
}

function send(c: Chan<i32>, v: i32): void {
  c.send(v);
  println(`sender sent ${v}`);
}

export function main(): void {
  const b = new Chan<i32>(1);
  tell("empty", b);
  println(`into a free slot: ${b.trySend(1)}`);
  println(`into a full buffer: ${b.trySend(2)}`);
  tell("full", b);
  tell("drained", b);

  const u = new Chan<i32>();
  println(`nobody receives: ${u.trySend(1)}`);
  tell("nobody sends", u);
  go(recv, u);
  settle();
  println(`a receiver waits: ${u.trySend(2)}`);
  println(`it has its value: ${u.trySend(3)}`);
  settle();
  go(send, u, 4);
  settle();
  tell("a sender waits", u);
  settle();

  b.send(5);
  b.close();
  tell("closed, not drained", b);
  tell("closed and drained", b);
  println(`${runtime.numGoroutine()} goroutine`);
}

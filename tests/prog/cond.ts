// SPDX-License-Identifier: MIT
// Cond.wait lets the mutex go while it waits; signal wakes the longest waiter, broadcast all.
import { Chan, Cond, Mutex, go, gosched, println } from "gopark/assembly";

const m = new Mutex();
const cond = new Cond(m);
const events = new Chan<string>(16);
const queue = new Array<i32>();

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function waiter(id: i32): void {
  m.lock();
  cond.wait();
  events.send(`${id}${m.tryLock() ? " without the mutex" : ""}`);
  m.unlock();
}

function consumer(n: i32): void {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    m.lock();
    while (queue.length == 0) cond.wait();
    sum += queue.shift();
    m.unlock();
  }
  events.send(`sum ${sum}`);
}

function show(title: string): void {
  let line = title + ":";
  while (events.length > 0) line += " " + events.recv();
  println(line);
}

export function main(): void {
  cond.signal();
  cond.broadcast();
  println("nobody waits: nothing happens");

  for (let i = 1; i <= 5; i++) {
    go(waiter, i);
    settle();
  }
  println(`while they wait the mutex is free: ${m.tryLock()}`);
  cond.signal();
  settle();
  show("signalled, mutex held");
  m.unlock();
  settle();
  show("mutex free");
  cond.signal();
  settle();
  show("signalled");
  cond.broadcast();
  settle();
  show("broadcast");

  go(consumer, 100);
  for (let i = 1; i <= 100; i++) {
    m.lock();
    queue.push(i);
    m.unlock();
    cond.signal();
    if (i % 7 == 0) gosched();
  }
  settle();
  show("queue");
}

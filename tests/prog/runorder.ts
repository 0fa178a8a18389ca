// SPDX-License-Identifier: MIT
// Who runs next is Go's choice: what was made ready last runs first, the others in order.
import { Chan, Cond, Mutex, WaitGroup, go, gosched, println } from "gopark/assembly";

const c = new Chan<i32>();
const buffered = new Chan<i32>(2);
const m = new Mutex();
const wg = new WaitGroup();
const cond = new Cond(m);

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function parent(): void {
  println("parent");
  go(println, "child 1");
  go(println, "child 2");
  println("parent ends");
}

function recv(name: string): void {
  const v = c.recv();
  println(`${name} ${v}`);
}

function send(v: i32): void {
  c.send(v);
  println(`sent ${v}`);
}

function yielder(name: string): void {
  for (let i = 1; i <= 3; i++) {
    println(`${name} ${i}`);
    gosched();
  }
}

function producer(): void {
  for (let i = 0; i < 5; i++) {
    buffered.send(i);
    println(`put ${i}`);
  }
  buffered.close();
}

function lock(name: string): void {
  m.lock();
  println(`${name} locked`);
  m.unlock();
}

function wait(name: string): void {
  wg.wait();
  println(`${name} goes on`);
}

function waitCond(name: string): void {
  m.lock();
  cond.wait();
  println(`${name} woken`);
  m.unlock();
}

function threeOf(fn: (name: string) => void): void {
  go(fn, "a");
  go(fn, "b");
  go(fn, "c");
  settle();
}

export function main(): void {
  println("-- started: the last one first, the others in order");
  for (let i = 1; i <= 4; i++) go(println, `g${i}`);
  gosched();
  println("main");

  println("-- started by a goroutine");
  go(parent);
  go(println, "other");
  settle();

  println("-- receivers woken one by one");
  threeOf(recv);
  for (let i = 1; i <= 3; i++) c.send(i);
  println("all handed over");
  settle();

  println("-- senders woken by receives");
  for (let i = 1; i <= 3; i++) go(send, i);
  settle();
  const x = c.recv();
  const y = c.recv();
  const z = c.recv();
  println(`${x} ${y} ${z}`);
  settle();

  println("-- receivers woken by close");
  threeOf(recv);
  c.close();
  println("closed");
  settle();

  println("-- yielding goroutines take turns");
  threeOf(yielder);

  println("-- a sender runs on until it must wait");
  go(producer);
  for (let v = buffered.recv(); buffered.ok; v = buffered.recv()) println(`got ${v}`);
  settle();

  println("-- waiters of a mutex");
  m.lock();
  threeOf(lock);
  m.unlock();
  println("unlocked");
  settle();

  println("-- waiters of a wait group");
  wg.add(1);
  threeOf(wait);
  wg.done();
  println("done");
  settle();

  println("-- waiters of a condition");
  threeOf(waitCond);
  cond.signal();
  println("signalled");
  settle();
  cond.broadcast();
  println("broadcast");
  settle();
}

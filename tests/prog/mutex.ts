// SPDX-License-Identifier: MIT
// A Mutex lets one in at a time, waiters in the order they came; tryLock never waits.
import { Chan, Mutex, WaitGroup, go, gosched, println } from "gopark/assembly";

const m = new Mutex();
const wg = new WaitGroup();
let inside = 0;
let most = 0;
let total = 0;

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function worker(rounds: i32): void {
  for (let i = 0; i < rounds; i++) {
    m.lock();
    inside++;
    if (inside > most) most = inside;
    const t = total;
    gosched(); // others get their chance to break in
    total = t + 1;
    inside--;
    m.unlock();
  }
}

function waiter(order: Chan<i32>, id: i32): void {
  m.lock();
  order.send(id);
  m.unlock();
}

function unlocker(): void {
  m.unlock();
}

export function main(): void {
  for (let i = 0; i < 8; i++) wg.go(worker, 50);
  wg.wait();
  println(`most inside ${most}, total ${total}`);

  println(`free: ${m.tryLock()}, held: ${m.tryLock()}`);
  const order = new Chan<i32>(5);
  for (let i = 1; i <= 5; i++) {
    go(waiter, order, i);
    settle();
  }
  println(`waiting, ${order.length} inside`);
  m.unlock();
  let line = "in order:";
  for (let i = 0; i < 5; i++) line += ` ${order.recv()}`;
  println(line);

  // a mutex has no owner: another goroutine may unlock it
  m.lock();
  go(unlocker);
  m.lock();
  println("unlocked by another");
  m.unlock();
  println(`free again: ${m.tryLock()}`);
}

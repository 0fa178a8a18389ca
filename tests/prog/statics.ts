// SPDX-License-Identifier: MIT
// Module-level code makes channels, timers and goroutines; they run once main has started.
import {
  Chan, Mutex, Select, WaitGroup, context, go, gosched, println, runtime, time,
} from "gopark/assembly";

const c = new Chan<string>(4);
const unbuffered = new Chan<i32>();
const closed = new Chan<i32>();
const timer = new time.Timer(time.Millisecond);
const ticker = new time.Ticker(time.Millisecond);
const ctx = context.withCancel(context.background());
const wg = new WaitGroup();
const m = new Mutex();
const select = new Select();
const first = select.recv(unbuffered);
const made = make();
let started = 0;

function make(): i32[] {
  const list = new Array<i32>();
  for (let i = 0; i < 5; i++) list.push(i * i);
  return list;
}

function early(name: string): void {
  started++;
  println(`${name} runs, made ${made.length}`);
  unbuffered.send(started);
}

println("module level");
c.send("sent at module level");
closed.close();
m.lock();
m.unlock();
wg.add(1);
go(early, "first");
go(early, "second");
wg.go((): void => println("third runs"));
time.afterFunc(0, (s: string): void => c.send(s), "from the timer");
println(`module level ends, started ${started}`);

export function main(): void {
  println(`main, started ${started}`);
  gosched();
  println(c.recv());
  closed.recv();
  println(`${closed.ok}`);
  const i = select.wait();
  println(`${i == first} ${select.value<i32>()}`);
  println(`${unbuffered.recv()}`);
  println(c.recv());
  timer.c.recv();
  ticker.c.recv();
  ticker.stop();
  wg.done();
  wg.wait();
  ctx.cancel();
  ctx.done.recv();
  gosched();
  println(`${runtime.numGoroutine()} goroutine`);
}

// SPDX-License-Identifier: MIT
// A Semaphore hands out weights first come, first served; what can never fit blocks nobody else.
import { Chan, Semaphore, context, go, gosched, println, runtime, time } from "gopark/assembly";

const sem = new Semaphore(10);
const events = new Chan<string>(32);

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function take(n: i32): void {
  sem.acquire(n);
  events.send(`${n}`);
}

function takeCtx(ctx: context.Context, n: i32): void {
  const got = sem.acquireCtx(ctx, n);
  events.send(`${n} ${got}`);
}

function show(title: string): void {
  let line = title + ":";
  while (events.length > 0) line += " " + events.recv() + ";";
  println(line);
}

export function main(): void {
  sem.acquire(8);
  println(`3 of 2 left: ${sem.tryAcquire(3)}, 2 of 2: ${sem.tryAcquire(2)}, one more: ${sem.tryAcquire()}`);
  sem.release(10);

  // first come, first served: a small request does not pass a large one
  sem.acquire(9);
  go(take, 5);
  settle();
  go(take, 1);
  settle();
  show("1 left, wanted 5 then 1");
  println(`tryAcquire does not pass those who wait: ${sem.tryAcquire(1)}`);
  sem.release(3);
  settle();
  show("4 left");
  sem.release(1);
  settle();
  show("5 left");
  sem.release();
  settle();
  show("1 left");
  sem.release(11 - 1);
  settle();

  // the default weight is 1
  sem.acquire();
  println(`of 9: ${sem.tryAcquire(10)} ${sem.tryAcquire(9)}`);
  sem.release(9);
  sem.release();

  // more than the semaphore has waits without a place in the queue
  const doomed = context.withCancel(context.background());
  go(takeCtx, doomed, 11);
  settle();
  go(take, 10);
  settle();
  show("11 of 10 waits, 10 of 10");
  doomed.cancel();
  settle();
  show("cancelled");

  // a cancelled waiter leaves the queue and those behind it move up
  const ctx = context.withCancel(context.background());
  go(takeCtx, ctx, 6);
  settle();
  go(take, 2);
  settle();
  sem.release(3);
  settle();
  show("3 left, wanted 6 then 2");
  ctx.cancel();
  settle();
  show("6 cancelled");
  println(`with a cancelled context: ${sem.acquireCtx(ctx, 1)}`);
  println(`with a live one: ${sem.acquireCtx(context.background(), 1)}`);
  const late = context.withTimeout(context.background(), time.Millisecond);
  println(`past the deadline: ${sem.acquireCtx(late, 1)} ${late.err!}`);
  println(`${runtime.numGoroutine()} goroutine`);
}

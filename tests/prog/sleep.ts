// SPDX-License-Identifier: MIT
// Sleepers wake in the order of their deadlines, never early, and not at all before they must.
import { Chan, WaitGroup, gosched, go, println, runtime, time } from "gopark/assembly";

const wg = new WaitGroup();

function sleeper(until: i64, name: string): void {
  time.sleep(until - time.now());
  println(name);
}

function zero(done: Chan<i32>): void {
  time.sleep(0);
  time.sleep(-time.Hour);
  done.send(1);
}

export function main(): void {
  const start = time.now();
  wg.go(sleeper, start + 20 * time.Millisecond, "fifth");
  wg.go(sleeper, start + 12 * time.Millisecond, "third");
  wg.go(sleeper, start + 4 * time.Millisecond, "first");
  wg.go(sleeper, start + 16 * time.Millisecond, "fourth");
  wg.go(sleeper, start + 8 * time.Millisecond, "second");
  gosched();
  println(`${runtime.numGoroutine()} goroutines`);
  wg.wait();
  println(`not early: ${time.now() - start >= 20 * time.Millisecond}`);

  const done = new Chan<i32>();
  go(zero, done);
  done.recv();
  println(`zero and negative do not wait: ${time.now() - start < time.Minute}`);

  // a sleeping main lets the others compute
  let sum = 0;
  const c = new Chan<i32>(100);
  wg.go((c: Chan<i32>): void => {
    for (let i = 0; i < 100; i++) {
      c.send(i);
      if (i % 10 == 0) gosched();
    }
    c.close();
  }, c);
  time.sleep(time.Millisecond);
  for (let v = c.recv(); c.ok; v = c.recv()) sum += v;
  println(`sum ${sum}`);

  // ten thousand sleepers
  const before = time.now();
  for (let i = 0; i < 10000; i++) wg.go(() => time.sleep(time.Millisecond));
  wg.wait();
  println(`10000 slept: ${time.now() - before >= time.Millisecond}, ${runtime.numGoroutine()} goroutine`);
  println(`${time.Nanosecond} ${time.Microsecond} ${time.Millisecond} ${time.Second} ${time.Minute} ${time.Hour}`);
  println(`wall clock after 2020: ${time.unixNano() > 1577836800 * time.Second}`);
}

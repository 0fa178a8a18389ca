// SPDX-License-Identifier: MIT
// Goroutines that wait for this and that, some of them labelled; then main prints all stacks, and traps in the same line.
import { Chan, Mutex, Select, WaitGroup, debug, go, gosched, pprof, print, runtime, time } from "gopark/assembly";

const c = new Chan<i32>();
const mu = new Mutex();
const wg = new WaitGroup();

function send(n: i32): void {
  c.send(n);
}

function deep(n: i32): i32 {
  return n ? deep(n - 1) + 1 : c.recv() + c.recv() + new Chan<i32>().recv();
}

function receive(n: i32): void {
  deep(n);
}

function lock(): void {
  mu.lock();
}

function sleep(): void {
  time.sleep(time.Hour);
}

function nothing(): void {
  const s = new Select();
  s.wait();
}

function notYet(): void {}

export function main(): void {
  const buf = new Uint8Array(1 << 16);
  mu.lock();
  wg.add(1);
  debug.setTracebackLabels(true);
  debug.setTracebackAncestors(2);
  pprof.newProfile("crash/locks").add(1);
  go(receive, 3);
  go(receive, 150);
  for (let i = 0; i < 6; i++) go(send, i);
  go(lock);
  pprof.withLabels(["tenant", "a"], () => { go(sleep); });
  go(nothing);
  for (let i = 0; i < 4; i++) gosched();
  go(notYet);
  print(String.UTF8.decodeUnsafe(buf.dataStart, runtime.stack(buf, true))), load<i32>(-16);
}

// SPDX-License-Identifier: MIT
// Two wait for a lock, three for what nobody can send, one of whom is known. Then it returns, exits, or panics;
// "searched": behind a search of its own for leaks.
import { Chan, go, gosched, Mutex, runtime, time } from "gopark/assembly";

@external("host", "args") declare function args(): string[];

const known = new Chan<i32>();
const mutex = new Mutex();

function recv(c: Chan<i32>): void {
  c.recv();
}

function contend(): void {
  mutex.lock();
  mutex.unlock();
}

function hold(): void {
  mutex.lock();
  go(contend);
  go(contend);
  gosched(); // both wait before the sleep begins, so no shorter than it
  time.sleep(2 * time.Millisecond);
  mutex.unlock();
}

function leak(): void {
  go(recv, known);
  go(recv, new Chan<i32>());
  go(recv, new Chan<i32>());
}

export function main(): void {
  runtime.setBlockProfileRate(1);
  runtime.setMutexProfileFraction(1);
  hold();
  leak();
  for (let i = 0; i < 4; i++) gosched();
  const how = args()[0];
  if (how == "searched") runtime.goroutineLeakProfile(new runtime.StackRecords(0));
  if (how == "exit") process.exit(3);
  if (how != "return") throw new Error("enough");
}

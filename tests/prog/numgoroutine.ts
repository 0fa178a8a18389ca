// SPDX-License-Identifier: MIT
// numGoroutine counts those that have not ended: running, ready, or waiting; goexit ends one.
import { Chan, WaitGroup, go, gosched, println, runtime } from "gopark/assembly";

const gate = new Chan<bool>();
const wg = new WaitGroup();

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function count(when: string): void {
  println(`${when}: ${runtime.numGoroutine()}`);
}

function deep(n: i32): void {
  if (n > 0) {
    deep(n - 1);
    println("not reached: below goexit");
    return;
  }
  println("goexit");
  runtime.goexit();
  println("not reached: after goexit");
}

function parkAndExit(): void {
  gosched();
  deep(2);
}

export function main(): void {
  count("main alone");
  for (let i = 0; i < 100; i++) go(() => { gate.recv(); });
  count("started, not yet run");
  settle();
  count("parked");
  for (let i = 0; i < 50; i++) gate.send(true);
  settle();
  count("half ended");
  gate.close();
  settle();
  count("all ended");

  wg.go(() => count("inside another"));
  wg.wait();
  go(deep, 3);
  settle();
  count("after goexit");
  go(parkAndExit);
  settle();
  count("after parking and goexit");
  println(`${runtime.gomaxprocs(0)} ${runtime.gomaxprocs(1)} ${runtime.numCPU() >= 1}`);
  gosched();
  runtime.gosched();
  count("at the end");
}

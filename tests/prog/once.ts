// SPDX-License-Identifier: MIT
// Once runs its function once; those who come meanwhile wait until it has returned.
import { Chan, Once, go, gosched, println } from "gopark/assembly";

const once = new Once();
const gate = new Chan<bool>();
const done = new Chan<i32>(4);
let runs = 0;

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function init(): void {
  runs++;
  gate.recv(); // parks inside do
}

function user(id: i32): void {
  once.do(init);
  done.send(id);
}

export function main(): void {
  for (let i = 1; i <= 3; i++) {
    go(user, i);
    settle();
  }
  println(`started: runs ${runs}, returned ${done.length}`);
  gate.send(true);
  settle();
  println(`finished: runs ${runs}, returned ${done.length}`);
  once.do(init);
  once.do(() => println("another function is not run either"));
  println(`again: runs ${runs}`);
  new Once().do(() => println("another Once is"));
}

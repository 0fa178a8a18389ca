// SPDX-License-Identifier: MIT
// Once runs its function once; those who come meanwhile wait until it has returned.
import { Chan, Once, go, gosched, println, runtime } from "gopark/assembly";

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

const outer = new Once();
const inner = new Once();
const other = new Once();

/** As Go's, whose deferred calls mark it as done and unlock it: in each Once that the goroutine is in, in no other. */
function exits(): void {
  outer.do(() => {
    inner.do(() => {
      gate.recv();
      runtime.goexit();
    });
  });
}

function goexitInside(): void {
  go(exits);
  settle();
  go(() => other.do(init));
  settle();
  for (let i = 0; i < 2; i++) {
    go((): void => {
      outer.do(() => println("not run by a second caller"));
      println("a second caller goes on");
    });
  }
  settle();
  println("exits");
  gate.send(true);
  settle();
  inner.do(() => println("nor is the inner one"));
  println(`runs ${runs}`);
  gate.send(true);
  other.do(init);
  println(`runs ${runs}`);
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
  goexitInside();
}

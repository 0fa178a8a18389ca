// SPDX-License-Identifier: MIT
// A reference that a parking call returned stays alive, at whatever depth its function is resumed.
import { Chan, go, gosched, println, runtime } from "gopark/assembly";

class P {
  constructor(public s: string = "") {}
}

function make(i: i32): P {
  gosched();
  return new P(`val ${i}`);
}

/** Parks, collects and makes garbage where what was freed would be overwritten. */
function churn(): void {
  for (let i = 0; i < 50; i++) {
    gosched();
    new P(`x ${i}`);
  }
  runtime.gc();
  for (let i = 0; i < 50; i++) {
    gosched();
    new P("x");
  }
}

function parameter(p: P, i: i32): bool {
  p = make(i);
  churn();
  return p.s == `val ${i}`;
}

function local(c: Chan<P>, keep: P, i: i32): bool {
  const p = c.recv();
  churn();
  return p.s == `val ${i}` && keep.s == "kept";
}

function feed(c: Chan<P>): void {
  for (let i = 0; i < 20; i++) c.send(make(i));
}

export function main(): void {
  const c = new Chan<P>();
  go(feed, c);
  let alive = 0;
  for (let i = 0; i < 20; i++) {
    if (parameter(new P("first"), i)) alive++;
    if (local(c, new P("kept"), i)) alive++;
  }
  println(`${alive} of 40 are alive`);
}

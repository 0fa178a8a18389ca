// SPDX-License-Identifier: MIT
// ok belongs to the goroutine that received: what others receive meanwhile does not change it.
import { Chan, Select, go, gosched, println } from "gopark/assembly";

const open = new Chan<i32>(4);
const shut = new Chan<i32>(1);
const log = new Chan<string>(8);

function fromShut(): void {
  shut.recv();
  gosched();
  gosched();
  log.send(`closed: ${shut.ok}`);
}

function fromOpen(): void {
  open.recv();
  gosched();
  gosched();
  log.send(`open: ${open.ok}`);
}

function parked(c: Chan<i32>): void {
  const v = c.recv();
  log.send(`${v} ${c.ok}`);
}

export function main(): void {
  shut.close();
  for (let i = 0; i < 4; i++) open.send(i);
  // each yields between its receive and its ok, while the other one receives
  go(fromShut);
  go(fromOpen);
  go(fromShut);
  go(fromOpen);
  for (let i = 0; i < 4; i++) println(log.recv());

  // woken by a value and woken by close, side by side on one channel
  const c = new Chan<i32>();
  go(parked, c);
  for (let i = 0; i < 3; i++) gosched();
  go(parked, c);
  for (let i = 0; i < 3; i++) gosched();
  c.send(7);
  c.close();
  println(log.recv());
  println(log.recv());

  // the channel it is read from does not matter: it is the most recent receive
  open.recv();
  println(`${open.ok} ${shut.ok}`);
  shut.recv();
  println(`${open.ok} ${shut.ok}`);

  // a select keeps its own answer
  const s = new Select();
  s.recv(shut);
  s.wait();
  open.recv();
  println(`select ${s.ok}, receive ${open.ok}`);
}

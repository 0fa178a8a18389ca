// SPDX-License-Identifier: MIT
// Traps in another file, three calls deep, on a goroutine that has been parked.
import { Chan, go, gosched } from "gopark/assembly";
import { Cell } from "./cell";

const c = new Chan<i32>();

function worker(at: usize): void {
  gosched();
  const cell = new Cell(at);
  c.send(cell.read());
}

export function main(): void {
  go(worker, <usize>-16);
  c.recv();
}

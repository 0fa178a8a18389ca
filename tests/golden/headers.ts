// SPDX-License-Identifier: MIT
// Goroutines whose headers say all that there is to say: since when, that nothing can wake them, labels, ancestors.
import { Chan, debug, go, gosched, pprof } from "gopark/assembly";

const gate = new Chan<i32>();

function waiter(): void {
  gate.recv();
}

function forgotten(): void {
  new Chan<i32>().recv();
}

function starts(): void {
  go(waiter);
  go(forgotten);
}

/** Four goroutines that wait, two of them for ever: two through another one, which has labels, and two without. */
export function start(labels: bool, ancestors: i32): void {
  debug.setTracebackLabels(labels);
  debug.setTracebackAncestors(ancestors);
  pprof.withLabels(["tenant", "a b", "quoted", "x\":y"], () => { go(starts); });
  go(waiter);
  go(forgotten);
  for (let i = 0; i < 5; ++i) gosched();
}

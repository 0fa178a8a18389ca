// SPDX-License-Identifier: MIT
// One program with everything that profiles tell beside stacks and memory; also run by tests/host.
import { Chan, go, gosched, pprof } from "gopark/assembly";

const gate = new Chan<i32>();

function waiter(): void {
  gate.recv();
}

/** Three goroutines at one place, two of them labelled alike. */
export function labelled(): void {
  pprof.withLabels(["shard", "7", "req", "a \"b\""], () => {
    go(waiter);
    go(waiter);
  });
  go(waiter);
  gosched();
}

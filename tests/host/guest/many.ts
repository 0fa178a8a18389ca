// SPDX-License-Identifier: MIT
// Goroutines that wait for each other, come and go, as long as the host says so.
import { Chan, go, gosched, pprof } from "gopark/assembly";

/** Whether to go on: answered once in so many rounds. */
@blocking
@external("test", "more")
declare function more(): bool;

const N = 50;

function hop(from: Chan<i32>, to: Chan<i32>): void {
  while (true) to.send(from.recv() + 1);
}

function visitor(done: Chan<bool>): void {
  gosched();
  done.send(true);
}

function rounds(first: Chan<i32>, last: Chan<i32>): void {
  const done = new Chan<bool>(1);
  for (let i = 0; i < 2000; i++) {
    first.send(0);
    assert(last.recv() == N, "a hop is lost");
    go(visitor, done);
    done.recv();
  }
}

export function main(): void {
  const first = new Chan<i32>();
  let last = first;
  for (let i = 0; i < N; i++) {
    const next = new Chan<i32>();
    go(hop, last, next);
    last = next;
  }
  pprof.newProfile("rounds").add(7);
  while (more()) rounds(first, last);
}

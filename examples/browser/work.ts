// SPDX-License-Identifier: MIT
// Ten thousand goroutines count primes on a page that stays fluid, while one waits for a fetch.
//
//     npx gopark build --preempt examples/browser/work.ts
//     node examples/browser/serve.mjs
//
// --preempt lets a goroutine that only computes give way to the page after 10 ms. Without it the
// page gets its turn only when goroutines park.
import { Chan, WaitGroup, go } from "gopark/assembly";

@blocking @external("host", "fetchText") declare function fetchText(url: string): string;
@external("page", "show") declare function show(id: string, text: string): void;

const WORKERS = 10_000;
const SPAN = 400;

function isPrime(n: i32): bool {
  for (let d = 2; d * d <= n; ++d) if (n % d == 0) return false;
  return n > 1;
}

function count(from: i32, counts: Chan<i32>): void {
  let primes = 0;
  for (let n = from; n < from + SPAN; ++n) if (isPrime(n)) ++primes;
  counts.send(primes);
}

function fetchSlowly(): void {
  show("fetched", fetchText("slow"));
}

export function main(): void {
  const fetching = new WaitGroup();
  fetching.go(fetchSlowly);
  const counts = new Chan<i32>();
  for (let i = 0; i < WORKERS; ++i) go(count, i * SPAN, counts);
  let primes = 0;
  for (let i = 1; i <= WORKERS; ++i) {
    primes += counts.recv();
    if (i % 100 == 0) show("progress", `${i} of ${WORKERS} goroutines are done`);
  }
  show("primes", `${primes} primes below ${WORKERS * SPAN}`);
  fetching.wait();
}

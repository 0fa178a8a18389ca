// SPDX-License-Identifier: MIT
// The prime sieve of Go's tutorials: one goroutine for each prime, in a chain of channels.
//
//   gopark run examples/sieve.ts             prints the first 100 primes
//   gopark run examples/sieve.ts -- 2000     prints the 2,000th after that many goroutines
//
// How many goroutines wait where, while it runs, is one more command:
//
//   gopark pprof examples/sieve.ts goroutine --after 500 -- 20000 && go tool pprof -top goroutine.pb.gz
import { Chan, go } from "gopark/assembly";

@external("host", "args") declare function args(): string[];
@external("host", "write") declare function write(text: string): void;

/** Sends 2, 3, 4, … for ever. */
function generate(ch: Chan<i32>): void {
  for (let i = 2; ; i++) ch.send(i);
}

/** Passes on what prime does not divide. */
function filter(from: Chan<i32>, to: Chan<i32>, prime: i32): void {
  while (true) {
    const i = from.recv();
    if (i % prime != 0) to.send(i);
  }
}

export function main(): void {
  const argv = args();
  const n = argv.length ? I32.parseInt(argv[0]) : 100;
  let ch = new Chan<i32>();
  go(generate, ch);
  let line = "";
  for (let i = 1; i <= n; i++) {
    const prime = ch.recv();
    if (n <= 100) {
      line += `${prime}`.padStart(5);
      if (i % 10 == 0 || i == n) {
        write(line + "\n");
        line = "";
      }
    } else if (i == n) write(`prime number ${n} is ${prime}\n`);
    const next = new Chan<i32>();
    go(filter, ch, next, prime);
    ch = next;
  }
}

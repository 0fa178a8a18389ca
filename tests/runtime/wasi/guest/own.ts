// SPDX-License-Identifier: MIT
// Labelled goroutines, leaked ones among them, and profiles of its own, one of which is made late. Then it returns, exits or panics.
import { Chan, go, gosched, pprof } from "gopark/assembly";

@external("host", "args") declare function args(): string[];

const sessions = pprof.newProfile("own/sessions");
const gate = new Chan<i32>();

function wait(): void {
  gate.recv();
}

function forget(): void {
  new Chan<i32>().recv();
}

function login(n: i32): void {
  sessions.add(n);
}

export function main(): void {
  const how = args()[0];
  pprof.withLabels(["tenant", "ä 🎈", "shard", "7"], () => {
    go(wait);
    go(wait);
  });
  pprof.withLabels(["who", ""], () => { go(forget); });
  go(wait);
  gosched();
  for (let i = 0; i < 3; i++) login(i);
  sessions.remove(1);
  if (how != "early") pprof.newProfile("own/late").add("x");
  if (how == "exit") process.exit(3);
  if (how == "panic") throw new Error("enough");
}

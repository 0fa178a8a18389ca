// SPDX-License-Identifier: MIT
// What golden.test.ts scrapes over HTTP: goroutines that wait, strings that live, until it is killed.
import { Chan, go, time } from "gopark/assembly";

const kept: string[] = [];

function worker(jobs: Chan<i32>): void {
  for (let n = jobs.recv(); jobs.ok; n = jobs.recv()) kept.push("job " + n.toString());
}

export function main(): void {
  const jobs = new Chan<i32>();
  for (let i = 0; i < 3; i++) go(worker, jobs);
  for (let n = 0; n < 100_000; n++) jobs.send(n);
  time.sleep(time.Hour);
}

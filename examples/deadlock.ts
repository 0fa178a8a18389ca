// SPDX-License-Identifier: MIT
// A deadlock as it happens: the workers wait for main to take their results, main for the workers.
//
//   gopark run examples/deadlock.ts
//
// ends with status 2, and says of each goroutine what it waits for, where, and who started it.
// How many goroutines wait where, for go tool pprof, is one more command:
//
//   gopark pprof examples/deadlock.ts goroutine -o deadlock.pb.gz && go tool pprof -top deadlock.pb.gz
//
// The way out is to close results on a goroutine of its own: go(() => { wg.wait(); results.close(); })
import { Chan, WaitGroup, println } from "gopark/assembly";

class Job {
  constructor(public id: i32, public text: string) {}
}

const jobs = new Chan<Job>();
const results = new Chan<string>();
const wg = new WaitGroup();

function produce(n: i32): void {
  for (let i = 1; i <= n; i++) jobs.send(new Job(i, "job ".repeat(i)));
  jobs.close();
}

function process(job: Job): string {
  return `job ${job.id}: ${job.text.length} characters`;
}

function worker(): void {
  for (let job = jobs.recv(); jobs.ok; job = jobs.recv()) {
    results.send(process(job));
  }
}

export function main(): void {
  wg.go(produce, 10);
  for (let i = 0; i < 3; i++) wg.go(worker);

  wg.wait(); // the mistake: nobody receives the results meanwhile
  results.close();

  for (let r = results.recv(); results.ok; r = results.recv()) println(r);
}

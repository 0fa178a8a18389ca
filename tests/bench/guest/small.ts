// SPDX-License-Identifier: MIT
// A small program, for the time it takes to build one: workers, a buffered channel, a select.
import { Chan, Select, WaitGroup, go, println, time } from "gopark/assembly";

function worker(jobs: Chan<i32>, results: Chan<string>, wg: WaitGroup): void {
  for (let job = jobs.recv(); jobs.ok; job = jobs.recv()) {
    results.send(`job ${job} squared is ${job * job}`);
  }
  wg.done();
}

function closeAfter(results: Chan<string>, wg: WaitGroup): void {
  wg.wait();
  results.close();
}

export function main(): void {
  const jobs = new Chan<i32>(8);
  const results = new Chan<string>();
  const wg = new WaitGroup();
  wg.add(4);
  for (let i = 0; i < 4; i++) go(worker, jobs, results, wg);
  for (let i = 0; i < 8; i++) jobs.send(i);
  jobs.close();
  go(closeAfter, results, wg);
  const s = new Select();
  const result = s.recv(results);
  s.recv(time.after(time.Second));
  while (s.wait() == result && s.ok) println(s.value<string>());
}

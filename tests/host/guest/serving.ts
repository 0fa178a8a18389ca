// SPDX-License-Identifier: MIT
// What tests/host/serving.test.ts scrapes: it works until it is killed; "busy" computes at first, "brief" dies when somebody traces it.
import { Chan, go, pprof, time, trace } from "gopark/assembly";

@external("host", "args") declare function args(): string[];

const kept: string[] = [];

function worker(jobs: Chan<i32>): void {
  for (let n = jobs.recv(); jobs.ok; n = jobs.recv()) kept.push(n.toString());
}

/** Lets nobody in for so long. */
function compute(d: i64): void {
  for (const end = time.now() + d; time.now() < end; );
}

export function main(): void {
  pprof.newProfile("serving/jobs").add(1);
  const jobs = new Chan<i32>();
  for (let i = 0; i < 3; i++) go(worker, jobs);
  time.sleep(time.Millisecond);
  const how = args().length ? args()[0] : "";
  if (how == "busy") compute(3 * time.Second);
  if (how == "brief") {
    while (!trace.isEnabled()) time.sleep(time.Millisecond);
    throw new Error("enough");
  }
  for (let n = 0; ; n++) {
    jobs.send(n);
    time.sleep(time.Millisecond);
  }
}

// SPDX-License-Identifier: MIT
// What splice takes out of an array while the collector marks is kept by the array that it returns.
import { println } from "gopark/assembly";

class Job {
  text: string;
  constructor(public n: i32) {
    this.text = "job " + n.toString();
  }
}

class Queue {
  jobs: Job[] = [];
  batch: Job[] = [];
}

let made = 0;

function fill(queue: Queue): void {
  while (queue.jobs.length < 8) queue.jobs.push(new Job(made++));
}

/** How many of a batch are not what they were. */
function lost(batch: Job[]): i32 {
  let n = 0;
  for (let i = 0; i < batch.length; i++) if (batch[i].text != "job " + batch[i].n.toString()) n++;
  return n;
}

export function main(): void {
  const queues: Queue[] = [];
  for (let i = 0; i < 100; i++) {
    queues.push(new Queue());
    fill(queues[i]);
  }
  let bad = 0;
  for (let round = 0; round < 1500; round++) {
    const queue = queues[round * 7919 % 100];
    bad += lost(queue.batch);
    queue.batch = round & 1 ? queue.jobs.splice(0, 4) : queue.jobs.splice(4);
    fill(queue);
  }
  println("lost " + bad.toString());
}

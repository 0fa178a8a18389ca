// SPDX-License-Identifier: MIT
/**
 * Spreads jobs over processes: asc compiles on one thread, and a module may loop for ever.
 *
 * A worker is a built file that calls `serve`. Each does one job after the other; one that dies, or
 * takes too long, fails its job only, and another takes its place.
 *
 * @module
 */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";

const LONGEST = 180_000; // ms, for one job
const PROCESSES = availableParallelism();

/** Runs in a worker: answers each job. */
export function serve<J, R>(work: (job: J) => Promise<R>): void {
  process.on("message", (job: J) => {
    work(job).then(
      (result) => process.send!({ result }),
      (fault) => process.send!({ fault: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) }),
    );
  });
}

interface Answer<R> {
  readonly result?: R;
  readonly fault?: string;
}

/** What became of jobs: a promise each, in their order. Jobs start in that order too. */
export function spread<J, R>(worker: string, jobs: readonly J[]): Promise<R>[] {
  const settlers: ((answer: Answer<R>) => void)[] = [];
  const results = jobs.map((_, i) => new Promise<R>((resolve, reject) => {
    settlers[i] = ({ fault, result }) => (fault === undefined ? resolve(result as R) : reject(new Error(fault)));
  }));
  for (const result of results) result.catch(() => {}); // whoever asks is told
  let next = 0;
  const take = () => (next < jobs.length ? next++ : -1);
  for (let i = 0; i < Math.min(PROCESSES, jobs.length); i++) void workOff(worker, jobs, take, settlers);
  return results;
}

async function workOff<J, R>(
  worker: string,
  jobs: readonly J[],
  take: () => number,
  settlers: readonly ((answer: Answer<R>) => void)[],
): Promise<void> {
  let child: ChildProcess | null = null;
  for (let at = take(); at >= 0; at = take()) {
    child ??= fork(worker, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const answer = await ask<J, R>(child, jobs[at]!);
    if (!child.connected || answer.fault !== undefined) {
      child.kill("SIGKILL");
      child = null;
    }
    settlers[at]!(answer);
  }
  child?.disconnect();
}

function ask<J, R>(child: ChildProcess, job: J): Promise<Answer<R>> {
  return new Promise((resolve) => {
    const end = (answer: Answer<R>) => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(answer);
    };
    const timer = setTimeout(() => end({ fault: `no answer within ${LONGEST / 1000} s` }), LONGEST);
    child.once("message", (answer: Answer<R>) => end(answer));
    child.once("exit", (code, signal) => end({ fault: `the worker died: ${signal ?? `status ${code}`}` }));
    child.once("error", (error) => end({ fault: String(error) }));
    child.send(job as never);
  });
}

// SPDX-License-Identifier: MIT
// blockProfile and mutexProfile count who waited for whom; sleeping is not waiting.
import { Chan, Mutex, println, runtime, time, WaitGroup } from "gopark/assembly";

const ms = time.Millisecond;
const c = new Chan<i32>();
const m = new Mutex();

function receiver(): void {
  c.recv();
}

function sleeper(): void {
  time.sleep(2 * ms);
}

function locker(): void {
  m.lock();
  m.unlock();
}

function holder(): void {
  m.lock();
  time.sleep(300 * ms);
  m.unlock();
}

function names(stack: StaticArray<u32>): string {
  let text = "";
  const frames = runtime.callersFrames(stack, stack.length);
  for (let i = 0; i < frames.length; i++) text += `${i ? " < " : ""}${frames[i].function}:${frames[i].line}`;
  return text;
}

function tell(what: string, p: runtime.BlockProfileRecords, n: i32): void {
  const lines: string[] = [];
  for (let i = 0; i < n; i++) {
    const r = p.at(i);
    const long = r.cycles >= 50 * ms ? "long" : "short";
    lines.push(`  ${r.count} ${long} ${names(r.stack)}`);
  }
  println(`${what}:\n${lines.sort().join("\n")}`);
}

export function main(): void {
  println(`fraction ${runtime.setMutexProfileFraction(1)} ${runtime.setMutexProfileFraction(-1)}`);
  runtime.setBlockProfileRate(1);
  const wg = new WaitGroup();
  wg.go(receiver);
  wg.go(receiver);
  wg.go(sleeper);
  wg.go(holder);
  for (let i = 0; i < 3; i++) wg.go(locker);
  time.sleep(100 * ms);
  c.send(1);
  c.send(2);
  wg.wait();
  runtime.setBlockProfileRate(0);
  const none = new runtime.BlockProfileRecords(0);
  let p = new runtime.BlockProfileRecords(runtime.blockProfile(none));
  tell("block", p, runtime.blockProfile(p));
  p = new runtime.BlockProfileRecords(runtime.mutexProfile(none) + 1);
  tell("mutex", p, runtime.mutexProfile(p));
}

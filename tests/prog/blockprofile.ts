// SPDX-License-Identifier: MIT
// The block profile says where goroutines waited and how long, the mutex profile who held them up.
import { Chan, Mutex, Select, WaitGroup, go, gosched, println, runtime, time } from "gopark/assembly";

const c = new Chan<i32>();
const m = new Mutex();
const wg = new WaitGroup();

function receives(): void {
  c.recv();
}

function selects(): void {
  const s = new Select();
  s.recv(c);
  s.wait();
}

function locks(): void {
  m.lock();
  m.unlock();
}

function holds(): void {
  m.lock();
  gosched();
  time.sleep(2 * time.Millisecond);
  m.unlock();
}

function find(p: runtime.BlockProfileRecords, n: i32, name: string): runtime.BlockProfileRecord | null {
  for (let i = 0; i < n; i++) {
    const r = p.at(i);
    const frames = runtime.callersFrames(r.stack, r.stack.length);
    for (let k = 0; k < frames.length; k++) if (frames[k].function.endsWith(name)) return r;
  }
  return null;
}

function tell(p: runtime.BlockProfileRecords, n: i32, name: string): void {
  const r = find(p, n, name);
  if (r) println(`${name}: ${r.count} times, for a while: ${r.cycles > 1000000}`);
  else println(`${name}: none`);
}

function all(): void {
  wg.go(receives);
  wg.go(receives);
  wg.go(selects);
  gosched();
  time.sleep(2 * time.Millisecond);
  for (let i = 0; i < 3; i++) c.send(i);
  wg.wait();
  wg.go(locks);
  wg.go(holds); // runs first
  wg.wait();
}

function show(title: string): void {
  println("-- " + title);
  const p = new runtime.BlockProfileRecords(50);
  let n = runtime.blockProfile(p);
  tell(p, n, ".receives");
  tell(p, n, ".selects");
  tell(p, n, ".locks");
  n = runtime.mutexProfile(p);
  tell(p, n, ".holds");
  tell(p, n, ".locks");
}

export function main(): void {
  all();
  show("off");
  runtime.setBlockProfileRate(1);
  println(`fraction ${runtime.setMutexProfileFraction(1)} ${runtime.setMutexProfileFraction(-1)}`);
  all();
  show("on");
  all();
  show("again");
}

// SPDX-License-Identifier: MIT
// goroutineLeakProfile finds who waits for what nothing alive can reach, keeps what they hold, and spares all others.
import { Chan, Cond, context, go, gosched, Mutex, Once, println, runtime, RWMutex, Select, Semaphore, time, WaitGroup } from "gopark/assembly";

const known = new Chan<i32>();

class Pair {
  constructor(public inner: Chan<i32>, public text: string) {}
}

function recv(c: Chan<i32>): void { c.recv(); }
function send(c: Chan<i32>): void { c.send(1); }
function lock(m: Mutex): void { m.lock(); }
function rlock(rw: RWMutex): void { rw.rLock(); }
function wlock(rw: RWMutex): void { rw.lock(); }
function wait(wg: WaitGroup): void { wg.wait(); }
function acquire(s: Semaphore): void { s.acquire(); }
function acquireCtx(s: Semaphore, ctx: context.Context): void { s.acquireCtx(ctx); }
function condition(c: Cond): void { c.l.lock(); c.wait(); }
function select2(a: Chan<i32>, b: Chan<i32>): void {
  const s = new Select();
  s.recv(a);
  s.send(b, 1);
  s.wait();
}
function nilchan(): void { changetype<Chan<i32>>(0).recv(); }
function nocases(): void { new Select().wait(); }
/** Waits for a channel that only its partner has, which waits for one that only this one has. */
function partner(mine: Chan<i32>, yours: Chan<i32>): void {
  mine.recv();
  yours.send(1);
}
/** Waits for `first`, and would wake who waits for `second`. */
function relay(first: Chan<i32>, second: Chan<i32>): void {
  first.recv();
  second.send(1);
}
function holds(p: Pair): void {
  p.inner.recv();
  println(p.text);
}
function sleeper(c: Chan<i32>): void {
  time.sleep(time.Hour);
  c.send(1);
}
function ticked(c: Chan<i64>): void { c.recv(); }

function once(o: Once): void {
  o.do(() => { new Chan<i32>().recv(); });
}

function locked(): Mutex {
  const m = new Mutex();
  m.lock();
  return m;
}

function readlocked(): RWMutex {
  const rw = new RWMutex();
  rw.lock();
  return rw;
}

function leak(): void {
  go(recv, new Chan<i32>());
  go(send, new Chan<i32>());
  go(lock, locked());
  go(rlock, readlocked());
  go(wlock, readlocked());
  const wg = new WaitGroup();
  wg.add(1);
  go(wait, wg);
  go(acquire, new Semaphore(0));
  go(acquireCtx, new Semaphore(0), context.withCancel(context.background()));
  go(acquire, new Semaphore(0));
  go(condition, new Cond(new Mutex()));
  go(select2, new Chan<i32>(), new Chan<i32>());
  go(nilchan);
  go(nocases);
  const a = new Chan<i32>();
  const b = new Chan<i32>();
  go(partner, a, b);
  go(partner, b, a);
  go(holds, new Pair(new Chan<i32>(), "never"));
  const o = new Once();
  go(once, o);
  go(once, o);
}

function spare(): void {
  go(recv, known);
  go(select2, new Chan<i32>(), known);
  const mid = new Chan<i32>();
  const last = new Chan<i32>();
  go(recv, last);
  go(relay, mid, last);
  go(relay, known, mid); // known is alive, so all three can go on one day
  const slept = new Chan<i32>();
  go(sleeper, slept);
  go(recv, slept);
  go(ticked, time.after(time.Hour));
  const wg = new WaitGroup();
  wg.go(recv, known);
  go(wait, wg);
}

function frames(p: runtime.StackRecords, n: i32): string {
  const names: string[] = [];
  for (let i = 0; i < n; ++i) {
    const stack = p.stack(i);
    names.push(runtime.callersFrames(stack, 1)[0].function.substring(7));
  }
  return names.join(" ");
}

function settle(): void {
  for (let i = 0; i < 20; ++i) gosched();
}

function tell(what: string): void {
  const p = new runtime.StackRecords(40);
  const n = runtime.goroutineLeakProfile(p);
  println(`${what}: ${n} of ${runtime.numGoroutine()}: ${frames(p, n)}`);
}

function headers(): void {
  const buf = new Uint8Array(65536);
  const lines = String.UTF8.decodeUnsafe(buf.dataStart, runtime.stack(buf, true)).split("\n");
  for (let i = 0; i < lines.length; ++i) if (lines[i].includes("(leaked)")) println(lines[i]);
}

export function main(): void {
  tell("nothing yet");
  spare();
  settle();
  tell("none");
  leak();
  settle();
  tell("leaked");
  headers();
  tell("again");
  runtime.gc();
  for (let i = 0; i < 1000; ++i) new Pair(known, i.toString()); // would take the place of what was freed
  runtime.gc();
  tell("after two collections");
  const c = new Chan<i32>();
  go(recv, c);
  gosched();
  tell("while main has the channel");
  c.send(1);
}

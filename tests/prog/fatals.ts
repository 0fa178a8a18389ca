// SPDX-License-Identifier: MIT
// What ends a program with "fatal error:", every stack, and status 2. Each case is a run of its own.
// Cases: unlockOfUnlocked rUnlockOfUnlocked rwUnlockOfUnlocked rwUnlockOfRLocked condWithoutLock
// Cases: goOfNull mainGoexit mainGoexitLater mainGoexitAndDone
// Cases: deadlockRecv deadlockSend deadlockSelect deadlockEmptySelect deadlockNilCases deadlockNilRecv deadlockNilSend
// Cases: deadlockLocks deadlockAll deadlockNobodyElse stackOverflow outOfMemory
import {
  Chan, Cond, Mutex, RWMutex, Select, Semaphore, WaitGroup, context, debug, go, gosched, println, runtime, time,
} from "gopark/assembly";

@external("test", "pick") declare function pick(): string;

const c = new Chan<i32>();
const m = new Mutex();
const rw = new RWMutex();
const cond = new Cond(m);
const wg = new WaitGroup();
const sem = new Semaphore(1);

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function unlockOfUnlocked(): void {
  m.unlock();
}

function rUnlockOfUnlocked(): void {
  rw.rUnlock();
}

function rwUnlockOfUnlocked(): void {
  rw.unlock();
}

function rwUnlockOfRLocked(): void {
  rw.rLock();
  rw.unlock();
}

function condWithoutLock(): void {
  cond.wait();
}

function goOfNull(): void {
  go(changetype<() => void>(0));
}

function mainGoexit(): void {
  runtime.goexit();
}

function mainGoexitLater(): void {
  go(() => {
    settle();
    println("the last goroutine ends");
  });
  runtime.goexit();
}

function mainGoexitAndDone(): void {
  go((): void => {
    c.recv();
  });
  settle();
  runtime.goexit();
}

function deadlockRecv(): void {
  c.recv();
}

function deadlockSend(): void {
  c.send(1);
}

function deadlockSelect(): void {
  const s = new Select();
  s.recv(c);
  s.send(new Chan<string>(), "nobody wants it");
  s.wait();
}

function deadlockEmptySelect(): void {
  new Select().wait();
}

function deadlockNilCases(): void {
  const s = new Select();
  s.recv<i32>(null);
  s.enable(s.recv(c), false);
  s.wait();
}

function deadlockNilRecv(): void {
  changetype<Chan<i32>>(0).recv();
}

function deadlockNilSend(): void {
  changetype<Chan<string>>(0).send("");
}

function deadlockLocks(): void {
  m.lock();
  m.lock();
}

function reader(): void {
  rw.rLock();
}

function writer(): void {
  rw.lock();
}

function waiter(): void {
  m.lock();
  cond.wait();
}

function locker(): void {
  m.lock();
  m.lock();
}

/** Every way to wait, in one dump. */
function deadlockAll(): void {
  go((): void => {
    c.recv();
  });
  go((d: Chan<f64>): void => {
    d.send(1);
    d.send(2);
  }, new Chan<f64>(1));
  go(deadlockSelect);
  go(deadlockEmptySelect);
  go(waiter);
  settle();
  go(locker);
  rw.lock();
  go(reader);
  settle();
  go(writer);
  go(() => sem.acquire(2));
  go((): void => {
    context.withCancel(context.background()).done.recv();
  });
  settle();
  wg.add(1);
  wg.wait();
}

function deadlockNobodyElse(): void {
  // a stopped timer and a fired one do not keep a program alive
  new time.Timer(time.Hour).stop();
  time.after(time.Millisecond).recv();
  c.recv();
}

function down(n: i32): i32 {
  return down(n + 1) + 1;
}

function stackOverflow(): void {
  go(down, 0);
  wg.add(1);
  wg.wait();
}

function outOfMemory(): void {
  const keep = new Array<StaticArray<u8>>();
  while (true) {
    keep.push(new StaticArray<u8>(64 << 20));
  }
}

export function main(): void {
  const name = pick();
  if (name == "unlockOfUnlocked") unlockOfUnlocked();
  if (name == "rUnlockOfUnlocked") rUnlockOfUnlocked();
  if (name == "rwUnlockOfUnlocked") rwUnlockOfUnlocked();
  if (name == "rwUnlockOfRLocked") rwUnlockOfRLocked();
  if (name == "condWithoutLock") condWithoutLock();
  if (name == "goOfNull") goOfNull();
  if (name == "mainGoexit") mainGoexit();
  if (name == "mainGoexitLater") mainGoexitLater();
  if (name == "mainGoexitAndDone") mainGoexitAndDone();
  if (name == "deadlockRecv") deadlockRecv();
  if (name == "deadlockSend") deadlockSend();
  if (name == "deadlockSelect") deadlockSelect();
  if (name == "deadlockEmptySelect") deadlockEmptySelect();
  if (name == "deadlockNilCases") deadlockNilCases();
  if (name == "deadlockNilRecv") deadlockNilRecv();
  if (name == "deadlockNilSend") deadlockNilSend();
  if (name == "deadlockLocks") deadlockLocks();
  if (name == "deadlockAll") deadlockAll();
  if (name == "deadlockNobodyElse") deadlockNobodyElse();
  if (name == "stackOverflow") stackOverflow();
  if (name == "outOfMemory") {
    debug.setTraceback("single");
    outOfMemory();
  }
  println("still running");
}

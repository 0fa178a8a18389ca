// SPDX-License-Identifier: MIT
// The block and mutex profiles, from inside: the clock is the test's, so every time is known.

import { Chan, Cond, go, Mutex, RWMutex, runtime, Select, Semaphore, time, WaitGroup } from "gopark/assembly";
import { describe, expect, it } from "gopark/test";
import { elapse, settle, spawn } from "./harness";

const c = new Chan<i32>();
const m = new Mutex();
const rw = new RWMutex();
const wg = new WaitGroup();
const sem = new Semaphore(1);
const cond = new Cond(new Mutex());

function receives(): void {
  c.recv();
}

function locks(): void {
  m.lock();
  m.unlock();
}

/** The sum of the records of which `name` is in the stack: `count cycles`. */
function total(mutex: bool, name: string): string {
  const none = new runtime.BlockProfileRecords(0);
  const n = mutex ? runtime.mutexProfile(none) : runtime.blockProfile(none);
  const p = new runtime.BlockProfileRecords(n);
  if (mutex) runtime.mutexProfile(p);
  else runtime.blockProfile(p);
  let count: i64 = 0;
  let cycles: i64 = 0;
  for (let i = 0; i < n; ++i) {
    const r = p.at(i);
    const frames = runtime.callersFrames(r.stack, r.stack.length);
    let is = false;
    for (let k = 0; k < frames.length; ++k) is = is || frames[k].function.endsWith(name);
    if (!is) continue;
    count += r.count;
    cycles += r.cycles;
  }
  return `${count} ${cycles}`;
}

/** Lets fn wait for 1000 ns, until `wake` is called. */
function wait(fn: () => void, wake: () => void): void {
  go(fn);
  settle();
  elapse(1000);
  wake();
  elapse(50); // it is runnable: that is not waiting
  settle();
}

describe("blockProfile", () => {
  it("counts nothing until a rate is set", () => {
    const gp = spawn(receives);
    settle();
    c.send(1);
    settle();
    expect(gp.prof).toBe(0);
    expect(runtime.blockProfile(new runtime.BlockProfileRecords(0))).toBe(0);
  });

  it("counts a receive from its park until it is made ready", () => {
    runtime.setBlockProfileRate(1);
    wait(receives, () => { c.send(1); });
    expect(total(false, ".receives")).toBe("1 1000");
    wait(receives, () => { c.trySend(1); });
    expect(total(false, ".receives")).toBe("2 2000");
  });

  it("counts sends, selects, locks, groups, conditions, semaphores and closed channels", () => {
    runtime.setBlockProfileRate(1);
    wait((): void => { sends(); }, () => { c.recv(); });
    expect(total(false, ".sends")).toBe("1 1000");
    wait((): void => { selects(); }, () => { c.send(1); });
    expect(total(false, ".selects")).toBe("1 1000");
    m.lock();
    wait((): void => { locks(); }, () => { m.unlock(); });
    expect(total(false, ".locks")).toBe("1 1000");
    rw.lock();
    wait((): void => { reads(); }, () => { rw.unlock(); });
    expect(total(false, ".reads")).toBe("1 1000");
    wg.add(1);
    wait((): void => { joins(); }, () => { wg.done(); });
    expect(total(false, ".joins")).toBe("1 1000");
    wait((): void => { conditions(); }, () => { cond.signal(); });
    expect(total(false, ".conditions")).toBe("1 1000");
    sem.acquire();
    wait((): void => { acquires(); }, () => { sem.release(); });
    expect(total(false, ".acquires")).toBe("1 1000");
    wait((): void => { receives(); }, () => { c.close(); });
    expect(total(false, ".receives")).toBe("1 1000");
  });

  it("does not count sleeps and yields", () => {
    runtime.setBlockProfileRate(1);
    time.sleep(1000);
    runtime.gosched();
    expect(runtime.blockProfile(new runtime.BlockProfileRecords(0))).toBe(0);
  });

  it("takes a share of waits shorter than the rate, for as much more", () => {
    runtime.setBlockProfileRate(10_000);
    for (let i = 0; i < 20_000; ++i) {
      go(receives);
      settle();
      elapse(1000);
      c.send(1);
      settle();
    }
    // At most one in 128 is timed, for 128, at gaps of 1 to 255: 20,000 are expected, and six deviations are 5,600.
    const n = <f64>parseInt(total(false, ".receives"));
    expect(Math.abs(n - 20_000) < 5600).toBe(true);
  });

  it("counts every long wait, whether it is timed or not", () => {
    runtime.setBlockProfileRate(100_000);
    for (let i = 0; i < 500; ++i) {
      go(receives);
      settle();
      elapse(2_000_000);
      c.send(1);
      settle();
    }
    const text = total(false, ".receives");
    const n = <f64>parseInt(text);
    expect(n >= 480 && n <= 500).toBe(true, text); // until the scheduler knows that switches are far apart
    expect(Math.abs(<f64>parseInt(text.split(" ")[1]) / n - 2e6) < 1e5).toBe(true, text);
  });

  it("forgets who parked before it was turned off and on", () => {
    runtime.setBlockProfileRate(1);
    go(receives);
    settle();
    runtime.setBlockProfileRate(0);
    elapse(1000);
    runtime.setBlockProfileRate(1);
    c.send(1);
    settle();
    expect(total(false, ".receives")).toBe("0 0");
  });
});

function sends(): void {
  c.send(1);
}

function selects(): void {
  const s = new Select();
  s.recv(c);
  s.wait();
}

function reads(): void {
  rw.rLock();
  rw.rUnlock();
}

function joins(): void {
  wg.wait();
}

function conditions(): void {
  cond.l.lock();
  cond.wait();
  cond.l.unlock();
}

function acquires(): void {
  sem.acquire();
  sem.release();
}

function holder(): void {
  m.unlock();
}

function writer(): void {
  rw.unlock();
}

function writes(): void {
  rw.lock();
  rw.unlock();
}

function reader(): void {
  rw.rUnlock();
}

describe("mutexProfile", () => {
  it("charges who unlocks with all that was waited for it, once", () => {
    expect(runtime.setMutexProfileFraction(1)).toBe(0);
    m.lock();
    go(locks);
    settle();
    elapse(1000);
    go(locks);
    settle();
    elapse(500);
    holder();
    expect(total(true, ".holder")).toBe("1 2000");
    settle(); // the first of them hands the lock on at once: the other has waited for nobody since
    expect(total(true, ".locks")).toBe("1 0");
    expect(total(false, ".locks")).toBe("0 0"); // the block profile is off
  });

  it("charges an unlock for every reader that it lets in", () => {
    runtime.setMutexProfileFraction(1);
    rw.lock();
    go(reads);
    go(reads);
    settle();
    elapse(100);
    writer();
    expect(total(true, ".writer")).toBe("2 200");
    settle();
  });

  it("charges who gives up writing with the writers' waits, too, and readers with what follows", () => {
    runtime.setMutexProfileFraction(1);
    rw.lock();
    go(writes);
    settle();
    elapse(500);
    go(reads);
    settle();
    elapse(1000);
    writer();
    expect(total(true, ".writer")).toBe("2 2500");
    elapse(30); // the writer waits for the reader that was let in
    settle();
    expect(total(true, ".reads")).toBe("1 30");
  });

  it("charges the last reader for the writer that it lets in, and that writer for those behind it", () => {
    runtime.setMutexProfileFraction(1);
    rw.rLock();
    go(writes);
    settle();
    elapse(100);
    go(writes);
    settle();
    elapse(100);
    reader();
    expect(total(true, ".reader")).toBe("1 200");
    settle();
    expect(total(true, ".writes")).toBe("1 100");
  });

  it("counts one unlock in `rate`, for as much more, and tells the rate when asked", () => {
    runtime.setMutexProfileFraction(10);
    expect(runtime.setMutexProfileFraction(-1)).toBe(10);
    for (let i = 0; i < 5000; ++i) {
      m.lock();
      go(locks);
      settle();
      elapse(10);
      holder();
      settle();
    }
    const n = <f64>parseInt(total(true, ".holder"));
    expect(Math.abs(n - 5000) < 1273).toBe(true);
  });

  it("counts no unlock that nobody waited for", () => {
    runtime.setMutexProfileFraction(1);
    locks();
    expect(runtime.mutexProfile(new runtime.BlockProfileRecords(0))).toBe(0);
  });
});

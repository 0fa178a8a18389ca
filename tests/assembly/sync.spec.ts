// SPDX-License-Identifier: MIT
// Locks and groups: who gets them, in which order.

import { Cond, go, gosched, Mutex, Once, runtime, RWMutex, Semaphore, WaitGroup } from "gopark/assembly";
import { Gdead, Gwaiting, waitCondWait, waitMutexLock, waitRWMutexLock, waitRWMutexRLock, waitSemacquire, waitWaitGroupWait } from "gopark/assembly/sys/status";
import { describe, expect, it, panicOf } from "gopark/test";
import { settle, spawn } from "./harness";

let m = new Mutex();
let rw = new RWMutex();
let wg = new WaitGroup();
let once = new Once();
let cond = new Cond(m);
let sem = new Semaphore(3);
let log = "";

function say(s: string): void {
  log += s;
}

describe("Mutex", () => {
  it("goes to those who wait in their order", () => {
    m.lock();
    for (let i = 0; i < 3; ++i) {
      go((n: i32): void => {
        m.lock();
        say(`${n}`);
        m.unlock();
      }, i);
      gosched();
    }
    m.unlock();
    settle();
    expect(log).toBe("012");
  });
  it("is never free while it is handed over", () => {
    m.lock();
    const gp = spawn(() => {
      m.lock();
      say("got");
    });
    gosched();
    expect(gp.waitreason).toBe(waitMutexLock);
    m.unlock();
    expect(m.tryLock()).toBe(false);
    settle();
    expect(log).toBe("got");
  });
  it("cannot be unlocked when it is not locked", () => {
    expect(panicOf(() => { m.unlock(); })).toBe("fatal error: sync: unlock of unlocked mutex");
  });
});

describe("RWMutex", () => {
  it("lets readers in together", () => {
    rw.rLock();
    expect(rw.tryRLock()).toBe(true);
    expect(rw.tryLock()).toBe(false);
  });
  it("keeps new readers out while a writer waits, then lets all of them in", () => {
    rw.rLock();
    const writer = spawn(() => {
      rw.lock();
      say("w");
      rw.unlock();
    });
    gosched();
    expect(writer.waitreason).toBe(waitRWMutexLock);
    expect(rw.tryRLock()).toBe(false);
    for (let i = 0; i < 2; ++i) {
      const reader = spawn(() => {
        rw.rLock();
        say("r");
      });
      gosched();
      expect(reader.waitreason).toBe(waitRWMutexRLock);
    }
    rw.rUnlock();
    settle();
    expect(log).toBe("wrr");
    expect(rw.tryLock()).toBe(false);
  });
  it("cannot be unlocked by who does not hold it", () => {
    expect(panicOf(() => { rw.unlock(); })).toBe("fatal error: sync: Unlock of unlocked RWMutex");
    expect(panicOf(() => { rw.rUnlock(); })).toBe("fatal error: sync: RUnlock of unlocked RWMutex");
  });
});

describe("WaitGroup", () => {
  it("wakes all who wait when the count is zero", () => {
    wg.add(2);
    for (let i = 0; i < 2; ++i) {
      const gp = spawn(() => {
        wg.wait();
        say("!");
      });
      gosched();
      expect(gp.waitreason).toBe(waitWaitGroupWait);
    }
    wg.done();
    settle();
    expect(log).toBe("");
    wg.done();
    settle();
    expect(log).toBe("!!");
  });
  it("does not wait for nothing", () => {
    wg.wait();
    expect(log).toBe("");
  });
  it("counts the goroutines it has started, with their arguments", () => {
    wg.go((a: string, n: i32): void => { say(a + n.toString()); }, "a", 1);
    wg.go(() => { gosched(); say("b"); });
    wg.wait();
    expect(log).toBe("a1b");
  });
  it("panics below zero", () => {
    expect(panicOf(() => { wg.done(); })).toBe("panic: sync: negative WaitGroup counter");
  });
});

describe("Once", () => {
  it("makes a second caller wait until the first is done", () => {
    const first = (): void => { once.do(() => { gosched(); say("1"); }); };
    go(first);
    gosched();
    const second = spawn(() => {
      once.do(() => { say("again"); });
      say("2");
    });
    settle();
    expect(second.status).not.toBe(Gwaiting);
    expect(log).toBe("12");
  });
});

describe("Once whose function", () => {
  it("calls goexit is done, and lets a second caller go on", () => {
    go(() => { once.do(() => { gosched(); runtime.goexit(); }); });
    gosched();
    const second = spawn(() => {
      once.do(() => { say("again"); });
      say("2");
    });
    settle();
    expect(second.status).toBe(Gdead);
    expect(log).toBe("2");
  });
  it("dies is nobody's any more when a goroutine calls goexit later", () => {
    panicOf(() => { new Once().do(() => { throw new Error("inside"); }); });
    __collect();
    go(() => { once.do(() => { runtime.goexit(); }); });
    settle();
    once.do(() => { say("again"); });
    expect(log).toBe("");
  });
});

describe("Cond", () => {
  it("wakes who has waited longest, with the lock", () => {
    for (let i = 0; i < 3; ++i) {
      go((n: i32): void => {
        m.lock();
        cond.wait();
        expect(m.tryLock()).toBe(false);
        say(`${n}`);
        m.unlock();
      }, i);
      gosched();
    }
    cond.signal();
    settle();
    expect(log).toBe("0");
    cond.signal();
    settle();
    expect(log).toBe("01");
  });
  it("wakes all at a broadcast, one after the other for the lock", () => {
    for (let i = 0; i < 3; ++i) {
      go(() => {
        m.lock();
        cond.wait();
        gosched();
        say("!");
        m.unlock();
      });
      gosched();
    }
    cond.broadcast();
    settle();
    expect(log).toBe("!!!");
  });
  it("gives the lock up while it waits", () => {
    const gp = spawn(() => {
      m.lock();
      cond.wait();
    });
    gosched();
    expect(gp.waitreason).toBe(waitCondWait);
    expect(m.tryLock()).toBe(true);
  });
  it("forgets a signal that nobody waits for", () => {
    cond.signal();
    const gp = spawn(() => {
      m.lock();
      cond.wait();
    });
    settle();
    expect(gp.status).toBe(Gwaiting);
  });
});

describe("Semaphore", () => {
  it("serves a large wish before later small ones", () => {
    sem.acquire(2);
    const large = spawn(() => {
      sem.acquire(3);
      say("L");
      sem.release(3);
    });
    gosched();
    expect(large.waitreason).toBe(waitSemacquire);
    go(() => {
      sem.acquire();
      say("s");
      sem.release();
    });
    settle();
    expect(log).toBe("");
    sem.release(2);
    settle();
    expect(log).toBe("Ls");
  });
  it("panics when more is released than was held", () => {
    expect(panicOf(() => { sem.release(); })).toBe("panic: semaphore: released more than held");
  });
});

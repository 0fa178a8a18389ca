// SPDX-License-Identifier: MIT
// The heap of timers. Its functions run where checktimers is called: here.

import { time } from "gopark/assembly";
import { addtimer, checktimers, deltimer, heaptimer, newtimer, nexttimer, Timer } from "gopark/assembly/sched/timer";
import { cheaprandn } from "gopark/assembly/sys/rand";
import { sched } from "gopark/assembly/sys/types";
import { describe, expect, it } from "gopark/test";
import { elapse } from "./harness";

const fired: usize[] = [];
const when: f64[] = [];

function record(arg: usize, now: f64): void {
  fired.push(arg);
  when.push(now);
}

function timer(arg: usize): Timer {
  const f: (arg: usize, now: f64) => void = record;
  return newtimer(changetype<usize>(f), arg, false);
}

/** Parents come before children, and each timer knows where it is. */
function checkheap(): void {
  for (let i = 0; i < sched.ntimers; ++i) {
    const t = heaptimer(i);
    expect(t.index).toBe(i);
    if (!i) continue;
    const p = heaptimer((i - 1) >> 2);
    expect(p.when < t.when || p.when == t.when && p.seq < t.seq).toBe(true);
  }
}

describe("checktimers", () => {
  it("fires what is due, in the order of time", () => {
    addtimer(timer(3), 30);
    addtimer(timer(1), 10);
    addtimer(timer(2), 20);
    expect(checktimers(20)).toBe(true);
    expect(fired).toStrictEqual([1, 2]);
    expect(nexttimer()).toBe(30);
  });
  it("fires in the order of age when times are equal", () => {
    for (let i = 0; i < 20; ++i) addtimer(timer(i), 5);
    checktimers(5);
    for (let i = 0; i < 20; ++i) expect(fired[i]).toBe(i);
  });
  it("does nothing when nothing is due", () => {
    addtimer(timer(1), 10);
    expect(checktimers(9.5)).toBe(false);
    expect(fired.length).toBe(0);
  });
});

describe("the heap", () => {
  it("sorts any sequence", () => {
    for (let i = 0; i < 300; ++i) {
      addtimer(timer(i), cheaprandn(100));
      if (i % 50 == 0) checkheap();
    }
    checkheap();
    let last: f64 = -1;
    while (sched.ntimers) {
      const next = nexttimer();
      expect(next >= last).toBe(true);
      last = next;
      checktimers(next);
    }
    expect(fired.length).toBe(300);
  });
  it("stays one when any timer is stopped", () => {
    const all: Timer[] = [];
    for (let i = 0; i < 200; ++i) {
      const t = timer(i);
      all.push(t);
      addtimer(t, cheaprandn(50));
    }
    for (let i = 0; i < 200; i += 2) expect(deltimer(all[(i * 7) % 200])).toBe(true);
    checkheap();
    expect(sched.ntimers).toBe(100);
    checktimers(50);
    for (let i = 0; i < fired.length; ++i) expect(fired[i] % 2).toBe(1);
    expect(fired.length).toBe(100);
  });
});

describe("deltimer", () => {
  it("is false for a timer that has fired or was stopped", () => {
    const t = timer(1);
    expect(deltimer(t)).toBe(false);
    addtimer(t, 1);
    checktimers(1);
    expect(t.index).toBe(-1);
    expect(deltimer(t)).toBe(false);
    addtimer(t, 2);
    expect(deltimer(t)).toBe(true);
    expect(deltimer(t)).toBe(false);
  });
});

describe("nexttimer", () => {
  it("is −1 when there is none", () => {
    expect(nexttimer()).toBe(-1);
  });
});

describe("a periodic timer", () => {
  it("is set for its next time before its function runs", () => {
    const t = timer(1);
    t.period = 10;
    addtimer(t, 5);
    checktimers(5);
    expect(t.when).toBe(15);
  });
  it("skips what it has missed and keeps its phase", () => {
    const t = timer(1);
    t.period = 10;
    addtimer(t, 5);
    checktimers(38);
    expect(fired.length).toBe(1);
    expect(t.when).toBe(45);
  });
});

describe("sleep", () => {
  it("ends at its time, and leaves its timer for the next sleep", () => {
    const start = time.now();
    time.sleep(5 * time.Millisecond);
    expect(time.now() - start).toBe(5 * time.Millisecond);
    expect(sched.ntimers).toBe(0);
    const kept = sched.timerfree;
    expect(kept).not.toBe(0);
    time.sleep(1);
    expect(sched.timerfree).toBe(kept);
  });
  it("of nothing, or less, does not park", () => {
    time.sleep(0);
    time.sleep(-1);
    expect(sched.timerfree).toBe(0);
  });
});

describe("a Timer", () => {
  it("keeps nothing to be received after stop", () => {
    const t = new time.Timer(10);
    elapse(20);
    checktimers(<f64>time.now());
    expect(t.stop()).toBe(true);
    t.c.tryRecv();
    expect(t.c.ok).toBe(false);
  });
  it("sends the instant it was due, however late it fires", () => {
    const due = time.now() + 10;
    const t = new time.Timer(10);
    elapse(500);
    checktimers(<f64>time.now());
    expect(t.c.recv()).toBe(due);
  });
  it("is kept alive by the heap until it fires", () => {
    const c = time.after(10);
    __collect();
    new Array<i32>(1000);
    expect(c.recv()).toBe(time.now());
  });
});

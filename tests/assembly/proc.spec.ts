// SPDX-License-Identifier: MIT
// Goroutines from go to their end, as the scheduler sees them.

import { Chan, go, runtime } from "gopark/assembly";
import { goexit, gosched, gcount } from "gopark/assembly/sched/proc";
import { Gdead, Grunnable, Grunning, Gwaiting, waitChanReceive } from "gopark/assembly/sys/status";
import { G, getg, p0, sched } from "gopark/assembly/sys/types";
import { describe, expect, it, panicOf } from "gopark/test";
import { settle, spawn } from "./harness";

let log = "";
let never: Chan<i32> = new Chan<i32>();
let seen: G | null = null;

function say(s: string): void {
  log += s;
}

describe("go", () => {
  it("makes the new goroutine runnable, and next", () => {
    const gp = spawn(() => {});
    expect(gp.status).toBe(Grunnable);
    expect(p0.runnext == gp).toBe(true);
  });
  it("does not run it before the caller parks", () => {
    go(say, "a");
    expect(log).toBe("");
    gosched();
    expect(log).toBe("a");
  });
  it("lets the newest go first and the others in their order", () => {
    go(say, "a");
    go(say, "b");
    go(say, "c");
    gosched();
    expect(log).toBe("cab");
  });
  it("gives rising ids and remembers who said go, and where", () => {
    const a = spawn(() => {});
    const b = spawn(() => {});
    expect(b.goid).toBe(a.goid + 1);
    expect(a.parentgoid).toBe(getg().goid);
    expect(a.gopc).not.toBe(0);
  });
  it("takes the memory of a dead goroutine before any new", () => {
    const first = spawn(() => {});
    const id = first.goid;
    settle();
    const second = spawn(() => {});
    expect(second == first).toBe(true);
    expect(second.goid).toBe(id + 1);
  });
  it("forgets a dead goroutine's arguments", () => {
    go(say, "a");
    settle();
    const gp = spawn(() => {});
    expect(gp.argmask).toBe(0);
    expect(gp.stackpos).toBe(gp.stackbase);
  });
  it("of nothing is fatal", () => {
    expect(panicOf(() => { spawn(changetype<() => void>(0)); })).toBe("fatal error: go of nil func value");
  });
});

describe("a goroutine", () => {
  it("is running while it runs, and is what getg gives", () => {
    const gp = spawn(() => {
      seen = getg();
      expect(getg().status).toBe(Grunning);
    });
    gosched();
    expect(seen == gp).toBe(true);
  });
  it("waits, with a reason, while it is parked", () => {
    const gp = spawn(() => { never.recv(); });
    gosched();
    expect(gp.status).toBe(Gwaiting);
    expect(gp.waitreason).toBe(waitChanReceive);
  });
  it("is runnable after gosched", () => {
    const gp = spawn(() => { gosched(); });
    gosched();
    expect(gp.status).toBe(Grunnable);
  });
  it("is dead and free when its function has returned", () => {
    const gp = spawn(() => {});
    const ended = sched.nended;
    gosched();
    expect(gp.status).toBe(Gdead);
    expect(p0.gfree == gp).toBe(true);
    expect(sched.nended).toBe(ended + 1);
  });
  it("stays in allg for ever", () => {
    const gp = spawn(() => {});
    settle();
    let found = false;
    let g = sched.allg;
    while (g) {
      if (g == gp) found = true;
      g = g.alllink;
    }
    expect(found).toBe(true);
  });
});

describe("gcount", () => {
  it("counts those that are not dead, the caller included", () => {
    expect(gcount()).toBe(1);
    spawn(() => {});
    spawn(() => { never.recv(); });
    expect(gcount()).toBe(3);
    settle();
    expect(gcount()).toBe(2);
  });
});

describe("gosched", () => {
  it("runs everyone else once before the caller", () => {
    for (let i = 0; i < 3; ++i) {
      go((n: i32): void => {
        say(`${n}`);
        gosched();
        say(`${n}`);
      }, i);
    }
    gosched();
    expect(log).toBe("201");
    gosched();
    expect(log).toBe("201201");
  });
});

function deep(n: i32): void {
  if (n) {
    deep(n - 1);
    say("!");
  } else goexit();
}

describe("goexit", () => {
  it("runs nothing of the goroutine any more, however deep it is", () => {
    const gp = spawn(() => {
      deep(10);
      say("!");
    });
    gosched();
    expect(log).toBe("");
    expect(gp.status).toBe(Gdead);
    expect(gp.stackpos).toBe(gp.stackbase);
  });
  it("leaves the others alone", () => {
    go(() => { runtime.goexit(); });
    go(say, "a");
    settle();
    expect(log).toBe("a");
  });
});

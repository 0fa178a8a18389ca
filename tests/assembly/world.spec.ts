// SPDX-License-Identifier: MIT
// worldsema, behind every stop of the world.

import { starttheworld, stoptheworld } from "gopark/assembly/sync/world";
import { starttheworldall } from "gopark/assembly/sched/stop";
import { m0, sched } from "gopark/assembly/sys/types";
import { describe, expect, it, panicOf } from "gopark/test";

describe("stoptheworld", () => {
  it("takes the semaphore and gives it back", () => {
    expect(sched.worldsema).toBe(1);
    stoptheworld();
    expect(sched.worldsema).toBe(0);
    expect(m0.locks).toBe(1);
    starttheworld();
    expect(sched.worldsema).toBe(1);
    expect(m0.locks).toBe(0);
  });
  it("twice is a bug of the runtime's", () => {
    expect(panicOf(() => {
      stoptheworld();
      stoptheworld();
    })).toBe("fatal error: stoptheworld: worldsema is taken");
  });
});

describe("starttheworld", () => {
  it("of a world that runs is one too", () => {
    expect(panicOf(() => { starttheworldall(); })).toBe("fatal error: starttheworld: not stopped");
  });
});

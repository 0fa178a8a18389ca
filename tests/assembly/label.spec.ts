// SPDX-License-Identifier: MIT
// Labels from inside: who pays for them, and what a set is.

import { debug, pprof } from "gopark/assembly";
import { labelsof } from "gopark/assembly/profile/label";
import { getg } from "gopark/assembly/sys/types";
import { describe, expect, it, panicOf } from "gopark/test";
import { settle, spawn } from "./harness";

describe("labels", () => {
  it("cost a goroutine no record while there are none", () => {
    pprof.setGoroutineLabels([]);
    expect(getg().prof).toBe(0);
    expect(spawn(() => {}).prof).toBe(0);
    settle();
  });

  it("are ordered by key, and the later of two values wins", () => {
    pprof.withLabels(["b", "1", "a", "2", "b", "3"], () => {
      const set = labelsof(getg())!;
      expect(set.join()).toBe("a,2,b,3");
    });
    expect(labelsof(getg()) === null).toBe(true);
  });

  it("are shared by those who inherit them", () => {
    pprof.setGoroutineLabels(["k", "v"]);
    const gp = spawn(() => {});
    expect(changetype<usize>(labelsof(gp))).toBe(changetype<usize>(labelsof(getg())));
    settle();
  });

  it("are given up with the goroutine", () => {
    pprof.setGoroutineLabels(["k", "v"]);
    const gp = spawn(() => {});
    pprof.setGoroutineLabels([]);
    settle();
    expect(changetype<usize>(spawn(() => {}))).toBe(changetype<usize>(gp));
    expect(labelsof(gp) === null).toBe(true);
    settle();
  });

  it("die of a key without a value", () => {
    expect(panicOf(() => { pprof.setGoroutineLabels(["k"]); })).toBe("panic: uneven number of arguments to pprof.Labels");
  });

  it("are off in headers until asked for", () => {
    expect(debug.setTracebackLabels(true)).toBe(false);
    expect(debug.setTracebackLabels(false)).toBe(true);
  });
});

// SPDX-License-Identifier: MIT
import { cheaprandn } from "gopark/assembly/sys/rand";
import { sched } from "gopark/assembly/sys/types";
import { describe, expect, it } from "gopark/test";

describe("cheaprandn", () => {
  it("stays below n", () => {
    for (let n: u32 = 1; n < 100; ++n) expect(cheaprandn(n) < n).toBe(true);
  });
  it("takes its seed from the host, once", () => {
    sched.random = 0;
    cheaprandn(2);
    expect(sched.random).not.toBe(0);
  });
  it("gives the same numbers after the same state", () => {
    sched.random = 12345;
    const a = [cheaprandn(1000), cheaprandn(1000), cheaprandn(1000)];
    sched.random = 12345;
    const b = [cheaprandn(1000), cheaprandn(1000), cheaprandn(1000)];
    expect(a).toStrictEqual(b);
  });
  it("hits every number about equally often", () => {
    const n = new Array<i32>(10);
    for (let i = 0; i < 10000; ++i) n[cheaprandn(10)]++;
    for (let i = 0; i < 10; ++i) expect(n[i] > 800 && n[i] < 1200).toBe(true);
  });
});

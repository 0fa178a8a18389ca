// SPDX-License-Identifier: MIT
// One test for each way to fail.
import { Chan, go, gosched, println } from "gopark/assembly";
import { afterEach, beforeEach, describe, expect, it, itThrows, panicOf } from "gopark/test";

@blocking @external("host", "readFile") declare function readFile(path: string): string;

let n = 0;

it("wants another", () => {
  println("printed before");
  expect([1.5, 2]).toEqual([1.5, 3], "the second");
});
it("wants not", () => { expect("a").not.toBe("a"); });
it("deadlocks", () => { new Chan<i32>().recv(); });
it("panics elsewhere", () => {
  go(() => { throw new Error("elsewhere"); });
  gosched();
});
it("traps", () => { load<i32>(-8); });
it("loops", () => { while (true) n++; });
it("yields for ever", () => { while (true) gosched(); });
it("is refused by the host", () => { readFile("no/such/file"); });
it("parks below the host", () => { panicOf(() => { new Chan<i32>().recv(); }); });
itThrows("lives", () => {});
itThrows("dies otherwise", () => { throw new Error("this"); }, "panic: that");
describe("a hook", () => {
  describe("before", () => {
    beforeEach(() => { throw new Error("before"); });
    it("fails its test", () => {});
  });
  describe("after", () => {
    afterEach(() => { throw new Error("after"); });
    it("fails its test", () => {});
  });
});
it("is well", () => { expect(n).toBe(0); });

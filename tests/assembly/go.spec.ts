// SPDX-License-Identifier: MIT
// Arguments of every type and number, on the new goroutine's stack.

import { Chan, go } from "gopark/assembly";
import { gocall } from "gopark/assembly/api/go";
import { describe, expect, it } from "gopark/test";
import { settle } from "./harness";

let log = "";
let c = new Chan<i32>();

describe("go", () => {
  it("passes no to six arguments", () => {
    go(() => { log += "0"; });
    settle();
    go((a: i32): void => { log += `${a}`; }, 1);
    settle();
    go((a: i32, b: i32): void => { log += `${b}`; }, 1, 2);
    settle();
    go((a: i32, b: i32, c: i32): void => { log += `${c}`; }, 1, 2, 3);
    settle();
    go((a: i32, b: i32, c: i32, d: i32): void => { log += `${d}`; }, 1, 2, 3, 4);
    settle();
    go((a: i32, b: i32, c: i32, d: i32, e: i32): void => { log += `${e}`; }, 1, 2, 3, 4, 5);
    settle();
    go((a: i32, b: i32, c: i32, d: i32, e: i32, f: i32): void => { log += `${f}`; }, 1, 2, 3, 4, 5, 6);
    settle();
    expect(log).toBe("0123456");
  });
  it("passes every type through", () => {
    go((a: u8, b: i64, c: f32, d: f64, e: bool, f: string): void => {
      log = `${a} ${b} ${c} ${d} ${e} ${f}`;
    }, <u8>255, i64.MIN_VALUE, <f32>0.5, 0.1, true, "s");
    settle();
    expect(log).toBe("255 -9223372036854775808 0.5 0.1 true s");
  });
  it("sets a bit for each argument that is a reference, and for no other", () => {
    const gp = gocall<(a: string, b: i32, c: Chan<i32>) => void, string, i32, Chan<i32>, i32, i32, i32>(
      (a: string, b: i32, c: Chan<i32>): void => {}, "a", 1, c, 0, 0, 0, 0);
    expect(gp.argmask).toBe(0b101);
    expect(gp.stackbase - gp.stack).toBe(24);
  });
});

// SPDX-License-Identifier: MIT
// All words, where everything is as it should be.
import { Chan, context, go, gosched, println, time, WaitGroup } from "gopark/assembly";
import { afterEach, beforeEach, describe, expect, it, itThrows, panicOf, test, throws, todo, xit, xtest } from "gopark/test";

@blocking @external("host", "readFile") declare function readFile(path: string): string;
@external("host", "write") declare function write(text: string): void;

class Point {
  constructor(public x: i32, public y: i32) {}

  @operator("==") protected static equals(a: Point, b: Point): bool {
    return a.x == b.x && a.y == b.y;
  }
}

let n = 0;
let trail = "";

describe("a test", () => {
  it("finds module level as it is written", () => { expect(n++).toBe(0); });
  it("finds it so again", () => { expect(n++).toBe(0); });
  it("may park", () => {
    const c = new Chan<string>();
    go((c: Chan<string>) => { c.send("x"); }, c);
    expect(c.recv()).toBe("x");
  });
  it("sleeps for 90 days, to the nanosecond", () => {
    const start = time.now();
    time.sleep(90 * 24 * time.Hour + 1);
    expect(time.now() - start).toBe(90 * 24 * time.Hour + 1);
  });
  it("lets no time pass while it works", () => {
    const start = time.now();
    for (let i = 0; i < 1000; i++) gosched();
    expect(time.now()).toBe(start);
  });
  it("calls the host", () => { expect(readFile("package.json")).toInclude("\"gopark\""); });
  it("prints what nobody sees", () => { println("to standard error"); write("to standard output\n"); });
  it("may have a context end its wait", () => {
    const ctx = context.withTimeout(context.background(), time.Second);
    new Chan<i32>(1).send(1);
    ctx.done.recv();
    expect(ctx.err).toBe("context deadline exceeded");
  });
});

describe("beforeEach", () => {
  beforeEach(() => { trail += "a"; });
  beforeEach(() => { time.sleep(1); trail += "b"; });
  afterEach(() => { expect(trail).toBe("abcX"); });
  describe("of groups in groups", () => {
    beforeEach(() => { trail += "c"; });
    afterEach(() => { trail += "X"; });
    it("comes outer first, afterEach inner first", () => { expect(trail).toBe("abc"); });
  });
});

describe("expect", () => {
  test("toBe", () => {
    expect(1).toBe(1);
    expect<f64>(NaN).toBe(NaN);
    expect("a" + n.toString()).toBe("a0");
    expect<string | null>(null).toBe(null);
    const p = new Point(1, 2);
    expect(p).toBe(p);
    expect(p).not.toBe(new Point(1, 2));
    expect(true).not.toBe(false);
  });
  test("toEqual and toStrictEqual", () => {
    expect([[1], [2, 3]]).toEqual([[1], [2, 3]]);
    expect([[1], [2, 3]]).not.toEqual([[1], [2, 4]]);
    expect(["a", "b"]).toStrictEqual(["a", "b"]);
    expect([1]).not.toEqual([1, 2]);
    expect(new Uint8Array(2)).toEqual(new Uint8Array(2));
    expect(new Point(1, 2)).toEqual(new Point(1, 2));
    expect(new Point(1, 2)).not.toEqual(new Point(2, 1));
    expect(StaticArray.fromArray<i64>([1, 2])).toEqual(StaticArray.fromArray<i64>([1, 2]));
  });
  test("truth", () => {
    expect(1).toBeTruthy();
    expect("").toBeFalsy();
    expect<Point | null>(null).toBeNull();
    expect<Point | null>(new Point(0, 0)).not.toBeNull();
  });
  test("numbers", () => {
    expect(2).toBeGreaterThan(1);
    expect(2).toBeGreaterThanOrEqual(2);
    expect<u64>(2).toBeLessThan(3);
    expect(2.5).not.toBeLessThanOrEqual(2);
    expect(0.1 + 0.2).toBeCloseTo(0.3);
    expect(1.0).not.toBeCloseTo(1.01);
    expect<f32>(NaN).toBeNaN();
    expect(Infinity).not.toBeFinite();
  });
  test("what has parts", () => {
    expect([1, 2, 3]).toHaveLength(3);
    expect("abc").toContain("b");
    expect(["x"]).not.toInclude("y");
  });
  test("toThrow", () => {
    expect(() => { throw new Error("no"); }).toThrow();
    expect(() => {}).not.toThrow();
  });
});

describe("panicOf", () => {
  it("gives the first line of a death, and the test goes on", () => {
    println("before");
    expect(panicOf(() => { throw new Error("no"); })).toBe("panic: no");
    expect(panicOf(() => { load<i32>(-8); })).toInclude("trap: ");
    expect(panicOf(() => {})).toBe("");
    const wg = new WaitGroup();
    wg.go(() => { gosched(); });
    wg.wait();
  });
});

itThrows("a deadlock", () => { new Chan<i32>().recv(); }, "fatal error: all goroutines are asleep - deadlock!");
throws("anything", () => { unreachable(); });
todo("an idea");
xit("another", () => { throw new Error("not run"); });
xtest("a third", () => { throw new Error("not run"); });

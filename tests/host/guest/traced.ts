// SPDX-License-Identifier: MIT
// What tests/host/trace.test.ts traces.
import { Chan, context, debug, go, gosched, println, runtime, time, trace, WaitGroup } from "gopark/assembly";

@blocking @external("app", "later") declare function later(s: string): string;

const c = new Chan<i32>();

function worker(n: i32): void {
  for (let i = 0; i < n; i++) c.send(i);
}

export function passes(): i32 {
  go(worker, 1);
  const got = c.recv();
  gosched();
  return got;
}

export function sleeps(): void { time.sleep(2 * time.Millisecond); }

export function calls(): string { return later("x"); }

export function forever(): void { c.recv(); }

export function wakes(): void { c.send(1); }

export function crosses(): void {
  const a = trace.startRegion("A");
  const b = trace.startRegion("B");
  a.end();
  const inside = trace.startRegion("C");
  inside.end();
  b.end();
}

export function opens(): void {
  const task = trace.newTask("old");
  const region = trace.startRegion("old");
  for (let i = 0; i < 1000; i++) gosched();
  region.end();
  task.end();
}

export function collects(): void { runtime.gc(); }

export function never(): void { debug.setGCPercent(-1); }

export function yields(n: i32): void {
  for (let i = 0; i < n; i++) gosched();
}

export function says(): void {
  const outer = trace.newTask("request");
  const inner = trace.newTask("part", outer);
  const region = trace.startRegion("parse", inner);
  trace.withRegion("inside", () => {
    trace.log("category", "a longer message: wörld 🎈", trace.newTask("unended"));
  });
  region.end();
  inner.end();
  trace.log("", "x".repeat(300));
  outer.end();
}

export function itself(bytes: i32): string {
  const on = trace.start(bytes);
  const again = trace.start(bytes);
  const is = trace.isEnabled();
  gosched();
  trace.stop();
  return `${on} ${again} ${is} ${trace.isEnabled()}`;
}

export function panics(): void {
  go(worker, 1);
  c.recv();
  throw new Error("boom");
}

export function dies(): void { throw new Error("boom"); }

export function traps(): i32 {
  go(worker, 1);
  return load<i32>(0xfffffff0) + c.recv();
}

export function spins(): void {
  println("spinning");
  for (let i = 0; ; i++);
}

/** Waits for a timer's channel, then wakes another goroutine. */
export function ticks(): void {
  go(worker, 1);
  gosched();
  time.after(time.Millisecond).recv();
  c.recv();
}

function expired(ctx: context.Context): void { ctx.done.recv(); }

/** n goroutines and the caller wait for one deadline. */
export function deadline(n: i32): void {
  const ctx = context.withTimeout(context.background(), time.Millisecond);
  for (let i = 0; i < n; i++) go(expired, ctx);
  expired(ctx);
}

function returns(): void {}

function exits(): void { runtime.goexit(); }

/** Waits for a goroutine that returns, and for one that exits. */
export function groups(): void {
  const wg = new WaitGroup();
  wg.go(returns);
  wg.wait();
  wg.go(exits);
  wg.wait();
}

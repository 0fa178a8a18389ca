// SPDX-License-Identifier: MIT
// Contexts, and the lists in which parents hold children.

import { context, go, gosched, Select, time } from "gopark/assembly";
import { sched } from "gopark/assembly/sys/types";
import { describe, expect, it, panicOf } from "gopark/test";
import { elapse, settle } from "./harness";

let root = context.withCancel(context.background());
let log = "";

function waits(ctx: context.Context): void {
  ctx.done.recv();
  log += ctx.err!.slice(8) + " ";
}

describe("background", () => {
  it("is never done", () => {
    const bg = context.background();
    expect(bg.err).toBeNull();
    expect(changetype<usize>(bg.done)).toBe(0);
    expect(bg == context.background()).toBe(true);
  });
});

describe("cancel", () => {
  it("reaches everyone below, once", () => {
    const child = context.withCancel(root);
    const value = context.withValue(child, "k", "v");
    go(waits, root);
    go(waits, child);
    go(waits, value);
    settle();
    root.cancel();
    root.cancel("again");
    settle();
    expect(log).toBe("canceled canceled canceled ");
    expect(value.cause!).toBe("context canceled");
  });
  it("does not reach those above", () => {
    const child = context.withCancel(root);
    child.cancel("mine");
    expect(root.err).toBeNull();
    expect(child.cause!).toBe("mine");
  });
  it("takes a child out of its parent's list", () => {
    const a = context.withCancel(root);
    const b = context.withCancel(root);
    const c = context.withCancel(root);
    b.cancel();
    expect(root.children == c && c.next == a && a.prev == c).toBe(true);
    c.cancel();
    expect(root.children == a && a.prev == null).toBe(true);
    a.cancel();
    expect(root.children == null).toBe(true);
  });
  it("needs no stack for contexts nested ever so deep", () => {
    let ctx = root;
    for (let i = 0; i < 50000; ++i) ctx = context.withCancel(ctx);
    root.cancel("deep");
    expect(ctx.cause!).toBe("deep");
  });
});

describe("done", () => {
  it("is one channel, closed at once when asked for too late", () => {
    expect(root.done == root.done).toBe(true);
    const child = context.withCancel(root);
    child.cancel();
    child.done.recv();
    expect(child.done.ok).toBe(false);
  });
  it("works as a case", () => {
    const sel = new Select();
    sel.recv(root.done);
    go(() => { root.cancel(); });
    expect(sel.wait()).toBe(0);
  });
});

describe("a deadline", () => {
  it("ends the context at its time", () => {
    const ctx = context.withTimeout(root, 100);
    const start = time.now();
    ctx.done.recv();
    expect(time.now() - start).toBe(100);
    expect(ctx.err!).toBe("context deadline exceeded");
    expect(root.children == null).toBe(true);
  });
  it("is seen by who computes and only asks err", () => {
    const ctx = context.withTimeout(root, 100);
    elapse(99);
    expect(ctx.err).toBeNull();
    elapse(1);
    expect(ctx.err!).toBe("context deadline exceeded");
  });
  it("leaves no timer behind when it is cancelled before", () => {
    const ctx = context.withTimeout(root, 100);
    expect(sched.ntimers).toBe(1);
    ctx.cancel();
    expect(sched.ntimers).toBe(0);
    expect(ctx.err!).toBe("context canceled");
  });
  it("is the parent's when that comes first, without a timer of its own", () => {
    const parent = context.withTimeout(root, 50);
    const child = context.withTimeout(parent, 500);
    expect(child.deadline).toBe(parent.deadline);
    expect(sched.ntimers).toBe(1);
  });
  it("in the past is a context that is done", () => {
    expect(context.withTimeout(root, -1).err!).toBe("context deadline exceeded");
  });
});

describe("value", () => {
  it("is the nearest above", () => {
    const a = context.withValue(root, "k", "1");
    const b = context.withValue(a, "x", "2");
    const c = context.withValue(b, "k", "3");
    expect(b.value("k")!).toBe("1");
    expect(c.value("k")!).toBe("3");
    expect(c.value("none")).toBeNull();
  });
});

describe("no parent", () => {
  it("panics", () => {
    expect(panicOf(() => { context.withCancel(changetype<context.Context>(0)); }))
      .toBe("panic: cannot create context from nil parent");
  });
});

// SPDX-License-Identifier: MIT
// Select, with the queues that its cases wait in.

import { Chan, go, gosched, Select } from "gopark/assembly";
import { recvq, sendq } from "gopark/assembly/sync/chan";
import { Gwaiting, waitSelect, waitSelectNoCases } from "gopark/assembly/sys/status";
import { describe, expect, it, itThrows, panicOf } from "gopark/test";
import { settle, spawn } from "./harness";

let a = new Chan<i32>();
let b = new Chan<i32>();
let c = new Chan<string>();
let sel = new Select();
/** Two classes of one name. */
namespace here {
  export class Point {
    x: i32 = 1;
  }
}

namespace there {
  export class Point {
    x: i64 = 0;
    y: i64 = 0;
  }
}

const OTHER_TYPE = "panic: select: case has another element type";

let log = "";
let chosen = -2;

function waits(): void {
  chosen = sel.wait();
  log += `w${chosen}`;
}

describe("poll", () => {
  it("gives −1 and queues nowhere when nothing is ready", () => {
    sel.recv(a);
    sel.send(b, 1);
    expect(sel.poll()).toBe(-1);
    expect(recvq(a).first == null && sendq(b).first == null).toBe(true);
  });
  it("communicates on the case that is ready", () => {
    b = new Chan<i32>(1);
    sel.recv(a);
    sel.send(b, 5);
    expect(sel.poll()).toBe(1);
    expect(b.recv()).toBe(5);
  });
  it("chooses uniformly among those that are ready", () => {
    const n = [0, 0, 0];
    a = new Chan<i32>(1);
    b = new Chan<i32>(1);
    c = new Chan<string>(1);
    a.close();
    b.close();
    c.close();
    sel.recv(a);
    sel.recv(b);
    sel.recv(c);
    for (let i = 0; i < 3000; ++i) n[sel.poll()]++;
    for (let i = 0; i < 3; ++i) {
      expect(n[i]).toBeGreaterThan(800); // six standard deviations are 155
      expect(n[i]).toBeLessThan(1200);
    }
  });
  it("finds a nil channel and a disabled case never ready", () => {
    a = new Chan<i32>(1);
    a.send(1);
    sel.recv<i32>(null);
    const i = sel.recv(a);
    sel.enable(i, false);
    expect(sel.poll()).toBe(-1);
    sel.enable(i, true);
    expect(sel.poll()).toBe(i);
  });
  it("panics where it sends on a closed channel", () => {
    a.close();
    sel.send(a, 1);
    expect(panicOf(() => { sel.poll(); })).toBe("panic: send on closed channel");
  });
});

describe("wait", () => {
  it("queues on every channel, and says why it waits", () => {
    sel.recv(a);
    sel.send(b, 1);
    const gp = spawn(waits);
    gosched();
    expect(gp.status).toBe(Gwaiting);
    expect(gp.waitreason).toBe(waitSelect);
    expect(recvq(a).first!.g == gp && sendq(b).first!.g == gp).toBe(true);
    expect(recvq(a).first!.isSelect).toBe(true);
  });
  it("leaves every queue when one case is done", () => {
    sel.recv(a);
    sel.recv(b);
    sel.send(c, "x");
    go(waits);
    gosched();
    b.send(3);
    settle();
    expect(log).toBe("w1");
    expect(sel.value<i32>()).toBe(3);
    expect(recvq(a).first == null && recvq(b).first == null && sendq(c).first == null).toBe(true);
  });
  it("is decided by the first who comes; the second finds nobody", () => {
    sel.recv(a);
    sel.recv(b);
    go(waits);
    gosched();
    a.send(1);
    expect(b.trySend(2)).toBe(false);
    settle();
    expect(chosen).toBe(0);
    expect(sel.value<i32>()).toBe(1);
  });
  it("hands over the value of its send case", () => {
    sel.recv(a);
    sel.send(c, "offered");
    go(waits);
    gosched();
    expect(c.recv()).toBe("offered");
    settle();
    expect(chosen).toBe(1);
  });
  it("never talks to itself", () => {
    sel.recv(a);
    sel.send(a, 1);
    const gp = spawn(waits);
    settle();
    expect(gp.status).toBe(Gwaiting);
    expect(recvq(a).first != null && sendq(a).first != null).toBe(true);
    a.send(9);
    settle();
    expect(chosen).toBe(0);
    expect(sendq(a).first == null).toBe(true);
  });
  it("of two selects lets one send what the other receives", () => {
    sel.recv(a);
    go(waits);
    gosched();
    const other = new Select();
    other.send(a, 4);
    expect(other.wait()).toBe(0);
    settle();
    expect(sel.value<i32>()).toBe(4);
  });
  it("without a case that can be ready waits for ever", () => {
    const gp = spawn(waits);
    gosched();
    expect(gp.waitreason).toBe(waitSelectNoCases);
  });
  it("wakes without ok when its channel is closed", () => {
    sel.recv(a);
    go(waits);
    gosched();
    a.close();
    settle();
    expect(chosen).toBe(0);
    expect(sel.ok).toBe(false);
    expect(sel.value<i32>()).toBe(0);
  });
  itThrows("panics when the channel of its send case is closed", () => {
    sel.send(a, 1);
    go(waits);
    gosched();
    a.close();
    settle();
  }, "panic: send on closed channel");
  it("can be used again and again", () => {
    sel.recv(a);
    sel.recv(b);
    for (let i = 0; i < 100; ++i) {
      go((n: i32): void => { (n & 1 ? b : a).send(n); }, i);
      expect(sel.wait()).toBe(i & 1);
      expect(sel.value<i32>()).toBe(i);
      settle();
    }
  });
});

describe("a select that waits", () => {
  it("belongs to its goroutine: others may not touch its cases", () => {
    sel.recv(a);
    go(waits);
    gosched();
    expect(panicOf(() => { sel.recv(b); })).toBe("panic: select: in use by a parked goroutine");
    expect(panicOf(() => { sel.setChan(0, b); })).toBe("panic: select: in use by a parked goroutine");
  });
  it("keeps the values it offers alive", () => {
    sel.send(c, `built ${a.capacity}`);
    go(waits);
    gosched();
    __collect();
    new Array<i32>(1000);
    expect(c.recv()).toBe("built 0");
  });
});

describe("value", () => {
  it("panics for another type than the chosen case's, and before any choice", () => {
    expect(panicOf(() => { sel.value<i32>(); })).toBe("panic: select: no case was chosen");
    a = new Chan<i32>(1);
    a.send(1);
    sel.recv(a);
    sel.poll();
    expect(panicOf(() => { sel.value<string>(); })).toBe(OTHER_TYPE);
  });
  it("tells classes of one name apart", () => {
    const ch = new Chan<here.Point>(1);
    ch.send(new here.Point());
    sel.recv(ch);
    sel.poll();
    expect(panicOf(() => { sel.value<there.Point>(); })).toBe(OTHER_TYPE);
    expect(sel.value<here.Point>().x).toBe(1);
  });
  it("tells functions of different signatures apart", () => {
    const ch = new Chan<() => i32>(1);
    ch.send(() => 5);
    sel.recv(ch);
    sel.poll();
    expect(panicOf(() => { sel.value<(n: i32) => i32>(); })).toBe(OTHER_TYPE);
    expect(sel.value<() => i32>()()).toBe(5);
  });
  it("takes a reference that may be null for one that may not", () => {
    const ch = new Chan<string | null>(1);
    ch.send("here");
    sel.recv(ch);
    sel.poll();
    expect(sel.value<string>()).toBe("here");
  });
});

describe("cases", () => {
  it("count from 0, and there is none beyond", () => {
    expect(sel.recv(a)).toBe(0);
    expect(sel.send(b, 1)).toBe(1);
    expect(panicOf(() => { sel.enable(2, true); })).toBe("panic: select: no such case");
    expect(panicOf(() => { sel.set<i32>(-1, 1); })).toBe("panic: select: no such case");
  });
  it("take another value and another channel", () => {
    b = new Chan<i32>(1);
    const i = sel.send(a, 1);
    sel.setChan(i, b);
    sel.set(i, 8);
    expect(sel.poll()).toBe(i);
    expect(b.recv()).toBe(8);
  });
});

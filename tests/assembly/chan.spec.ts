// SPDX-License-Identifier: MIT
// Channels, their queues and buffers included.

import { Chan, go, gosched } from "gopark/assembly";
import { recvq, sendq } from "gopark/assembly/sync/chan";
import { waiting } from "gopark/assembly/sync/waitq";
import { Gwaiting, waitChanReceive, waitChanReceiveNil, waitChanSend, waitChanSendNil } from "gopark/assembly/sys/status";
import { getg, sudogof } from "gopark/assembly/sys/types";
import { describe, expect, it, itThrows, panicOf } from "gopark/test";
import { settle, spawn } from "./harness";

let c = new Chan<i32>();
let s = new Chan<string>();
let nil = changetype<Chan<i32>>(0);
let log = "";

function say(v: string): void {
  log += v;
}

function sends(ch: Chan<i32>, v: i32): void {
  ch.send(v);
  say(`s${v}`);
}

function receives(ch: Chan<i32>): void {
  const v = ch.recv();
  say(ch.ok ? `r${v}` : `z${v}`);
}

/** What holds whenever nobody is inside an operation. */
function check<T>(ch: Chan<T>): void {
  const receivers = waiting(recvq(ch));
  const senders = waiting(sendq(ch));
  expect(receivers && senders).toBe(false);
  if (receivers) expect(ch.qcount).toBe(0);
  if (senders) expect(ch.qcount).toBe(ch.dataqsiz);
}

describe("makechan", () => {
  it("has no buffer for an unbuffered channel", () => {
    expect(c.buf).toBe(0);
    expect(c.capacity).toBe(0);
  });
  it("has a place for each element", () => {
    const ch = new Chan<u16>(7);
    expect(ch.elemsize).toBe(2);
    expect(changetype<ArrayBuffer>(ch.buf).byteLength).toBe(14);
    expect(ch.managed).toBe(false);
    expect(new Chan<string>(1).managed).toBe(true);
  });
  it("panics on sizes that cannot be", () => {
    expect(panicOf(() => { new Chan<i32>(-1); })).toBe("panic: makechan: size out of range");
    expect(panicOf(() => { new Chan<i64>(i32.MAX_VALUE); })).toBe("panic: makechan: size out of range");
  });
});

describe("send", () => {
  it("parks the sender when nobody receives", () => {
    const gp = spawn(() => { sends(c, 1); });
    gosched();
    expect(gp.status).toBe(Gwaiting);
    expect(gp.waitreason).toBe(waitChanSend);
    expect(sendq(c).first == sudogof(gp)).toBe(true);
    expect(log).toBe("");
    check(c);
  });
  it("fills the buffer before it parks", () => {
    c = new Chan<i32>(2);
    const gp = spawn(() => {
      for (let i = 0; i < 3; ++i) sends(c, i);
    });
    gosched();
    expect(log).toBe("s0s1");
    expect(c.length).toBe(2);
    expect(gp.waitreason).toBe(waitChanSend);
    check(c);
  });
  it("hands the value straight to a parked receiver, past the buffer", () => {
    c = new Chan<i32>(2);
    const gp = spawn(() => { receives(c); });
    gosched();
    c.send(7);
    expect(c.length).toBe(0);
    expect(<i32>gp.slot0).toBe(7);
    settle();
    expect(log).toBe("r7");
  });
  it("does not park when it finds a receiver", () => {
    go(receives, c);
    gosched();
    c.send(1);
    expect(log).toBe("");
  });
  it("on a nil channel parks for ever, in no queue", () => {
    const gp = spawn(() => { nil.send(1); });
    gosched();
    expect(gp.waitreason).toBe(waitChanSendNil);
  });
  it("on a closed channel panics", () => {
    c.close();
    expect(panicOf(() => { c.send(1); })).toBe("panic: send on closed channel");
    expect(panicOf(() => { c.trySend(1); })).toBe("panic: send on closed channel");
  });
  itThrows("panics in a sender that was parked when the channel was closed", () => {
    go(sends, c, 1);
    gosched();
    c.close();
    settle();
  }, "panic: send on closed channel");
});

describe("recv", () => {
  it("parks the receiver when there is nothing", () => {
    const gp = spawn(() => { receives(c); });
    gosched();
    expect(gp.waitreason).toBe(waitChanReceive);
    expect(recvq(c).first == sudogof(gp)).toBe(true);
    check(c);
  });
  it("takes from an unbuffered sender and wakes it", () => {
    go(sends, c, 1);
    gosched();
    expect(c.recv()).toBe(1);
    expect(log).toBe("");
    settle();
    expect(log).toBe("s1");
  });
  it("takes the oldest, and a parked sender's value takes the place", () => {
    c = new Chan<i32>(2);
    for (let i = 0; i < 4; ++i) go(sends, c, i);
    settle();
    const first = c.recv();
    expect(c.length).toBe(2);
    check(c);
    const rest = [c.recv(), c.recv(), c.recv()];
    rest.push(first);
    rest.sort();
    expect(rest).toStrictEqual([0, 1, 2, 3]);
    expect(c.length).toBe(0);
  });
  it("goes round the buffer", () => {
    const ch = new Chan<i32>(3);
    for (let i = 0; i < 20; ++i) {
      ch.send(i);
      ch.send(i + 100);
      expect(ch.recv()).toBe(i);
      expect(ch.recv()).toBe(i + 100);
    }
    expect(ch.sendx).toBe(ch.recvx);
  });
  it("wakes receivers in the order in which they came", () => {
    for (let i = 0; i < 3; ++i) {
      go((n: i32): void => {
        const v = c.recv();
        say(`${n}:${v} `);
      }, i);
      gosched();
    }
    for (let i = 0; i < 3; ++i) c.send(i);
    settle();
    expect(log.includes("0:0 ") && log.includes("1:1 ") && log.includes("2:2 ")).toBe(true);
  });
  it("on a nil channel parks for ever", () => {
    const gp = spawn(() => { nil.recv(); });
    gosched();
    expect(gp.waitreason).toBe(waitChanReceiveNil);
  });
  it("drains a closed channel, then gives zero values", () => {
    const ch = new Chan<i32>(2);
    ch.send(1);
    ch.close();
    expect(ch.recv()).toBe(1);
    expect(ch.ok).toBe(true);
    expect(ch.recv()).toBe(0);
    expect(ch.ok).toBe(false);
  });
  it("says ok for the goroutine that received, not for another", () => {
    const ch = new Chan<i32>(1);
    ch.send(0);
    ch.recv();
    go(() => {
      const closed = new Chan<i32>();
      closed.close();
      closed.recv();
    });
    settle();
    expect(ch.ok).toBe(true);
  });
  it("leaves no reference in the slot of a goroutine that runs", () => {
    const gp = spawn(() => {
      s.recv();
      expect(getg().slotManaged).toBe(false);
      say("ran");
    });
    gosched();
    expect(gp.slotManaged).toBe(true);
    s.send("x");
    settle();
    expect(log).toBe("ran");
  });
});

describe("trySend and tryRecv", () => {
  it("do nothing where they would wait", () => {
    expect(c.trySend(1)).toBe(false);
    expect(c.tryRecv()).toBe(0);
    expect(c.ok).toBe(false);
    expect(nil.trySend(1)).toBe(false);
    expect(nil.tryRecv()).toBe(0);
    check(c);
  });
  it("use the buffer", () => {
    const ch = new Chan<i32>(1);
    expect(ch.trySend(1)).toBe(true);
    expect(ch.trySend(2)).toBe(false);
    expect(ch.tryRecv()).toBe(1);
    expect(ch.ok).toBe(true);
  });
  it("meet parked goroutines", () => {
    go(receives, c);
    gosched();
    expect(c.trySend(5)).toBe(true);
    go(sends, c, 6);
    gosched();
    expect(c.tryRecv()).toBe(6);
    settle();
    expect(log.includes("r5") && log.includes("s6")).toBe(true);
  });
  it("tell a drained closed channel from a zero", () => {
    const ch = new Chan<i32>(1);
    ch.send(0);
    ch.close();
    ch.tryRecv();
    expect(ch.ok).toBe(true);
    ch.tryRecv();
    expect(ch.ok).toBe(false);
  });
});

describe("close", () => {
  it("wakes every receiver with the zero value", () => {
    for (let i = 0; i < 3; ++i) go(receives, c);
    settle();
    c.close();
    expect(recvq(c).first == null).toBe(true);
    settle();
    expect(log).toBe("z0z0z0");
  });
  it("keeps what is in the buffer", () => {
    const ch = new Chan<i32>(2);
    ch.send(1);
    ch.send(2);
    ch.close();
    expect(ch.length).toBe(2);
  });
  it("panics the second time, and for nil", () => {
    c.close();
    expect(panicOf(() => { c.close(); })).toBe("panic: close of closed channel");
    expect(panicOf(() => { nil.close(); })).toBe("panic: close of nil channel");
  });
});

describe("a channel of references", () => {
  it("keeps what is in its buffer alive", () => {
    s = new Chan<string>(3);
    for (let i = 0; i < 3; ++i) s.send(`value ${i}`);
    s.recv();
    s.send("value 3");
    __collect();
    new Array<i32>(1000);
    expect(s.recv()).toBe("value 1");
    expect(s.recv()).toBe("value 2");
    expect(s.recv()).toBe("value 3");
  });
  it("keeps what a parked sender offers alive", () => {
    go(() => { s.send(`of${"fered"}${getg().goid}`); });
    gosched();
    __collect();
    new Array<i32>(1000);
    expect(s.recv().startsWith("offered")).toBe(true);
  });
});

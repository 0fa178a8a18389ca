// SPDX-License-Identifier: MIT
// gwrite and the prints on top of it.

import { println } from "gopark/assembly";
import { PRINTBUF_SIZE } from "gopark/assembly/shared/layout";
import { flush, gwrite, printint, printrune, printstring, printuint } from "gopark/assembly/sys/print";
import { getg } from "gopark/assembly/sys/types";
import { describe, expect, it } from "gopark/test";
import { printed } from "./harness";

function out(): string {
  flush();
  return printed();
}

/** What f prints into a writebuf of so many bytes. */
function into(n: i32, f: () => void): string {
  const gp = getg();
  const buf = new Uint8Array(n);
  gp.writebuf = buf.dataStart;
  gp.writenbuf = n;
  f();
  const used = n - gp.writenbuf;
  gp.writebuf = 0;
  gp.writenbuf = 0;
  return String.UTF8.decodeUnsafe(buf.dataStart, used);
}

describe("gwrite", () => {
  it("goes to the host when flushed, not before", () => {
    printstring("a");
    expect(printed()).toBe("");
    expect(out()).toBe("a");
  });
  it("goes to the goroutine's writebuf while it has one", () => {
    expect(into(10, () => { printstring("abc"); })).toBe("abc");
    expect(out()).toBe("");
  });
  it("cuts off what the writebuf has no room for", () => {
    expect(into(4, () => { printstring("abcdefgh"); })).toBe("abcd");
  });
  it("takes more than the buffer holds, in order", () => {
    const n = <i32>PRINTBUF_SIZE * 2 + 100;
    let want = "";
    for (let i = 0; i < n; ++i) {
      const s = String.fromCharCode(0x61 + i % 26);
      want += s;
      printstring(s);
    }
    expect(out()).toBe(want);
  });
  it("of nothing writes nothing", () => {
    gwrite(0, 0);
    expect(out()).toBe("");
  });
});

describe("printrune", () => {
  it("writes UTF-8 of every length", () => {
    printrune(0x41);
    printrune(0xe9);
    printrune(0x20ac);
    printrune(0x1f600);
    expect(out()).toBe("Aé€😀");
  });
});

describe("printstring", () => {
  it("joins surrogates and replaces lone ones", () => {
    printstring("😀" + String.fromCharCode(0xd83d) + "x" + String.fromCharCode(0xde00));
    expect(out()).toBe("😀\ufffdx\ufffd");
  });
  it("replaces a surrogate at the end", () => {
    printstring("a" + String.fromCharCode(0xd83d));
    expect(out()).toBe("a\ufffd");
  });
});

describe("printuint and printint", () => {
  it("write any 64-bit number", () => {
    printuint(0);
    printstring(" ");
    printuint(u64.MAX_VALUE);
    printstring(" ");
    printint(-1);
    printstring(" ");
    printint(i64.MIN_VALUE);
    printstring(" ");
    printint(i64.MAX_VALUE);
    expect(out()).toBe("0 18446744073709551615 -1 -9223372036854775808 9223372036854775807");
  });
});

describe("println", () => {
  it("ends the line", () => {
    println("x");
    println("");
    expect(out()).toBe("x\n\n");
  });
});

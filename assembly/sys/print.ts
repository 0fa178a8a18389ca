// SPDX-License-Identifier: MIT
// gwrite, and the prints of the runtime on top of it: no allocation, no formatting library.
//
// Every byte the runtime prints goes through gwrite: into the running goroutine's writebuf
// while it has one, else to the host. Dumps are many small prints, so what goes to the host
// gathers in PRINTBUF until it is full, ends a batch (flush), or the program dies.

import { PRINTBUF, PRINTBUF_SIZE } from "../shared/layout";
import { FD_DUMP, FD_STDERR } from "../shared/status";
import { oswrite } from "./os";
import { G, getg, sched } from "./types";

/** Bytes that wait in PRINTBUF: its first word. */
// @ts-ignore: decorator
@inline const BUFFER: usize = PRINTBUF + 8;
// @ts-ignore: decorator
@inline const CAPACITY: usize = PRINTBUF_SIZE - 8;

/** Writes `len` bytes to the goroutine's writebuf, truncating at its end, or to standard error. */
export function gwrite(ptr: usize, len: usize): void {
  const gp = getg();
  if (gp.writebuf) {
    gwritebuf(gp, ptr, len);
    return;
  }
  while (len) {
    const used = load<usize>(PRINTBUF);
    const n = min(len, CAPACITY - used);
    memory.copy(BUFFER + used, ptr, n);
    store<usize>(PRINTBUF, used + n);
    if (used + n == CAPACITY) flush();
    ptr += n;
    len -= n;
  }
}

function gwritebuf(gp: G, ptr: usize, len: usize): void {
  const n = min(len, <usize>gp.writenbuf);
  memory.copy(gp.writebuf, ptr, n);
  gp.writebuf += n;
  gp.writenbuf -= <i32>n;
}

/** Hands what has gathered to the host. */
export function flush(): void {
  const used = load<usize>(PRINTBUF);
  if (!used) return;
  store<usize>(PRINTBUF, 0);
  oswrite(sched.dying ? FD_DUMP : FD_STDERR, BUFFER, used);
}

/** Prints one character as UTF-8. */
export function printrune(c: u32): void {
  let bytes = c;
  let n: usize = 1;
  if (c >= 0x80) {
    bytes = 0;
    let room: u32 = 0x40; // the first byte holds what is below
    do {
      bytes = (bytes | 0x80 | c & 63) << 8;
      c >>= 6;
      room >>= 1;
      ++n;
    } while (c >= room);
    bytes |= -(room << 1) & 0xff | c;
  }
  store<u32>(RUNE, bytes);
  gwrite(RUNE, n);
}

// @ts-ignore: decorator
@inline const RUNE: usize = PRINTBUF + 4;

/** Prints a string; a lone surrogate becomes U+FFFD. With `indent` a tab begins each line but the first. */
export function printstring(s: string, indent: bool = false): void {
  const len = s.length;
  for (let i = 0; i < len; ++i) {
    let c = <u32>s.charCodeAt(i);
    if ((c & 0xf800) == 0xd800) {
      const low = i + 1 < len ? <u32>s.charCodeAt(i + 1) : 0;
      if (c < 0xdc00 && (low & 0xfc00) == 0xdc00) {
        c = 0x10000 + ((c & 0x3ff) << 10 | low & 0x3ff);
        ++i;
      } else c = 0xfffd;
    }
    printrune(c);
    if (indent && c == 0x0a) printrune(0x09);
  }
}

/** Prints a program's text into a dump as Go does: indented, so that no line of it is taken for one of the dump's. */
export function printindented(s: string): void {
  printstring(s, true);
}

/** Prints a number in decimal. */
export function printuint(v: u64): void {
  if (v >= 10) printuint(v / 10);
  printrune(0x30 + <u32>(v % 10));
}

/** Prints a signed number in decimal. */
export function printint(v: i64): void {
  if (v < 0) {
    printrune(0x2d);
    v = -v;
  }
  printuint(<u64>v);
}

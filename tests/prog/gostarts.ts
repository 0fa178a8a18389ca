// SPDX-License-Identifier: MIT
// The same function starts the same way however go gets hold of it: by name, by name with arguments of
// other types, as a value, through functions that hand it on, and parked functions go on as ever.
import { Chan, WaitGroup, go, gosched, println, runtime } from "gopark/assembly";

const c = new Chan<string>(16);
const wg = new WaitGroup();

function wide(n: i64): void {
  c.send(`wide ${n}`);
}

function first(s: string): void {
  gosched();
  c.send(`first ${s}`);
}

function second(s: string): void {
  runtime.gc();
  c.send(`second ${s}`);
}

function optional(n: i32, times: i32 = 3): void {
  c.send(`optional ${n * times}`);
}

function counts(n: i32): i32 {
  if (n > 0) return counts(n - 1) + 1;
  gosched();
  return 0;
}

function reports(n: i32): i32 {
  const depth = counts(n);
  c.send(`reports ${depth}`);
  return depth;
}

/** Hands a function on, as its second parameter. */
function later(s: string, fn: (s: string) => void): void {
  go(fn, s);
}

function chosen(n: i32): (s: string) => void {
  return n % 2 ? first : second;
}

function leaves(): void {
  c.send("leaves");
  runtime.goexit();
}

function show(title: string, n: i32): void {
  println(title);
  const lines = new Array<string>();
  for (let i = 0; i < n; i++) lines.push(c.recv());
  lines.sort();
  for (let i = 0; i < n; i++) println(`  ${lines[i]}`);
}

function dies(text: string): void {
  if (text.length) throw new Error(text);
}

export function main(): void {
  go(wide, <i64>1 << 40);
  go(wide, <i32>-3);
  go(wide, <u8>200);
  show("by name, with arguments of three types", 3);

  go(first, "a" + "b");
  later("c" + "d", first);
  later("e" + "f", second);
  for (let i = 0; i < 4; i++) go(chosen(i), "value" + i.toString());
  show("by name, handed on, as a value", 7);

  go(optional, 5, 2);
  wg.go(reports, 40);
  wg.go(leaves);
  const f: (n: i32) => i32 = reports;
  wg.go(f, 7);
  wg.wait();
  show("with a parameter that may be left out, with results, in a group", 4);

  go(dies, "the end");
  c.recv();
}

// SPDX-License-Identifier: MIT
// goroutineProfile fills its records only when all goroutines fit, and reports their number always.
import { Chan, go, gosched, println, runtime } from "gopark/assembly";

const gate = new Chan<i32>();

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function leaf(): i32 {
  return gate.recv();
}

function waiter(): void {
  leaf();
}

function deep(n: i32): i32 {
  if (n == 0) return gate.recv();
  return deep(n - 1) + 1;
}

function names(stack: StaticArray<u32>): string {
  let text = "";
  const frames = runtime.callersFrames(stack, stack.length);
  for (let i = 0; i < frames.length; i++) {
    const f = frames[i];
    text += `${i ? " < " : ""}${f.function}:${f.line}`;
  }
  return text;
}

function filled(p: runtime.StackRecords): i32 {
  let n = 0;
  for (let i = 0; i < p.length; i++) {
    if (load<u32>(p.dataStart + <usize>i * 128)) n++;
  }
  return n;
}

export function main(): void {
  for (let i = 0; i < 3; i++) go(waiter);
  go(deep, 40);
  settle();

  const none = new runtime.StackRecords(0);
  println(`no room: ${runtime.goroutineProfile(none)}`);
  const small = new runtime.StackRecords(4);
  println(`too little room: ${runtime.goroutineProfile(small)}, filled ${filled(small)}`);
  const exact = new runtime.StackRecords(5);
  println(`enough room: ${runtime.goroutineProfile(exact)}, filled ${filled(exact)}`);
  const large = new runtime.StackRecords(8);
  println(`more than enough: ${runtime.goroutineProfile(large)}, filled ${filled(large)}`);

  for (let i = 0; i < 5; i++) {
    const stack = exact.stack(i);
    println(names(stack));
    // one block, records of 32 pcs, zero behind the last
    for (let k = 0; k < 32; k++) {
      const pc = load<u32>(exact.dataStart + <usize>(i * 128 + k * 4));
      assert(pc == (k < stack.length ? stack[k] : 0), "record and stack differ");
    }
  }
  const threads = new runtime.StackRecords(8);
  println(`threads: ${runtime.threadCreateProfile(threads) >= 1}`);
}

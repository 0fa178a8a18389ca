// SPDX-License-Identifier: MIT
// Flags: --enable simd
// A v128 is an argument of go and an element of a channel like any other value.
import { Chan, Select, go, gosched, println } from "gopark/assembly";

function text(v: v128): string {
  return `${i64x2.extract_lane(v, 0)}:${i64x2.extract_lane(v, 1)}`;
}

function twice(c: Chan<v128>, v: v128, times: i32): void {
  for (let i = 0; i < times; i++) {
    c.send(v);
    v = i64x2.add(v, i64x2.splat(1));
  }
  c.close();
}

export function main(): void {
  for (let capacity = 0; capacity <= 2; capacity += 2) {
    const c = new Chan<v128>(capacity);
    go(twice, c, i64x2(i64.MAX_VALUE - 1, -2), 2);
    gosched();
    for (let v = c.recv(); c.ok; v = c.recv()) println(text(v));
    println(`closed: ${text(c.recv())}`);
  }

  const c = new Chan<v128>();
  go(twice, c, i64x2(1, 2), 2);
  const s = new Select();
  s.recv(c);
  s.wait();
  println(`selected ${text(s.value<v128>())} ${s.ok}`);
  s.wait();
  println(`selected ${text(s.value<v128>())} ${s.ok}`);
  s.wait();
  println(`selected ${text(s.value<v128>())} ${s.ok}`);
}

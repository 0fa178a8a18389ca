// SPDX-License-Identifier: MIT
// Flags: -Oz
// Functions that differ in constants only park and wake as any, where small code is asked for.
import { Chan, Select, go, gosched, println, time } from "gopark/assembly";

function relay<T>(v: T): T {
  const c = new Chan<T>();
  go((c: Chan<T>, v: T): void => { c.send(v); }, c, v);
  return c.recv();
}

function late<T>(v: T): T {
  const c = new Chan<T>(1);
  time.afterFunc(1000, (c: Chan<T>, v: T): void => { c.send(v); }, c, v);
  gosched();
  return c.recv();
}

function chosen<T>(v: T): T {
  const c = new Chan<T>();
  go((c: Chan<T>, v: T): void => {
    const select = new Select();
    select.send(c, v);
    select.wait();
  }, c, v);
  const select = new Select();
  select.recv(c);
  select.wait();
  return select.value<T>();
}

export function main(): void {
  println(`${relay<string>("a")} ${relay<string[]>(["b"])[0]} ${relay<StaticArray<string>>(["c"])[0]} ${relay<i32>(1)} ${relay<i64>(2)}`);
  println(`${late<string>("a")} ${late<string[]>(["b"])[0]} ${late<StaticArray<string>>(["c"])[0]} ${late<i32>(1)} ${late<f64>(2)}`);
  println(`${chosen<string>("a")} ${chosen<string[]>(["b"])[0]} ${chosen<StaticArray<string>>(["c"])[0]} ${chosen<u32>(1)} ${chosen<f32>(2)}`);
}

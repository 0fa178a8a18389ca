// SPDX-License-Identifier: MIT
// A park in the middle of an expression or a statement loses nothing of what was computed before it.
import { Chan, go, gosched, println } from "gopark/assembly";

const c = new Chan<i32>();
const trueFalse = new Chan<bool>();
let globalCount = 0;

class Box {
  n: i32 = 1;
  list: i32[] = [10, 20, 30];
  next: Box | null = null;
}

function feed(n: i32): void {
  for (let i = 1; i <= n; i++) c.send(i);
}

function bools(mask: i32, n: i32): void {
  for (let i = 0; i < n; i++) trueFalse.send((mask >> i & 1) != 0);
}

function f(a: i32, b: i32): i32 {
  return a * 100 + b;
}

function g(): i32 {
  gosched();
  return 7;
}

function h(v: i32): i32 {
  return v + 1;
}

function text(a: string, b: string): string {
  gosched();
  return a + b;
}

function nested(): void {
  go(feed, 8);
  println(`${f(g(), h(c.recv()))}`);
  println(`${f(f(c.recv(), c.recv()), f(g(), c.recv()))}`);
  println(`${1 + c.recv() * 10 - c.recv() / 2}`);
  println(`${<f64>c.recv() / 4.0 + 0.25} ${(<i64>1 << 40) + c.recv()}`);
  println(text("a" + text("b", "c"), text("d", "e" + "f".repeat(2))));
}

function logic(): void {
  go(bools, 0b0101101, 7);
  println(`and ${trueFalse.recv() && trueFalse.recv() && trueFalse.recv()}`); // true, false
  println(`or ${trueFalse.recv() || trueFalse.recv()}`); // true
  println(`mixed ${(trueFalse.recv() && c.recv() > 0) || trueFalse.recv()}`); // true, c
  const v = trueFalse.recv() ? c.recv() : -c.recv(); // false
  println(`conditional ${v}`);
  println(`not ${!trueFalse.recv()}`);
}

function loops(): void {
  let line = "while:";
  let v: i32;
  while ((v = c.recv()) < 4) line += ` ${v}`;
  println(line);
  line = "do:";
  do {
    v = c.recv();
    if (v == 5) continue;
    line += ` ${v}`;
  } while (c.recv() < 9);
  println(line);
  line = "for:";
  for (let i = c.recv(); i < c.recv(); i += c.recv()) {
    for (let j = 0; ; j++) {
      gosched();
      if (j == 2 || i > 100) break;
      line += ` ${i}.${j}`;
    }
    if (i > 3) continue;
    line += ";";
  }
  println(line);
}

function choose(v: i32): string {
  switch (v + c.recv()) {
    case 11: return "eleven";
    case 12:
      if (c.recv() != 3) return "not reached";
      gosched();
      break;
    case 14:
      gosched();
    case 15: return `fell through with ${c.recv()}`;
    default: return "default";
  }
  return "twelve";
}

function switches(): void {
  go(feed, 6);
  println(choose(10));
  println(choose(10));
  println(choose(10));
  println(choose(0));
}

function assignments(): void {
  go(feed, 16);
  const b = new Box();
  b.n += c.recv();
  b.n = b.n * 10 + c.recv();
  println(`field ${b.n}`);
  b.list[c.recv() - 3] = c.recv() + b.list[c.recv() - 4];
  b.list[1] += c.recv();
  println(`element ${b.list.join(",")}`);
  b.next = new Box();
  b.next!.list[h(0)] = c.recv();
  println(`chain ${b.next!.list.join(",")}`);
  globalCount += c.recv();
  globalCount = globalCount + c.recv() + globalCount;
  println(`global ${globalCount}`);
  const list = [c.recv(), g(), c.recv()];
  println(`literal ${list.join(",")}`);
  const m = new Map<string, i32>();
  m.set(`k${c.recv()}`, c.recv() + m.size);
  println(`map ${m.keys()[0]} ${m.values()[0]}`);
  let x = 5;
  x = x++ + c.recv() + ++x;
  println(`local ${x} ${c.recv() + (x = 1) + x}`);
  c.recv();
}

function manyLocals(): void {
  go(feed, 4);
  const a: i8 = -100;
  const b: u16 = 65535;
  const d: i64 = -1 << 40;
  const e: f32 = 0.1;
  const k: f64 = 1e300;
  const s = "s".repeat(2);
  const t = c.recv();
  const u = [t, c.recv()];
  const w = a + t;
  {
    const a = c.recv(); // shadows
    println(`${a} ${u.length} ${w}`);
  }
  c.recv();
  println(`${a} ${b} ${d} ${e} ${k} ${s} ${t} ${u.join(",")} ${w}`);
}

export function main(): void {
  nested();
  logicFeed();
  switches();
  assignments();
  manyLocals();
}

function logicFeed(): void {
  go(feed, 2);
  logic();
  go((): void => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 0, 5, 1, 5, 1000, 2000, 1, 0];
    for (let i = 0; i < values.length; i++) c.send(values[i]);
  });
  loops();
}

// SPDX-License-Identifier: MIT
// Arrays grow by whatever makes them longer, elements of any size in place; what cannot be panics where it is asked for.
// Cases: grow tooLong
import { println } from "gopark/assembly";

@external("test", "pick") declare function pick(): string;

class Box { constructor(public n: i32) {} }

/** Elements that are counted while they are pushed: the operands of a growth are computed once. */
let made = 0;
function next(): i32 {
  return made++;
}

function fill<T>(n: i32): T[] {
  const a = new Array<T>();
  for (let i = 0; i < n; i++) a.push(<T>next());
  return a;
}

function same<T>(what: string, a: T[], first: i32): void {
  for (let i = 0; i < a.length; i++) if (a[i] != <T>(first + i)) throw new Error(`${what}[${i}] is ${a[i]}`);
  println(`${what}: ${a.length}`);
}

function grow(): void {
  same("bytes", fill<u8>(100), 0);
  same("shorts", fill<i16>(3000), 100);
  same("numbers", fill<f64>(5000), 3100);
  const boxes = new Array<Box>();
  for (let i = 0; i < 1000; i++) {
    boxes.push(new Box(i));
    boxes[boxes.length - 1].n += boxes.length;
  }
  let sum = 0;
  for (let i = 0; i < boxes.length; i++) sum += boxes[i].n;
  println(`boxes: ${boxes.length}, ${sum}`);
  const a = [1, 2, 3];
  a[40] = 4;
  a.unshift(0);
  a.length = 100;
  println(`${a.length} ${a[0]} ${a[3]} ${a[4]} ${a[41]} ${a[99]}`);
}

function tooLong(): void {
  const a = new Array<i64>();
  a.push(1);
  a.length = 0x7fffffff;
}

export function main(): void {
  if (pick() == "grow") grow();
  else tooLong();
}

// SPDX-License-Identifier: MIT
// An index that is out of range is told at its line, through what was inlined, and after all that came before it.
// Cases: read twice write typed holey operand inherited
import { go, gosched, println } from "gopark/assembly";

@external("test", "pick") declare function pick(): string;

class Point {
  constructor(public x: i32) {}
}

class Grid {
  private readonly cells: StaticArray<u8> = new StaticArray<u8>(4);

  at(i: i32): u8 {
    return this.cells[i];
  }

  put(i: i32, value: u8): void {
    this.cells[i] = value;
  }
}

class Shifted extends Grid {
  at(i: i32): u8 {
    return super.at(i + 1);
  }
}

/** n, which no optimiser knows. */
function unknown(n: i32): i32 {
  return pick().length ? n : 0;
}

function say(n: i32): i32 {
  println(`said ${n}`);
  return n;
}

function sum(a: Array<i32>, i: i32, k: i32): i32 {
  return a[i] +
    a[k];
}

function twice(a: Array<i32>): i32 {
  const first = sum(a, unknown(0), unknown(1));
  return first +
    sum(a, unknown(1), unknown(2));
}

function write(): void {
  const grid = new Grid();
  grid.put(unknown(3), 1);
  println(`written ${grid.at(unknown(3))}`);
  grid.put(unknown(4), 2);
}

function typed(): void {
  const numbers = new Float64Array(3);
  for (let i = 0; i < unknown(6); i += 2) {
    numbers[i] = i;
    println(`${numbers[i]}`);
  }
}

function holey(): i32 {
  return new Array<Point>(unknown(2))[unknown(1)].x;
}

function operand(): i32 {
  const a = [1, 2];
  return say(a[unknown(1)]) + a[say(unknown(2))] + say(3);
}

function inherited(): u8 {
  const grid: Grid = unknown(1) ? new Shifted() : new Grid();
  println(`${grid.at(2)}`);
  return grid.at(3);
}

function parked(a: Array<i32>): void {
  gosched();
  a[unknown(7)] = sum(a, unknown(1), unknown(-1));
}

export function main(): void {
  const name = pick();
  if (name == "read") {
    go(parked, [1, 2]);
    gosched();
    gosched();
  }
  if (name == "twice") twice([1, 2]);
  if (name == "write") write();
  if (name == "typed") typed();
  if (name == "holey") holey();
  if (name == "operand") operand();
  if (name == "inherited") inherited();
}

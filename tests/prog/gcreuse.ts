// SPDX-License-Identifier: MIT
// Memory stays small where little is alive: dead objects give way to others of other sizes.
import { println } from "gopark/assembly";

let seed: u32 = 7;

function random(n: i32): i32 {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return <i32>(seed % <u32>n);
}

let one: ArrayBuffer | null = null;

/** One at a time, of 64 KiB to 2 MB. */
function large(): void {
  for (let i = 0; i < 400; i++) one = new ArrayBuffer(65536 + random(2_000_000));
  one = null;
}

/** One at a time, of all sizes. */
function mixed(): void {
  for (let i = 0; i < 2000; i++) one = new ArrayBuffer(random(8) ? 300 + random(3000) : random(2_000_000));
  one = null;
}

/** Three megabytes of one size, then of another. */
function phases(): void {
  for (let phase = 0; phase < 40; phase++) {
    const size = 1000 + random(11000);
    const all: ArrayBuffer[] = [];
    for (let i = 0; i < 3_000_000 / size; i++) all.push(new ArrayBuffer(size));
  }
}

function tell(what: string): void {
  println(what + ": " + (memory.size() < 24 << 4 ? "small" : (memory.size() >> 4).toString() + " MiB"));
}

export function main(): void {
  large();
  tell("large");
  mixed();
  tell("mixed");
  phases();
  tell("phases");
}

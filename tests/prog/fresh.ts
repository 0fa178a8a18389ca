// SPDX-License-Identifier: MIT
// New objects have zeros where nothing was stored yet, also in memory that was full of something else.
import { println, runtime } from "gopark/assembly";

/** Leaves cells of all small sizes behind that are full of ones. */
function dirty(): void {
  for (let size = 8; size <= 64; size += 4) {
    for (let i = 0; i < 200; i++) {
      const bytes = new StaticArray<u8>(size);
      memory.fill(changetype<usize>(bytes), 0xff, size);
    }
  }
  runtime.gc();
}

class Pair { constructor(public left: Pair | null, public right: Pair | null) {} }

/** Each word is written in part at first. */
class Parts {
  a: u8 = 1;
  b: u8;
  c: u16 = 3;
  d: i32;
  e: f64 = -0.0;
  f: f32;
  g: f32 = 7;
  h: i64 = 0;
  i: bool = true;
}

/** Reads itself while it is made. */
class Chained {
  a: i32 = 5;
  b: i32;
  c: i32;
  self: Chained | null;
  constructor(n: i32) {
    this.b = this.a + n;
    this.c = this.d + this.b;
    this.self = this;
    this.d = n;
  }
  d: i32;
}

/** Zero behind a value. */
class Undone {
  a: i64 = -1;
  b: i32 = -1;
  c: i32;
  constructor(cleared: bool) {
    this.a = 0;
    if (cleared) this.b = 0;
    this.c = cleared ? 0 : 9;
  }
}

class Base { x: i32 = 1; y: i32; }
class Derived extends Base { z: i32; w: i32 = 4; constructor() { super(); this.y = this.z; this.z = 3; } }

let seen = 0;
function look(p: Late): i32 { seen += p.b + <i32>p.c; return 2; }
/** Shown to others before it is done. */
class Late {
  a: i32 = 1;
  b: i32;
  c: i64;
  constructor() { this.a = look(this); this.b = 8; this.c = 9; }
}

function same(what: string, got: i64, want: i64): void {
  if (got != want) throw new Error(`${what}: ${got}, not ${want}`);
}

function makeAll(n: i32): void {
  const pair = new Pair(new Pair(null, null), null);
  same("pair", (pair.left != null ? 1 : 0) + (pair.right == null ? 2 : 0) + (pair.left!.right == null ? 4 : 0), 7);
  const p = new Parts();
  same("parts", p.a + p.b * 10 + p.c * 100 + p.d + <i32>p.f + <i32>p.g * 1000 + <i32>p.h + (p.i ? 10000 : 0), 17301);
  same("the sign of a zero", <i64>reinterpret<u64>(p.e) >>> 63, 1);
  const c = new Chained(n);
  same("chained", c.a + c.b * 10 + c.c * 1000 + c.d * 100000, 5 + (5 + n) * 1010 + n * 100000);
  same("itself", c.self == c ? 1 : 0, 1);
  const cleared = new Undone(true), kept = new Undone(false);
  same("cleared", cleared.a + cleared.b + cleared.c, 0);
  same("kept", kept.a * 100 + kept.b * 10 + kept.c, -1);
  const d = new Derived();
  same("derived", d.x * 1000 + d.y * 100 + d.z * 10 + d.w, 1034);
  seen = 0;
  const late = new Late();
  same("late", late.a + late.b * 10 + late.c * 100 + seen * 10000, 982);
}

export function main(): void {
  for (let i = 0; i < 50; i++) {
    dirty();
    for (let k = 0; k < 40; k++) makeAll(k);
  }
  println("all fields are as they should be");
}

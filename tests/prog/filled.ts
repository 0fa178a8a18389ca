// SPDX-License-Identifier: MIT
// What std fills at once is not zeroed before, and shows nothing of what was there: strings that are put together, cut or joined, buffers that are cut or grow.
import { println, runtime } from "gopark/assembly";

/** Leaves cells of all small sizes, full of ones, to whoever allocates next. */
function soil(): void {
  for (let size = 0; size < 4096; size += 8) {
    for (let i = 0; i < 4; i++) memory.fill(changetype<usize>(new ArrayBuffer(size)), 0xff, size);
  }
  runtime.gc();
}

/** n characters, each another one than its neighbours. */
function text(n: i32): string {
  const units = new Array<i32>(n);
  for (let i = 0; i < n; i++) units[i] = 0x41 + i % 23;
  return String.fromCharCodes(units);
}

/** Tells whether `got` has the units of `whole` from `at` on, `n` of them, at its place `from`. */
function same(got: string, from: i32, whole: string, at: i32, n: i32): bool {
  for (let i = 0; i < n; i++) if (got.charCodeAt(from + i) != whole.charCodeAt(at + i)) return false;
  return true;
}

let wrong = 0;

function want(what: string, n: i32, good: bool): void {
  if (good) return;
  wrong++;
  println(`${what} of ${n} is wrong`);
}

function strings(n: i32): void {
  const s = text(n);
  const t = "xyz";
  const joined = s + t;
  want("concat", n, joined.length == n + 3 && same(joined, 0, s, 0, n) && same(joined, n, t, 0, 3));
  const slice = joined.slice(1, -1);
  want("slice", n, slice.length == n + 1 && same(slice, 0, joined, 1, n + 1));
  const cut = joined.substring(2);
  want("substring", n, cut.length == n + 1 && same(cut, 0, joined, 2, n + 1));
  const old = joined.substr(1, n);
  want("substr", n, old.length == n && same(old, 0, joined, 1, n));
  const start = s.padStart(n + 8, t);
  want("padStart", n, start.length == n + 8 && same(start, 0, "xyzxyzxy", 0, 8) && same(start, 8, s, 0, n));
  const end = s.padEnd(n + 8, t);
  want("padEnd", n, end.length == n + 8 && same(end, 0, s, 0, n) && same(end, n, "xyzxyzxy", 0, 8));
  const thrice = s.repeat(3);
  want("repeat", n, thrice.length == 3 * n && same(thrice, 0, s, 0, n) && same(thrice, n, s, 0, n) && same(thrice, 2 * n, s, 0, n));
  const spaced = "  " + s + " ";
  want("trim", n, spaced.trim() == s && same(spaced.trimStart(), 0, s, 0, n) && spaced.trimStart().length == n + 1);
  want("trimEnd", n, spaced.trimEnd().length == n + 2 && same(spaced.trimEnd(), 2, s, 0, n));
  const list = [s, t, "", s].join(", ");
  want("join", n, list.length == 2 * n + 9 && same(list, 0, s, 0, n) && same(list, n, ", xyz, , ", 0, 9) && same(list, n + 9, s, 0, n));
}

function buffers(n: i32): void {
  const bytes = new Uint8Array(n);
  for (let i = 0; i < n; i++) bytes[i] = <u8>(i + 1);
  const part = Uint8Array.wrap(bytes.buffer.slice(1));
  let good = part.length == n - 1;
  for (let i = 0; i < n - 1; i++) if (part[i] != <u8>(i + 2)) good = false;
  want("ArrayBuffer#slice", n, good);
  const grown = new Array<u8>();
  for (let i = 0; i < n; i++) grown.push(<u8>(i + 1));
  const buffer = grown.buffer;
  good = true;
  for (let i = 0; i < buffer.byteLength; i++) if (load<u8>(changetype<usize>(buffer) + i) != (i < n ? <u8>(i + 1) : 0)) good = false;
  want("Array#push", n, good);
}

export function main(): void {
  soil();
  for (let n = 1; n < 600; n++) {
    strings(n);
    buffers(n);
    if (n % 100 == 0) soil();
  }
  strings(5000);
  buffers(50000);
  println(`${wrong} are wrong`);
}

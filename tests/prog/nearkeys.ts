// SPDX-License-Identifier: MIT
// Keys that are close lie in buckets that are close: 16 consecutive numbers, or objects made one after the other, share a line of buckets. Maps and sets are as ever otherwise.
import { println } from "gopark/assembly";

class Key {
  constructor(public n: i32) {}
}

class Cell {
  a: i64;
}

const NUMBERS = 2000;
const LINE = 16; // buckets

/** The bucket in which a table of std's has the entry at that address first; −1 if it is behind another. */
function bucketOf(table: usize, entry: usize): i32 {
  const buckets = load<usize>(table);
  const n = <i32>load<u32>(table, 4) + 1;
  for (let i = 0; i < n; i++) if (load<usize>(buckets + (<usize>i << 2)) == entry) return i;
  return -1;
}

/** The lines of buckets that n entries are in, as far as they are first in their buckets. */
function linesOf(table: usize, first: i32, n: i32, size: usize): Set<i32> {
  const entries = load<usize>(table, 8);
  const found = new Set<i32>();
  for (let i = first; i < first + n; i++) {
    const bucket = bucketOf(table, entries + <usize>i * size);
    if (bucket >= 0) found.add(bucket / LINE);
  }
  return found;
}

function lines(what: string, table: usize, size: usize): void {
  let whole = 0;
  let torn = 0;
  for (let i = 0; i < NUMBERS; i += LINE) {
    const n = linesOf(table, i, LINE, size).size;
    if (n == 1) whole++;
    if (n > 1) torn++;
  }
  println(`${what}: ${torn} of the ${NUMBERS / LINE} lines are torn, ${whole > NUMBERS / LINE / 3} that over a third are to be seen`);
}

/** Says how well keys that are `stride` apart are spread. */
function spread(stride: i32): void {
  const set = new Set<i32>();
  for (let i = 0; i < NUMBERS; i++) set.add(i * stride);
  const table = changetype<usize>(set);
  const buckets = load<usize>(table);
  const n = <i32>load<u32>(table, 4) + 1;
  let used = 0;
  for (let i = 0; i < n; i++) if (load<usize>(buckets + (<usize>i << 2))) used++;
  println(`stride ${stride}: ${used * 3 > n} that over a third of the buckets are used`);
}

function numbers<T>(what: string, from: T): void {
  const map = new Map<T, i32>();
  const set = new Set<T>();
  for (let i = 0; i < NUMBERS; i++) {
    map.set(<T>(from + <T>i), i);
    set.add(<T>(from + <T>i));
  }
  let good = 0;
  for (let i = 0; i < NUMBERS; i++) {
    const key = <T>(from + <T>i);
    if (map.get(key) == i && set.has(key) && map.delete(key) && !map.has(key)) good++;
  }
  println(`${what}: ${good} of ${NUMBERS} keys, ${map.size} left`);
  for (let i = 0; i < NUMBERS; i++) map.set(<T>(from + <T>i), i);
  lines(`Map<${what}>`, changetype<usize>(map), sizeof<T>() == 8 ? 16 : 12);
  lines(`Set<${what}>`, changetype<usize>(set), sizeof<T>() == 8 ? 16 : 8);
}

function objects(): void {
  const keys = new Array<Key>();
  const map = new Map<Key, Cell>();
  for (let i = 0; i < NUMBERS; i++) keys.push(new Key(i));
  for (let i = 0; i < NUMBERS; i++) map.set(keys[i], new Cell());
  let good = 0;
  for (let i = 0; i < NUMBERS; i++) if (map.has(keys[i]) && keys[i].n == i) good++;
  println(`Key: ${good} of ${NUMBERS} keys`);
  let near = 0;
  for (let i = 1; i < NUMBERS; i++) {
    const entries = load<usize>(changetype<usize>(map), 8);
    const before = bucketOf(changetype<usize>(map), entries + <usize>(i - 1) * 12);
    const bucket = bucketOf(changetype<usize>(map), entries + <usize>i * 12);
    if (before >= 0 && bucket >= 0 && before / LINE == bucket / LINE) near++;
  }
  println(`Key: ${near > NUMBERS / 4} that many neighbours share a line`);
}

function others(): void {
  const small = new Map<i8, i32>();
  const flags = new Map<bool, i32>();
  const floats = new Map<f64, i32>();
  const strings = new Map<string, i32>();
  const maybe = new Map<Key | null, i32>();
  for (let i = -128; i < 128; i++) small.set(<i8>i, i);
  flags.set(true, 1).set(false, 0);
  for (let i = 0; i < 100; i++) floats.set(<f64>i / 2, i);
  for (let i = 0; i < 100; i++) strings.set(i.toString(), i);
  maybe.set(null, 7).set(new Key(1), 8);
  let good = 0;
  for (let i = -128; i < 128; i++) if (small.get(<i8>i) == i) good++;
  for (let i = 0; i < 100; i++) if (floats.get(<f64>i / 2) == i && strings.get(i.toString()) == i) good++;
  println(`others: ${good} of 356 keys, ${flags.get(true)} ${flags.get(false)} ${maybe.get(null)}`);
}

export function main(): void {
  numbers<i32>("i32", 0);
  numbers<i32>("i32", -1008);
  numbers<u32>("u32", 0xfffffc00);
  numbers<i64>("i64", -0x123456780000);
  numbers<u64>("u64", 0x8000000000000000);
  numbers<usize>("usize", 4096);
  for (let shift = 0; shift < 20; shift++) spread(1 << shift);
  spread(3);
  spread(1000);
  objects();
  others();
}

// SPDX-License-Identifier: MIT
// A comparator may allocate and park: what is sorted is there behind it, whoever looks at the array meanwhile.
import { WaitGroup, go, gosched, println } from "gopark/assembly";

/** Builds that collect all the time do less. */
const TORTURE = isDefined(GO_TORTURE) || isDefined(GO_TORTURE_STEP);
const MANY = TORTURE ? 100 : 20000;
const ROUNDS = TORTURE ? 3 : 2000;

let seed: u32 = 7;

class Person {
  name: string;

  constructor(public n: i32) {
    this.name = "Name" + n.toString();
  }
}

function random(): u32 {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  return seed ^= seed << 5;
}

function people(n: i32): Person[] {
  const list = new Array<Person>();
  for (let i = 0; i < n; i++) list.push(new Person(<i32>(random() % 100000)));
  return list;
}

function byName(a: Person, b: Person): i32 {
  const x = a.name.toUpperCase() + "!";
  const y = b.name.toUpperCase() + "!";
  return x < y ? -1 : x > y ? 1 : 0;
}

function byNumber(a: Person, b: Person): i32 {
  if (random() % 4096 == 0) gosched();
  return a.n - b.n;
}

function whole(p: Person): bool {
  return p.name == "Name" + p.n.toString();
}

function bad(list: Person[]): i32 {
  let n = 0;
  for (let i = 0; i < list.length; i++) if (!whole(list[i])) n++;
  return n;
}

function allocating(rounds: i32, size: i32): i32 {
  let n = 0;
  for (let round = 0; round < rounds; round++) {
    const list = people(size);
    list.sort(byName);
    people(size);
    n += bad(list);
    for (let i = 1; i < size; i++) if (byName(list[i - 1], list[i]) > 0) n++;
  }
  return n;
}

function parking(list: Person[], wg: WaitGroup): void {
  list.sort(byNumber);
  wg.done();
}

function churning(wg: WaitGroup): void {
  for (let i = 0; i < 60; i++) {
    people(MANY / 10);
    gosched();
  }
  wg.done();
}

/** Sorted while others allocate. */
function parked(): i32 {
  const lists = [people(MANY), people(MANY), people(30)];
  const wg = new WaitGroup();
  wg.add(lists.length + 1);
  for (let i = 0; i < lists.length; i++) go(parking, lists[i], wg);
  go(churning, wg);
  wg.wait();
  let n = 0;
  for (let i = 0; i < lists.length; i++) n += bad(lists[i]);
  return n;
}

/** The array grows while it is sorted: what is sorted is what it had before. */
function growing(): i32 {
  const list = people(MANY / 20);
  const wg = new WaitGroup();
  wg.add(1);
  go((list: Person[], wg: WaitGroup): void => {
    list.sort((a, b) => {
      if (random() % 64 == 0) gosched();
      return a.n - b.n;
    });
    wg.done();
  }, list, wg);
  gosched();
  for (let i = 0; i < MANY / 6; i++) list.push(new Person(i));
  people(2 * MANY);
  wg.wait();
  return bad(list);
}

function fixed(): i32 {
  const list = StaticArray.fromArray(people(MANY));
  list.sort(byName);
  people(MANY);
  let n = 0;
  for (let i = 0; i < list.length; i++) if (!whole(list[i])) n++;
  return n;
}

export function main(): void {
  println("lost " + allocating(6, MANY).toString());
  println("of few " + allocating(10 * ROUNDS, 3).toString());
  println("of some " + allocating(ROUNDS, 40).toString());
  println("lost while parked " + parked().toString());
  println("lost while growing " + growing().toString());
  println("of fixed length " + fixed().toString());
}

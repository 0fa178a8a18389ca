// SPDX-License-Identifier: MIT
// An engine's trap has the same stack optimized or not: its line, what was inlined, functions without a trace.
// Flags: --disable nontrapping-f2i
// Cases: loadInLeaf storeInLeaf loadSecond loadInBranch loadInLoop loadLines loadInMethod loadAfterPark loadBesidePanic
// Cases: divideInLeaf divideWide remainder truncateNaN truncateLarge truncateWide indirectNull indirectWrong indirectQuiet
// Cases: uncheckedArray uncheckedStatic fieldOfNull copyInLeaf fillInLeaf textOfNull quietDeep quietTwice quietBelow
// Cases: sameBodies generic recursive inGoroutine inTimer inComparator inMap onlyParked alias unreachableArm manyOnALine
import { Chan, go, gosched, println, time } from "gopark/assembly";

@external("test", "pick") declare function pick(): string;

/** Far outside of any memory. */
const WILD: usize = <usize>-64;

class Cell {
  at: usize;
  value: i32 = 1;

  constructor(at: usize) {
    this.at = at;
  }

  read(): i32 {
    return load<i32>(this.at) + this.value;
  }
}

function peek(p: usize): i32 {
  return load<i32>(p);
}

function poke(p: usize): void {
  store<i32>(p, 7);
}

function quotient(a: i32, b: i32): i32 {
  return a / b;
}

function park(): void {
  for (let i = 0; i < 3; i++) gosched();
}

/** Address 0 is in memory; the last of the two is what the case gives. */
function pair(first: usize, second: usize): i32 {
  const a = peek(first);
  const b = peek(second);
  return a + b;
}

function loadInLeaf(): void {
  println(`${peek(WILD)}`);
}

function storeInLeaf(): void {
  poke(WILD);
}

function loadSecond(): void {
  println(`${pair(0, WILD)}`);
}

function loadInBranch(): void {
  let p = WILD;
  if (pick().length > 100) println(`${peek(p)}`);
  else {
    p += 4;
    println(`no: ${peek(p)}`);
  }
}

function loadInLoop(): void {
  let sum = 0;
  for (let p: usize = 0; ; p += 65536) {
    sum += peek(p);
    if (sum == -1) println("never");
  }
}

function loadLines(): void {
  const sum =
    peek(0) +
    peek(4) +
    peek(WILD) +
    peek(8);
  println(`${sum}`);
}

function loadInMethod(): void {
  const cell = new Cell(WILD);
  println(`${cell.read()}`);
}

function loadAfterPark(): void {
  const cell = new Cell(WILD);
  park();
  println(`${cell.read()}`);
}

function loadBesidePanic(): void {
  const p = WILD + pick().length;
  assert(p > 8, "never");
  const v = peek(p);
  assert(v == 0, "never either");
}

function divideInLeaf(): void {
  println(`${quotient(i32.MIN_VALUE, 14 - pick().length - 3)}`);
}

function divideWide(): void {
  println(`${i64.MIN_VALUE / (<i64>pick().length - 11)}`);
}

function remainder(): void {
  println(`${i32.MIN_VALUE % (pick().length - 10)} is no trap`);
  poke(WILD + 1);
}

function whole(x: f64): i32 {
  return <i32>x;
}

function truncateNaN(): void {
  println(`${whole(NaN)}`);
}

function truncateLarge(): void {
  println(`${whole(<f64>pick().length * 1e10)}`);
}

function truncateWide(): void {
  println(`${<u64>(<f32>pick().length * -1)}`);
}

function apply(f: (n: i32) => i32, n: i32): i32 {
  return f(n) + 1;
}

function indirectNull(): void {
  println(`${apply(changetype<(n: i32) => i32>(0), 1)}`);
}

function indirectWrong(): void {
  const f: () => void = indirectNull;
  println(`${apply(changetype<(n: i32) => i32>(f), 1)}`);
}

function indirectQuiet(): void {
  println(`${apply((n: i32): i32 => peek(WILD + n), 1)}`);
}

function uncheckedArray(): void {
  const a: i32[] = [1, 2, 3];
  println(`${unchecked(a[0x20000000 - pick().length])}`);
}

function uncheckedStatic(): void {
  const a = new StaticArray<u8>(3);
  println(`${unchecked(a[pick().length - 0x7000_0000])}`);
}

function fieldOfNull(): void {
  const cell = changetype<Cell>(WILD);
  println(`${cell.value}`);
}

function copyTo(p: usize): void {
  memory.copy(p, 0, 100);
}

function copyInLeaf(): void {
  copyTo(WILD);
}

function fillInLeaf(): void {
  memory.fill(WILD - pick().length, 0, 1000);
}

function textOfNull(): void {
  println(changetype<string>(WILD).toUpperCase());
}

/** Nothing from here on can look at a stack: no function of these keeps a trace. */
function quiet3(p: usize): i32 {
  let sum = 0;
  for (let i = 0; i < 4; i++) sum += peek(p + i);
  return sum;
}

function quiet2(p: usize, n: i32): i32 {
  if (n > 0) return quiet2(p, n - 1) + 1;
  return quiet3(p);
}

function quiet1(p: usize): i32 {
  const a = quiet2(0, 2);
  return a +
    quiet2(p, 3);
}

function quietDeep(): void {
  println(`${quiet1(WILD)}`);
}

function quietTwice(): void {
  println(`${quiet1(0)} ${quiet1(4) + quiet1(WILD)}`);
}

function noisy(p: usize): i32 {
  if (p == 1) park();
  return quiet1(p);
}

function quietBelow(): void {
  println(`${noisy(0)}`);
  println(`${noisy(WILD)}`);
}

function first(p: usize): i32 {
  return load<i32>(p, 4);
}

function second(p: usize): i32 {
  return load<i32>(p, 4);
}

function sameBodies(): void {
  println(`${first(0)}`);
  println(`${second(WILD)}`);
}

function get<T>(p: usize): T {
  return load<T>(p);
}

function generic(): void {
  println(`${get<u8>(0)} ${get<f64>(0)} ${get<u16>(WILD)}`);
}

function descend(p: usize, n: i32): i32 {
  if (n == 0) {
    return peek(p);
  }
  return descend(p, n - 1) + n;
}

function recursive(): void {
  println(`${descend(0, 3)}`);
  println(`${descend(WILD, 3)}`);
}

function trapLater(p: usize): void {
  park();
  poke(p);
}

function inGoroutine(): void {
  go(trapLater, WILD);
  park();
  park();
}

function inTimer(): void {
  time.afterFunc(time.Millisecond, trapLater, WILD);
  time.sleep(time.Second);
}

function inComparator(): void {
  const a: i32[] = [3, 1, 2];
  a.sort((x, y) => x - y + peek(WILD));
}

function inMap(): void {
  const a: i32[] = [3, 1, 2];
  println(`${a.map<i32>((x) => peek(x == 2 ? WILD : 0)).length}`);
}

/** The trap's function holds a frame that was resumed, and calls nothing afterwards. */
function onlyParked(): void {
  park();
  store<i32>(WILD, 1);
}

function alias(): void {
  const f: (p: usize) => i32 = peek;
  println(`${f(0)} ${f(WILD)}`);
}

function unreachableArm(): void {
  if (pick().length) poke(WILD);
  else unreachable();
}

function manyOnALine(): void {
  println(`${peek(0) + quotient(4, 2) + peek(WILD) + quotient(1, 1)}`);
}

/** Parked all the while: its stack is not the trap's. */
function bystander(c: Chan<i32>): void {
  c.recv();
}

function run(name: string): void {
  if (name == "loadInLeaf") loadInLeaf();
  if (name == "storeInLeaf") storeInLeaf();
  if (name == "loadSecond") loadSecond();
  if (name == "loadInBranch") loadInBranch();
  if (name == "loadInLoop") loadInLoop();
  if (name == "loadLines") loadLines();
  if (name == "loadInMethod") loadInMethod();
  if (name == "loadAfterPark") loadAfterPark();
  if (name == "loadBesidePanic") loadBesidePanic();
  if (name == "divideInLeaf") divideInLeaf();
  if (name == "divideWide") divideWide();
  if (name == "remainder") remainder();
  if (name == "truncateNaN") truncateNaN();
  if (name == "truncateLarge") truncateLarge();
  if (name == "truncateWide") truncateWide();
  if (name == "indirectNull") indirectNull();
  if (name == "indirectWrong") indirectWrong();
  if (name == "indirectQuiet") indirectQuiet();
  if (name == "uncheckedArray") uncheckedArray();
  if (name == "uncheckedStatic") uncheckedStatic();
  if (name == "fieldOfNull") fieldOfNull();
  if (name == "copyInLeaf") copyInLeaf();
  if (name == "fillInLeaf") fillInLeaf();
  if (name == "textOfNull") textOfNull();
  if (name == "quietDeep") quietDeep();
  if (name == "quietTwice") quietTwice();
  if (name == "quietBelow") quietBelow();
  if (name == "sameBodies") sameBodies();
  if (name == "generic") generic();
  if (name == "recursive") recursive();
  if (name == "inGoroutine") inGoroutine();
  if (name == "inTimer") inTimer();
  if (name == "inComparator") inComparator();
  if (name == "inMap") inMap();
  if (name == "onlyParked") onlyParked();
  if (name == "alias") alias();
  if (name == "unreachableArm") unreachableArm();
  if (name == "manyOnALine") manyOnALine();
}

export function main(): void {
  go(bystander, new Chan<i32>());
  gosched();
  run(pick());
  println("still running");
}

// SPDX-License-Identifier: MIT
// Flags: --use GO_PREEMPT=1
// Loops and recursion that never park give way to others when the time slice is over.
import { Chan, Once, WaitGroup, go, println, runtime, time } from "gopark/assembly";

const ms = time.Millisecond;
let stop = false;

function spin(done: Chan<string>): void {
  let turns: i64 = 0;
  while (!stop) ++turns;
  done.send(turns > 1000 ? "the loop ended" : "the loop hardly ran");
}

function fib(n: i32): i32 {
  if (stop) return 0;
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

function recur(done: Chan<string>): void {
  fib(80);
  done.send("the recursion ended");
}

class Node {
  constructor(public value: i32, public next: Node | null) {}
}

// Values, references and nested loops come through whatever interrupts them.
function lists(seed: i32, wg: WaitGroup, sums: StaticArray<i64>): void {
  let sum: i64 = 0;
  for (let round = 0; round < 300; ++round) {
    let head: Node | null = null;
    for (let i = 0; i < 300; ++i) head = new Node(seed + i, head);
    let text = "";
    do {
      sum += head!.value;
      if (head!.value % 100 == 0) text += `${head!.value}`;
      head = head!.next;
    } while (head);
    sum += text.length;
  }
  sums[seed] = sum;
  wg.done();
}

function slowly(): void {
  while (!stop) {}
  println("once");
}

const once = new Once();

function first(done: Chan<string>): void {
  once.do(slowly);
  done.send("the loop below once.do ended");
}

function atModuleLevel(): i32 {
  let n = 0;
  for (let i = 0; i < 100_000; ++i) n += i & 1;
  return n;
}

const half = atModuleLevel();

function giveWay(what: (done: Chan<string>) => void): void {
  const done = new Chan<string>();
  stop = false;
  go(what, done);
  time.sleep(20 * ms);
  stop = true;
  println(done.recv());
}

export function main(): void {
  println(`module level is not interrupted: ${half}`);
  giveWay(spin);
  giveWay(recur);
  giveWay(first);

  const alone = new StaticArray<i64>(8);
  const together = new StaticArray<i64>(8);
  const wg = new WaitGroup();
  for (let i = 0; i < 8; ++i) {
    wg.add(1);
    lists(i, wg, alone);
  }
  wg.add(8);
  for (let i = 0; i < 8; ++i) go(lists, i, wg, together);
  wg.wait();
  for (let i = 0; i < 8; ++i) assert(alone[i] == together[i], "an interrupted sum is another");
  println("interrupted sums are the same");

  stop = false;
  go(spin, new Chan<string>(1));
  time.sleep(20 * ms);
  const buf = new Uint8Array(2000);
  const n = runtime.stack(buf, true);
  println(String.UTF8.decodeUnsafe(buf.dataStart, n));
}

// SPDX-License-Identifier: MIT
// What only a parked goroutine holds survives collections: locals, arguments, values in flight.
import { Chan, Mutex, Select, WaitGroup, context, go, gosched, println, runtime, time } from "gopark/assembly";

class Node {
  next: Node | null = null;
  constructor(public id: i32, public name: string) {}
}

const gate = new Chan<bool>();
const out = new Chan<string>(64);
const wg = new WaitGroup();

/** Fills the heap with things nobody holds, so that what was freed by mistake is overwritten. */
function churn(): void {
  for (let round = 0; round < 3; round++) {
    runtime.gc();
    for (let i = 0; i < 200; i++) {
      new Node(-1, `garbage ${i}`);
      new StaticArray<i32>(i & 31).fill(-1);
    }
  }
}

function settle(): void {
  for (let i = 0; i < 5; i++) {
    churn();
    gosched();
  }
}

function list(n: i32, name: string): Node {
  const head = new Node(0, `${name} 0`);
  let last = head;
  for (let i = 1; i < n; i++) {
    last.next = new Node(i, `${name} ${i}`);
    last = last.next!;
  }
  return head;
}

function check(head: Node | null, n: i32, name: string): string {
  let i = 0;
  while (head) {
    if (head.id != i || head.name != `${name} ${i}`) return `BROKEN at ${i}: ${head.id} ${head.name}`;
    head = head.next;
    i++;
  }
  return i == n ? `${name}: ${i}` : `BROKEN: ${i} of ${n} ${name}`;
}

function locals(): void {
  const a = list(10, "local");
  const s = "string " + a.name;
  const arr: Node[] = [list(3, "in array"), list(4, "second")];
  const m = new Map<string, Node>();
  m.set("k" + s, a);
  gate.recv();
  churn();
  out.send(check(a, 10, "local"));
  out.send(s);
  out.send(check(arr[0], 3, "in array"));
  out.send(check(arr[1], 4, "second"));
  out.send(check(m.get("kstring local 0"), 10, "local"));
}

/** Only temporaries hold these: nothing was assigned before the park. */
function temporaries(): void {
  out.send(join(list(5, "temporary"), recvNode(), "x".repeat(3) + recvName()));
}

function recvNode(): Node {
  gate.recv();
  return list(6, "made meanwhile");
}

function recvName(): string {
  gate.recv();
  return "name";
}

function join(a: Node, b: Node, s: string): string {
  return check(a, 5, "temporary") + ", " + check(b, 6, "made meanwhile") + ", " + s;
}

function args(n: Node, s: string, a: StaticArray<string>, f: f64, o: Node | null): void {
  gosched();
  out.send(check(n, 7, "argument") + ` ${s} ${a.join(",")} ${f} ${o === null}`);
}

function recursion(depth: i32, up: Node): i32 {
  if (depth == 0) {
    gate.recv();
    return 0;
  }
  const mine = new Node(depth, `depth ${depth}`);
  mine.next = up;
  const below = recursion(depth - 1, mine);
  if (mine.name != `depth ${depth}` || mine.next !== up) return -1000000;
  return below + 1;
}

function nodeSender(c: Chan<Node>, n: i32): void {
  c.send(list(n, `sent${n}`));
}

function stringSender(c: Chan<string>, n: i32): void {
  c.send(`in flight ${n}`);
}

function selectSender(c: Chan<Node>): void {
  const s = new Select();
  s.send(c, list(9, "selected"));
  s.recv(new Chan<string>());
  s.wait();
}

function channels(): void {
  // in a buffer that only a parked goroutine knows
  go((): void => {
    const c = new Chan<Node>(4);
    for (let i = 1; i <= 4; i++) c.send(list(i, `buffered${i}`));
    gate.recv();
    for (let i = 1; i <= 4; i++) out.send(check(c.recv(), i, `buffered${i}`));
  });
  // in flight, of parked senders
  const c = new Chan<Node>();
  const s = new Chan<string>();
  for (let i = 1; i <= 3; i++) {
    go(nodeSender, c, i);
    go(stringSender, s, i);
    gosched();
  }
  settle();
  gate.send(true);
  settle();
  for (let i = 0; i < 3; i++) {
    const head = c.recv();
    churn();
    let n = 0;
    for (let x: Node | null = head; x; x = x.next) n++;
    out.send(check(head, n, `sent${n}`));
    out.send(s.recv());
  }
  go(selectSender, c);
  settle();
  const got = c.recv();
  churn();
  out.send(check(got, 9, "selected"));
  // handed to a receiver that has not run yet
  go((c: Chan<Node>): void => {
    const n = c.recv();
    churn();
    out.send(check(n, 8, "handed"));
  }, c);
  settle();
  c.send(list(8, "handed"));
  settle();
  const sel = new Chan<Node>();
  go((c: Chan<Node>): void => {
    const s = new Select();
    s.recv(c);
    s.recv(new Chan<i32>());
    s.wait();
    churn();
    out.send(check(s.value<Node>(), 8, "chosen"));
  }, sel);
  settle();
  sel.send(list(8, "chosen"));
  settle();
}

function others(): void {
  // arguments of a timer
  const t = time.afterFunc(time.Hour, (n: Node, s: string): void => {
    churn();
    out.send(check(n, 5, "timer") + " " + s);
  }, list(5, "timer"), "text".repeat(2));
  churn();
  // a mutex's waiter, a context's values
  const m = new Mutex();
  m.lock();
  go((m: Mutex, n: Node): void => {
    const s = `held ${n.id}`;
    m.lock();
    out.send(check(n, 2, "mutex") + " " + s);
  }, m, list(2, "mutex"));
  go((): void => {
    const ctx = context.withValue(context.background(), "k".repeat(2), "v".repeat(3));
    gate.recv();
    out.send(ctx.value("kk")!);
  });
  settle();
  m.unlock();
  settle();
  gate.send(true);
  settle();
  t.reset(0);
  time.sleep(time.Millisecond);
}

function show(title: string): void {
  println("-- " + title);
  while (out.length > 0) println(out.recv());
}

export function main(): void {
  go(locals);
  settle();
  gate.send(true);
  settle();
  show("locals");
  go(temporaries);
  settle();
  gate.send(true);
  settle();
  gate.send(true);
  settle();
  show("temporaries");
  go(args, list(7, "argument"), "a".repeat(3), StaticArray.fromArray<string>(["b".repeat(2), "c"]), 1.5, <Node | null>null);
  settle();
  show("arguments");
  go((): void => out.send(`${recursion(200, new Node(0, "root"))}`));
  settle();
  gate.send(true);
  settle();
  show("recursion");
  channels();
  show("channels");
  others();
  show("others");
  println(`${runtime.numGoroutine()} goroutine`);
}

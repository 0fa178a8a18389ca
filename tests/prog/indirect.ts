// SPDX-License-Identifier: MIT
// A goroutine parks below every kind of call: tables, virtual methods, interfaces, callbacks, generics.
import { Chan, WaitGroup, go, gosched, println } from "gopark/assembly";

const c = new Chan<i32>();
const wg = new WaitGroup();

type Op = (a: i32, b: i32) => i32;

function add(a: i32, b: i32): i32 {
  return a + b;
}

function parkingAdd(a: i32, b: i32): i32 {
  return a + c.recv() + b;
}

function yieldingMul(a: i32, b: i32): i32 {
  gosched();
  return a * b;
}

class Shape {
  constructor(protected side: i32) {}
  area(): i32 {
    return 0;
  }
  describe(): string {
    return `area ${this.area()}`;
  }
  get size(): i32 {
    return this.side;
  }
}

class Square extends Shape {
  area(): i32 {
    return this.side * c.recv();
  }
}

class Cube extends Square {
  area(): i32 {
    const one = super.area();
    gosched();
    return 6 * one;
  }
  get size(): i32 {
    return super.size + c.recv();
  }
}

interface Source {
  next(): i32;
}

class Counter implements Source {
  n: i32 = 0;
  next(): i32 {
    return ++this.n;
  }
}

class Receiver implements Source {
  constructor(private from: Chan<i32>) {}
  next(): i32 {
    return this.from.recv();
  }
}

class Holder {
  made: i32;
  constructor() {
    this.made = c.recv(); // parks in a constructor
  }
  @operator("+")
  static plus(a: Holder, b: Holder): i32 {
    return a.made + b.made + c.recv();
  }
  @operator("[]")
  at(i: i32): i32 {
    return i * c.recv();
  }
  set value(v: i32) {
    this.made = v + c.recv();
  }
}

function feed(n: i32): void {
  for (let i = 1; i <= n; i++) c.send(i);
}

function take<T>(ch: Chan<T>, n: i32): T[] {
  const all = new Array<T>();
  for (let i = 0; i < n; i++) all.push(ch.recv());
  return all;
}

function twice<T>(fn: (v: T) => T, v: T): T {
  return fn(fn(v));
}

class Pair<A, B> {
  constructor(public a: Chan<A>, public b: Chan<B>) {}
  both(): string {
    return `${this.a.recv()} ${this.b.recv()}`;
  }
}

function sumOf(s: Source, n: i32): i32 {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += s.next();
  return sum;
}

export function main(): void {
  // through a table of functions, some of which park
  const ops: Op[] = [add, parkingAdd, yieldingMul, (a: i32, b: i32): i32 => a - c.recv() - b];
  go(feed, 2);
  let line = "functions:";
  for (let i = 0; i < ops.length; i++) line += ` ${ops[i](30, 4)}`;
  println(line);

  // through virtual methods, and a method that does not park itself but calls one that does
  const shapes: Shape[] = [new Shape(2), new Square(3), new Cube(4)];
  go(feed, 3);
  line = "methods:";
  for (let i = 0; i < shapes.length; i++) line += " " + shapes[i].describe();
  line += ` size ${shapes[2].size}`;
  println(line);

  // through an interface
  const sources: Source[] = [new Counter(), new Receiver(c)];
  go(feed, 4);
  println(`interface: ${sumOf(sources[0], 4)} ${sumOf(sources[1], 4)}`);

  // constructors, operators, setters
  go(feed, 5);
  const a = new Holder();
  const b = new Holder();
  line = `operators: ${a + b} ${a[10]}`;
  a.value = 100;
  println(line + ` ${a.made}`);

  // callbacks of the standard library
  go(feed, 12);
  [10, 20, 30].forEach((v: i32): void => println(`forEach ${v + c.recv()}`));
  println("map " + [10, 20, 30].map<i32>((v: i32): i32 => v * c.recv()).join(","));
  println("filter " + [1, 2, 3].filter((v: i32): bool => c.recv() % 2 == 0).join(","));
  println(`reduce ${[1, 2, 3].reduce<i32>((sum: i32, v: i32): i32 => sum + v * c.recv(), 0)}`);
  println("sort " + [3, 1, 2, 5, 4].sort((a: i32, b: i32): i32 => {
    gosched();
    return a - b;
  }).join(","));

  // generics, one instance for each type
  const strings = new Chan<string>(4);
  const floats = new Chan<f64>(4);
  go((s: Chan<string>, f: Chan<f64>): void => {
    for (let i = 0; i < 3; i++) {
      s.send(`s${i}`);
      f.send(i + 0.5);
    }
  }, strings, floats);
  println("generic " + take(strings, 2).join(",") + " " + take(floats, 2).join(","));
  println("generic class " + new Pair<string, f64>(strings, floats).both());
  println(`generic callback ${twice<i32>((v: i32): i32 => {
    gosched();
    return v * 3;
  }, 7)}`);

  // a function value picked at run time, called by a goroutine that others overtake
  wg.go((fn: Op): void => println(`value ${fn(1, 2)}`), parkingAdd);
  wg.go((fn: Op): void => println(`value ${fn(1, 2)}`), yieldingMul);
  gosched();
  c.send(40);
  wg.wait();
}

// SPDX-License-Identifier: MIT
// The drivers as goroutines that take turns; what is held is in the frames of goroutines that park.
import { Chan, go, gosched, println, runtime, WaitGroup } from "gopark/assembly";
import { Driver, Keeper } from "./driver";
import { sumOf, Thing } from "./objects";

@external("test", "number") declare function number(which: i32): i32;
const SEED = number(0);
const DRIVERS = number(1);
const STEPS = number(2);
const HIGH = number(3);

/** Parks with the thing in a frame `depth` calls below; how it is when it is back is its result. */
function below(depth: i32, thing: Thing, gate: Chan<bool>): u64 {
  const label = `depth ${depth}`;
  if (depth) {
    const sum = below(depth - 1, thing, gate);
    assert(label == `depth ${depth}`, "a local of a parked frame has changed");
    return sum;
  }
  gate.recv();
  return thing.sum();
}

function keep(thing: Thing, sum: u64, text: string, textSum: u64, gate: Chan<bool>, back: Chan<Thing>): void {
  const depth = <i32>(thing.serial % 5);
  assert(below(depth, thing, gate) == sum && sumOf(text) == textSum, "what was held has changed");
  back.send(thing);
}

class Goroutines extends Keeper {
  private gates: Map<i32, Chan<bool>> = new Map();
  private back: Chan<Thing> = new Chan<Thing>();

  hold(i: i32, thing: Thing, sum: u64, text: string): void {
    const gate = new Chan<bool>(i & 1);
    this.gates.set(i, gate);
    go(keep, thing, sum, text, sumOf(text), gate, this.back);
  }

  release(i: i32): Thing {
    this.gates.get(i).send(true);
    this.gates.delete(i);
    return this.back.recv();
  }

  rest(): void {
    gosched();
  }
}

function drive(seed: i32, wg: WaitGroup): void {
  const sum = new Driver(seed, new Goroutines()).run(STEPS);
  println(`${seed}: ${sum}`);
  wg.done();
}

export function main(): void {
  // Two GiB that nobody writes to: all other addresses have their highest bit set.
  for (let i = 0; i < HIGH; i++) heap.alloc(1 << 29);
  const wg = new WaitGroup();
  wg.add(DRIVERS);
  for (let i = 0; i < DRIVERS; i++) go(drive, SEED + i, wg);
  wg.wait();
  runtime.gc();
  println(`goroutines: ${runtime.numGoroutine()}`);
}

// SPDX-License-Identifier: MIT
// The drivers on a stock runtime, one after the other: what the sums must be.
import { Driver, Keeper } from "./driver";
import { sumOf, Thing } from "./objects";

class Held {
  constructor(public thing: Thing, public sum: u64, public text: string, public textSum: u64) {}
}

class Arrays extends Keeper {
  private held: Map<i32, Held> = new Map();

  hold(i: i32, thing: Thing, sum: u64, text: string): void {
    this.held.set(i, new Held(thing, sum, text, sumOf(text)));
  }

  release(i: i32): Thing {
    const held = this.held.get(i);
    assert(held.thing.sum() == held.sum && sumOf(held.text) == held.textSum, "what was held has changed");
    this.held.delete(i);
    return held.thing;
  }

  rest(): void {}
}

export function run(seed: u32, steps: i32): u64 {
  return new Driver(seed, new Arrays()).run(steps);
}

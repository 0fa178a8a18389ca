// SPDX-License-Identifier: MIT
// Random work on the heap by a seed, and what it comes to. Plain AssemblyScript: any runtime builds it.
//
// What a thing's sum must be lies in raw memory, which no collector knows: whoever lets the thing be
// freed or overwritten is found out at the next look.
import { makeThing, mix, Random, sumOf, Thing } from "./objects";

const SLOTS = 48;
const PINS = 6;
const BLOCKS = 12;
const HELD = 8;
const CHAIN = 6; // peers to follow

/** Keeps things for the driver; how is the build's affair. */
export abstract class Keeper {
  /** Takes the thing, its sum, and a text; into place i, which is empty. */
  abstract hold(i: i32, thing: Thing, sum: u64, text: string): void;
  /** Gives back what is in place i, having looked at both. */
  abstract release(i: i32): Thing;
  /** Between two operations. */
  abstract rest(): void;
}

@unmanaged class Block {
  ptr: usize;
  size: usize;
  fill: u8;
}

export class Driver {
  private things: StaticArray<Thing | null> = new StaticArray<Thing | null>(SLOTS);
  private sums: usize = heap.alloc(SLOTS << 3);
  private pins: StaticArray<usize> = new StaticArray<usize>(PINS); // addresses only
  private pinsums: usize = heap.alloc(PINS << 3);
  private blocks: usize = heap.alloc(BLOCKS * offsetof<Block>());
  private held: StaticArray<bool> = new StaticArray<bool>(HELD);
  private r: Random;
  private serial: u32 = 0;
  private total: u64 = 0;

  constructor(seed: u32, private keeper: Keeper) {
    this.r = new Random(seed * 0x9e3779b1 + 1);
    memory.fill(this.blocks, 0, BLOCKS * offsetof<Block>());
  }

  /** Does so many operations; returns what all that was seen comes to. */
  run(steps: i32): u64 {
    for (let i = 0; i < steps; i++) {
      this.step();
      this.keeper.rest();
    }
    for (let i = 0; i < SLOTS; i++) this.look(i);
    for (let i = 0; i < HELD; i++) if (this.held[i]) this.release(i, i);
    for (let i = 0; i < PINS; i++) if (this.pins[i]) this.unpin(i, i);
    for (let i = 0; i < BLOCKS; i++) this.free(i);
    heap.free(this.sums);
    heap.free(this.pinsums);
    heap.free(this.blocks);
    return this.total;
  }

  private step(): void {
    const r = this.r;
    const i = <i32>r.below(SLOTS);
    const what = r.below(100);
    if (what < 22) this.make(i);
    else if (what < 50) this.change(i);
    else if (what < 60) this.look(i);
    else if (what < 64) this.things[i] = null;
    else if (what < 72) this.meet(i, <i32>r.below(SLOTS));
    else if (what < 78) this.pinSome(<i32>r.below(PINS), i);
    else if (what < 90) this.raw(<i32>r.below(BLOCKS));
    else if (what < 96) this.holdSome(<i32>r.below(HELD), i);
    else if (what < 98) this.litter();
    else if (what == 98) __collect();
    else for (let at = 0; at < SLOTS; at++) this.look(at);
  }

  private make(i: i32): void {
    const thing = makeThing(this.r, ++this.serial);
    thing.change(this.r);
    this.put(i, thing, thing.sum());
  }

  private put(i: i32, thing: Thing, sum: u64): void {
    this.things[i] = thing;
    store<u64>(this.sums + (i << 3), sum);
  }

  private change(i: i32): void {
    const thing = this.things[i];
    if (!thing) return this.make(i);
    this.look(i);
    thing.change(this.r);
    store<u64>(this.sums + (i << 3), thing.sum());
  }

  /** Looks at a thing and at the peers that hang on it. */
  private look(i: i32): void {
    let thing = this.things[i];
    if (!thing) return;
    this.saw(thing, load<u64>(this.sums + (i << 3)));
    for (let n = 0; n < CHAIN && thing; n++) {
      const peer = thing.peer;
      assert(thing.peerSerial == (peer ? peer.serial : 0), "a peer is another one");
      thing = peer;
    }
  }

  private saw(thing: Thing, want: u64): void {
    const sum = thing.sum();
    assert(sum == want, `thing ${thing.serial} is not what it was`);
    this.total = mix(this.total, mix(sum, thing.serial));
  }

  /** Hangs one thing on another, whatever hangs on that: rings, and chains that only they keep alive. */
  private meet(i: i32, j: i32): void {
    const one = this.things[i];
    const other = this.things[j];
    if (!one) return;
    one.peer = other;
    one.peerSerial = other ? other.serial : 0;
    if (this.r.below(2)) this.things[j] = null;
  }

  /** Pins what a slot has and forgets it, or takes up what was pinned. */
  private pinSome(pin: i32, i: i32): void {
    if (this.pins[pin]) return this.unpin(pin, i);
    const thing = this.things[i];
    if (!thing) return;
    this.pins[pin] = __pin(changetype<usize>(thing));
    store<u64>(this.pinsums + (pin << 3), load<u64>(this.sums + (i << 3)));
    this.things[i] = null;
  }

  private unpin(pin: i32, i: i32): void {
    const thing = changetype<Thing>(this.pins[pin]);
    const sum = load<u64>(this.pinsums + (pin << 3));
    this.saw(thing, sum);
    this.put(i, thing, sum);
    __unpin(this.pins[pin]);
    this.pins[pin] = 0;
  }

  private blockAt(i: i32): Block {
    return changetype<Block>(this.blocks + i * offsetof<Block>());
  }

  /** Makes, resizes or frees a raw block. */
  private raw(i: i32): void {
    const r = this.r;
    const b = this.blockAt(i);
    const size = r.below(12) ? 1 + r.below(700) : 1 + r.below(200_000);
    if (!b.ptr) {
      b.ptr = heap.alloc(size);
    } else if (r.below(3)) {
      b.ptr = heap.realloc(b.ptr, size);
      b.size = min(b.size, size);
      this.checkBlock(b);
    } else {
      return this.free(i);
    }
    b.size = size;
    b.fill = <u8>r.next();
    memory.fill(b.ptr, b.fill, size);
  }

  private checkBlock(b: Block): void {
    for (let at: usize = 0; at < b.size; at++) assert(load<u8>(b.ptr + at) == b.fill, "a raw block has changed");
    this.total = mix(this.total, <u64>b.size << 8 | b.fill);
  }

  private free(i: i32): void {
    const b = this.blockAt(i);
    if (!b.ptr) return;
    this.checkBlock(b);
    heap.free(b.ptr);
    b.ptr = 0;
  }

  /** Has the keeper hold what a slot has, or give back what it holds. */
  private holdSome(held: i32, i: i32): void {
    if (this.held[held]) return this.release(held, i);
    const thing = this.things[i];
    if (!thing) return;
    this.things[i] = null;
    this.held[held] = true;
    this.keeper.hold(held, thing, load<u64>(this.sums + (i << 3)), `held ${this.r.next()}`);
  }

  private release(held: i32, i: i32): void {
    const thing = this.keeper.release(held);
    const sum = thing.sum();
    this.held[held] = false;
    this.saw(thing, sum);
    this.put(i, thing, sum);
  }

  /** Fills memory with what nobody holds, so that what was freed by mistake is overwritten. */
  private litter(): void {
    for (let n = this.r.below(150); n; n--) {
      const text = `litter ${this.r.next()}`.repeat(1 + this.r.below(6));
      this.total = mix(this.total, sumOf(text));
    }
  }
}

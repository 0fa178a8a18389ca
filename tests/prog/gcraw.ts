// SPDX-License-Identifier: MIT
// What a program writes itself into a new object, without a barrier, is kept while the collector marks.
import { println } from "gopark/assembly";

class Part {
  constructor(public n: i32) {}
}

class Box {
  part: Part | null = null;
  weight: i32 = 0;
}

/** Writes to itself. */
class Own {
  part: Part | null = null;
  constructor(part: Part) {
    store<Part>(changetype<usize>(this), part, offsetof<Own>("part"));
  }
}

function blank(): Box {
  return changetype<Box>(__new(offsetof<Box>(), idof<Box>()));
}

function byNew(old: Box): Box {
  const box = changetype<Box>(__new(offsetof<Box>(), idof<Box>()));
  store<Part | null>(changetype<usize>(box), old.part, offsetof<Box>("part"));
  return box;
}

function byBlank(old: Box): Box {
  const box = blank();
  store<Part | null>(changetype<usize>(box), old.part, offsetof<Box>("part"));
  return box;
}

function byCopy(old: Box): Box {
  const box = new Box();
  memory.copy(changetype<usize>(box), changetype<usize>(old), offsetof<Box>());
  return box;
}

function byOwn(old: Box): Box {
  const own = new Own(old.part!);
  const box = new Box();
  box.part = own.part;
  own.part = null;
  return box;
}

function byArray(old: Box): Box {
  const parts = new StaticArray<Part | null>(1);
  store<Part | null>(changetype<usize>(parts), old.part);
  const box = new Box();
  box.part = parts[0];
  return box;
}

/** Builds that collect all the time do less. */
const TORTURE = isDefined(GO_TORTURE) || isDefined(GO_TORTURE_STEP);
const BOXES = TORTURE ? 100 : 20000;
const ROUNDS = TORTURE ? 4 : 40;

/** Moves the parts from box to box; the old one forgets its own. */
function renew(name: string, move: (old: Box) => Box): void {
  const boxes = new Array<Box>(BOXES);
  for (let i = 0; i < BOXES; i++) {
    boxes[i] = new Box();
    boxes[i].part = new Part(i);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < BOXES; i++) {
      const old = boxes[i];
      boxes[i] = move(old);
      old.part = null;
    }
  }
  let lost = 0;
  for (let i = 0; i < BOXES; i++) if (boxes[i].part!.n != i) lost++;
  println(name + ": lost " + lost.toString());
}

export function main(): void {
  renew("__new and store", byNew);
  renew("__new elsewhere", byBlank);
  renew("new and memory.copy", byCopy);
  renew("constructor", byOwn);
  renew("array", byArray);
}

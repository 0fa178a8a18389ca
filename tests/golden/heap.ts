// SPDX-License-Identifier: MIT
// Allocates known numbers of objects, for Go's tools to count.
import { runtime } from "gopark/assembly";

class Item {
  a: i64 = 0;
  b: i64 = 0;
  c: i64 = 0;
}

function build(): Item {
  return new Item();
}

const kept: Item[] = [];

export function work(): void {
  runtime.setMemProfileRate(1);
  for (let i = 0; i < 150; i++) {
    const item = build();
    if (i % 3) kept.push(item);
  }
}

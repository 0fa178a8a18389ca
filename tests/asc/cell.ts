// SPDX-License-Identifier: MIT
// What tests/asc/trap.ts traps in.

export class Cell {
  constructor(private at: usize) {}

  read(): i32 {
    let sum = 0;
    for (let i = 0; i < 4; ++i) {
      sum += load<i32>(this.at + (i << 2));
    }
    return sum;
  }
}

// SPDX-License-Identifier: MIT
// A generic class in a file of its own.
import { Chan } from "gopark/assembly";

export class Queue<T> {
  private items: Chan<T> = new Chan<T>();

  take(): T {
    return this.items.recv();
  }

  fail(why: string): void {
    [1].forEach((n: i32) => { assert(n > 1, "callback"); });
    throw new Error(why);
  }
}

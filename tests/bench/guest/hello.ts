// SPDX-License-Identifier: MIT
// The smallest program: its size, and the time to its first line.
import { println } from "gopark/assembly";

export function main(): void {
  println("hello, world");
}

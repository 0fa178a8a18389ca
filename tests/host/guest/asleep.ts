// SPDX-License-Identifier: MIT
// Nothing can wake this one: it exports main only.
import { Chan, println } from "gopark/assembly";

export function main(): void {
  println("before");
  new Chan<i32>().recv();
}

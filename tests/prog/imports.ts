// SPDX-License-Identifier: MIT
// Files may declare the same blocking import, each for itself.
import { println } from "gopark/assembly";
import { halfOf } from "./imports/other";

@blocking @external("test", "half") declare function half(x: f64): f64;

export function main(): void {
  println(`${half(3)} here, ${halfOf(5)} there`);
}

// SPDX-License-Identifier: MIT
// Waits for timers only.
import { println, time } from "gopark/assembly";

export function main(): void {
  for (let i = 0; i < 5; i++) time.sleep(20 * time.Millisecond);
  println("slept");
}

// SPDX-License-Identifier: MIT
// Many goroutines, for what is read of them to be large; allocates afterwards.
import { Chan, go, gosched } from "gopark/assembly";

@external("app", "look") declare function look(): void;

const gate = new Chan<i32>();
let kept: ArrayBuffer | null = null;

function wait(): void {
  gate.recv();
}

export function crowd(n: i32): void {
  for (let i = 0; i < n; i++) go(wait);
  gosched();
}

export function looks(): void {
  look();
}

export function keeps(bytes: i32): void {
  kept = new ArrayBuffer(bytes);
}

export function dies(): void {
  throw new Error("enough");
}

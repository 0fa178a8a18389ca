// SPDX-License-Identifier: MIT
// Waits for what an export brings: in main, or in another export.
import { Chan } from "gopark/assembly";

const inbox = new Chan<i32>();

export function put(n: i32): void {
  inbox.send(n);
}

export function take(): i32 {
  return inbox.recv();
}

export function main(): void {
  inbox.recv();
}

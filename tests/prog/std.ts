// SPDX-License-Identifier: MIT
// What asc's library writes comes in order with what the runtime prints, and process.exit ends with its status.
import { go, gosched, print, println } from "gopark/assembly";

@external("host", "write") declare function write(text: string): void;

function speak(): void {
  println("3");
  console.error("4");
}

export function main(): void {
  println("1");
  console.warn("2");
  go(speak);
  gosched();
  print("5, ");
  trace("6", 2, 0.5, 7);
  console.log("8");
  write("9, ");
  write("10, a line\n");
  console.timeEnd("never started");
  const bytes = new Uint8Array(70_000);
  crypto.getRandomValues(bytes);
  let zeros = 0;
  for (let i = 0; i < bytes.length; i++) if (!bytes[i]) zeros++;
  if (zeros > 1000) println(`${zeros} zeros`);
  process.exit(5);
  println("not reached");
}

// SPDX-License-Identifier: MIT
// Flags: --importTable
// A park below a host's frame cannot work: it ends in a clear error, and a call that does not park is fine.
// Cases: doesNotPark parks yields panics
import { Chan, gosched, println } from "gopark/assembly";

@external("test", "pick") declare function pick(): string;
@external("test", "apply") declare function apply(fn: usize): void;

const c = new Chan<i32>(1);

function doesNotPark(): void {
  c.send(1);
  println(`called by the host: ${c.recv()}`);
}

function parks(): void {
  c.recv();
}

function yields(): void {
  gosched();
}

function panics(): void {
  throw new Error("below the host");
}

function viaHost(fn: () => void): void {
  apply(fn.index);
}

export function main(): void {
  const name = pick();
  if (name == "doesNotPark") viaHost(doesNotPark);
  if (name == "parks") viaHost(parks);
  if (name == "yields") viaHost(yields);
  if (name == "panics") viaHost(panics);
  println("main returns");
}

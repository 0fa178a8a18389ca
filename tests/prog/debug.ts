// SPDX-License-Identifier: MIT
// The debug knobs return what was set before; the traceback level decides whose stacks a death prints.
// Cases: knobs printStack none single all badLevel maxStack
import { Chan, debug, go, gosched, println } from "gopark/assembly";

@external("test", "pick") declare function pick(): string;

function knobs(): void {
  println(`GC percent ${debug.setGCPercent(50)} ${debug.setGCPercent(-1)} ${debug.setGCPercent(100)}`);
  println(`memory limit ${debug.setMemoryLimit(64 << 20) == i64.MAX_VALUE} ${debug.setMemoryLimit(-1)}`);
  const stack = debug.setMaxStack(1 << 20);
  println(`max stack ${stack > 0} ${debug.setMaxStack(stack)}`);
}

function printStack(): void {
  debug.printStack();
}

function dies(level: string): void {
  debug.setTraceback(level);
  go((): void => {
    new Chan<i32>().recv();
  });
  gosched();
  throw new Error("level " + level);
}

function parksDeep(n: i32): i32 {
  if (n == 0) gosched();
  else return parksDeep(n - 1) + 1;
  return 0;
}

/** The frames of one parked goroutine are limited: Go's stack overflow. */
function maxStack(): void {
  debug.setMaxStack(1000);
  debug.setTraceback("none");
  parksDeep(1000);
}

export function main(): void {
  const name = pick();
  if (name == "knobs") knobs();
  if (name == "printStack") printStack();
  if (name == "none" || name == "single" || name == "all") dies(name);
  if (name == "badLevel") debug.setTraceback("loud");
  if (name == "maxStack") maxStack();
}

// SPDX-License-Identifier: MIT
// AssemblyScript's console, trace and process.std… in a WASI command: a case, named by the first argument.
import { elapsed } from "gopark/assembly/wasi/console";
import { println } from "gopark/assembly";

function timers(): void {
  console.time();
  console.time("a");
  console.time("a");
  console.timeLog("a");
  console.timeEnd("a");
  console.timeEnd("a");
  console.timeLog("b");
  console.timeEnd();
}

function times(): void {
  const list: f64[] = [0, 0.0004, 0.12, 1, 1.2344, 12, 999.9996, 1000, 1234.5678, 59999, 60000, 61234.4, 3599000, 3600000, 3661234, 360000000];
  for (let i = 0; i < list.length; i++) println(elapsed(list[i]));
}

function numbers(): void {
  trace("none");
  trace("some", 5, 1, -2.5, 1e21, 1e20, NaN);
  trace("zero", 3, -0.0, 1e-7, Infinity);
}

function copy(): void {
  const buffer = new ArrayBuffer(5);
  process.stdout.write("text, ünicode\n");
  for (let n = process.stdin.read(buffer, 1); n; n = process.stdin.read(buffer, 1)) {
    process.stderr.write(`${n}:`);
    process.stdout.write(buffer.slice(1, 1 + n));
  }
  process.stdout.write("\n");
  process.stdin.close();
  process.stdin.close();
}

export function main(): void {
  const name = process.argv[1];
  if (name == "timers") timers();
  if (name == "copy") copy();
  if (name == "times") times();
  if (name == "numbers") numbers();
}

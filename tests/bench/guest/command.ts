// SPDX-License-Identifier: MIT
// The programs of switch.ts and chan.ts as a WASI command: `PROGRAM [N…]` prints nanoseconds of one operation.
import { buffered, handoff, ring, select2 } from "./chan";
import { spawn, yields } from "./switch";

@external("host", "args") declare function args(): string[];
@external("host", "write") declare function write(text: string): void;

function measure(program: string, a: i32, b: i32): f64 {
  if (program == "yields") return yields(a, b);
  if (program == "spawn") return spawn(a);
  if (program == "handoff") return handoff(a);
  if (program == "buffered") return buffered(a);
  if (program == "select2") return select2(a);
  if (program == "ring") return ring(a, b);
  throw new Error(`bench: no program ${program}`);
}

export function main(): void {
  const given = args();
  const a = i32.parse(given[1]);
  const b = given.length > 2 ? i32.parse(given[2]) : 0;
  write(measure(given[0], a, b).toString());
}

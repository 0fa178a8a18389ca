// SPDX-License-Identifier: MIT
// What tests/host/profiles.test.ts looks at: stacks deeper than a StackRecord, of two callers.
import { Chan, go, gosched, pprof, runtime } from "gopark/assembly";

runtime.setMemProfileRate(1);
runtime.setBlockProfileRate(1);

class Kept {
  constructor(public next: Kept | null) {}
}

let kept: Kept | null = null;
const never = new Chan<i32>();
const values = new Chan<i32>();
const named = pprof.newProfile("kept");

function dive(depth: i32): void {
  if (depth > 0) {
    dive(depth - 1);
    return;
  }
  kept = new Kept(kept);
  named.add<Kept>(kept!);
  values.recv();
  never.recv();
}

function viaA(): void { dive(50); }
function viaB(): void { dive(50); }

/** Parks two goroutines deep below two functions. */
export function park(): void {
  go(viaA);
  go(viaB);
  gosched(); // both wait
  for (let i = 0; i < 2; i++) values.send(i);
}

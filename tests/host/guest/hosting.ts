// SPDX-License-Identifier: MIT
// Calls the host, which returns at once; for tests/host/trace.test.ts.
import { go, gosched, runtime, time, trace } from "gopark/assembly";

@external("app", "spend") declare function spend(ms: i32): i32;

trace.start();
spend(1); // no goroutine's
trace.stop();

function other(): void {}

export function spends(ms: i32): i32 {
  go(other);
  gosched();
  return spend(ms) + spend(ms);
}

export function once(ms: i32): void { spend(ms); }

/** Takes a trace of its own, all in one slice. */
export function itself(): void {
  trace.start();
  spend(1);
  trace.stop();
  spend(1);
}

export function around(): void {
  spend(1);
  runtime.gc();
  time.sleep(time.Millisecond);
  spend(1);
}

// SPDX-License-Identifier: MIT
// What tests/host/threads.test.ts dumps from outside: goroutines with labels and ancestors, that have been found waiting.
import { debug, go, gosched, pprof, runtime, time } from "gopark/assembly";

function sleeper(): void {
  time.sleep(time.Hour);
}

function maker(): void {
  go(sleeper);
}

function dive(n: i32): void {
  if (n) dive(n - 1);
  else go(sleeper);
}

export function waits(): void {
  debug.setTracebackLabels(true);
  debug.setTracebackAncestors(3);
  pprof.withLabels(["tenant", 'a"\\\n\x01\xe4\x7f~\u{1f388}\ud800', "shard", "7"], () => { go(maker); });
  dive(60);
  for (let i = 0; i < 4; ++i) gosched();
  runtime.gc();
}

// SPDX-License-Identifier: MIT
// What tests/host/http.test.ts looks at: goroutines that wait in two ways, objects that live.
import { Chan, go, gosched, pprof, runtime, time } from "gopark/assembly";

runtime.setMemProfileRate(1);

class Session {
  constructor(public id: i32) {}
}

const sessions: Session[] = [];
const never = new Chan<i32>();

function wait(): void { never.recv(); }
function sleep(): void { time.sleep(time.Hour); }

/** Starts n goroutines that wait on a channel, and one that sleeps. */
export function park(n: i32): void {
  for (let i = 0; i < n; i++) go(wait);
  go(sleep);
}

/** Keeps n more sessions. */
export function login(n: i32): void {
  for (let i = 0; i < n; i++) sessions.push(new Session(i));
}

function lost(c: Chan<i32>): void { c.recv(); }

/** Starts a goroutine that nothing can wake. */
export function lose(): void {
  go(lost, new Chan<i32>());
  gosched();
}

/** Starts goroutines with labels: two with the same, one with others. */
export function labels(): void {
  pprof.withLabels(["tenant", "a", "shard", "7"], () => {
    for (let i = 0; i < 2; i++) go(wait);
  });
  pprof.withLabels(["tenant", "b"], () => { go(wait); });
  gosched();
}

export function panics(): void { throw new Error("boom"); }
export function traps(): i32 { return load<i32>(-16); }

/** Makes profiles of names that a path, a header and an attribute have to take. */
export function names(): void {
  pprof.newProfile("my/pkg.conns").add(1);
  pprof.newProfile("zähler 100%").add(1);
  pprof.newProfile("it's").add(1);
  pprof.newProfile("goroutines.lent").add(1);
}

// SPDX-License-Identifier: MIT
// Minutes in which nothing is collected unless somebody else does it, while goroutine 2 waits for ever. By the first argument: what
// goes on meanwhile. Says after each so many minutes how many collections there were, and how many were asked for.
import { Chan, debug, go, gosched, println, runtime, time } from "gopark/assembly";

@external("host", "args") declare function args(): string[];
@blocking @external("host", "readLine") declare function readLine(): string | null;

const never = new Chan<i32>();
const stats = new runtime.MemStats();
const text = new Uint8Array(4096);

function wait(): void {
  never.recv();
}

function tell(): void {
  runtime.readMemStats(stats);
  println(`${stats.numGC} ${stats.numForcedGC}`);
}

function sleep(minutes: i64, times: i32): void {
  for (let i = 0; i < times; i++) {
    time.sleep(minutes * time.Minute);
    tell();
  }
}

function compute(minutes: i64): void {
  const end = time.now() + minutes * time.Minute;
  while (time.now() < end) gosched();
  tell();
}

/** The header of goroutine 2, which says for how long it has waited. */
function header(): string {
  const all = String.UTF8.decodeUnsafe(text.dataStart, runtime.stack(text, true));
  const at = all.indexOf("goroutine 2 ");
  return all.substring(at, all.indexOf("\n", at));
}

export function main(): void {
  go(wait);
  const how = args()[0];
  if (how == "long") sleep(10, 1);
  if (how == "often") sleep(1, 5);
  if (how == "busy") compute(5);
  if (how == "off") {
    debug.setGCPercent(-1);
    sleep(10, 1);
  }
  if (how == "asked") {
    sleep(1, 1);
    runtime.gc();
    sleep(1, 3);
  }
  if (how == "input") {
    println(`${readLine()!}`);
    tell();
  }
  if (how == "stuck") never.recv();
  println(header());
}

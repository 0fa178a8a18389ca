// SPDX-License-Identifier: MIT
// Keeps 100 of 150 objects. Then it returns, exits or panics, or traps right behind a look at its own heap.
import { println, runtime } from "gopark/assembly";

@external("host", "args") declare function args(): string[];

class Session {
  a: i64 = 0;
  b: i64 = 0;
  c: i64 = 0;
}

const kept: Session[] = [];

function login(): Session {
  return new Session();
}

function serve(): void {
  for (let i = 0; i < 150; i++) {
    const session = login();
    if (i % 3) kept.push(session);
  }
}

/** Says where its records and statistics will be, fills them, and traps before anything else happens. */
function look(): void {
  const records = new runtime.MemProfileRecords(64);
  const stats = new runtime.MemStats();
  println(`${records.dataStart} ${changetype<usize>(stats)}`);
  const n = runtime.memProfile(records, true);
  if (n > records.length) throw new Error(`${n} records`);
  runtime.readMemStats(stats);
  load<i32>(-16);
}

export function main(): void {
  runtime.setMemProfileRate(1);
  const how = args()[0];
  serve();
  if (how == "exit") process.exit(3);
  if (how == "panic") throw new Error("no more sessions");
  if (how == "look") look();
  if (how == "collect") {
    runtime.gc();
    serve();
    look();
  }
}

// SPDX-License-Identifier: MIT
// What tests/host/cli.test.ts takes a profile of that the program has made itself.
import { pprof } from "gopark/assembly";

class Session {
  constructor(readonly id: i32) {}
}

function opens(sessions: pprof.Profile, id: i32): Session {
  const s = new Session(id);
  sessions.add(s, 1);
  return s;
}

export function main(): void {
  const sessions = pprof.newProfile("app.sessions");
  for (let i = 0; i < 3; i++) opens(sessions, i);
}

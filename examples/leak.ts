// SPDX-License-Identifier: MIT
// A server that grows: every session that logs in is remembered, and none is ever forgotten.
//
//   gopark run examples/leak.ts              serves 20,000 sessions
//
// Which line holds the memory? The heap profile of the same run says it:
//
//   gopark pprof examples/leak.ts heap && go tool pprof -top -lines heap.pb.gz
import { Chan, WaitGroup, println } from "gopark/assembly";

@external("host", "args") declare function args(): string[];

class Session {
  history: Uint8Array;

  constructor(public user: string) {
    this.history = new Uint8Array(1024);
  }
}

const sessions = new Map<i32, Session>();

/** Finds who logs in, or takes in a newcomer. Nothing calls sessions.delete: that is the leak. */
function login(id: i32): Session {
  if (sessions.has(id)) return sessions.get(id);
  const session = new Session(`user${id}`);
  sessions.set(id, session);
  return session;
}

/** Renders an answer: garbage as soon as it is sent. */
function render(session: Session): string {
  return `<p>hello ${session.user}</p>`.repeat(20);
}

function serve(requests: Chan<i32>, sent: Chan<i32>): void {
  for (let id = requests.recv(); requests.ok; id = requests.recv()) {
    sent.send(render(login(id)).length);
  }
}

export function main(): void {
  const argv = args();
  const n = argv.length ? I32.parseInt(argv[0]) : 20_000;
  const requests = new Chan<i32>();
  const sent = new Chan<i32>();
  const servers = new WaitGroup();
  for (let i = 0; i < 4; i++) servers.go(serve, requests, sent);
  let bytes: i64 = 0;
  for (let i = 0; i < n; i++) {
    requests.send(i);
    bytes += sent.recv();
  }
  requests.close();
  servers.wait();
  println(`served ${n} sessions, ${bytes} characters`);
}

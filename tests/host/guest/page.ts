// SPDX-License-Identifier: MIT
// What pages try: a blocking fetch, calls from the page, a computation, a deadlock.
import { Chan, Select, context, go, println, time } from "gopark/assembly";

@blocking @external("host", "fetchText") declare function fetchText(url: string): string;
@external("page", "poke") declare function poke(n: i32): void;

const inbox = new Chan<i32>(16);

export function fetched(url: string): string {
  return fetchText(url);
}

function fetchInto(url: string, c: Chan<string>): void {
  c.send(fetchText(url));
}

/** Gives up a fetch when its context ends. */
export function fetchedWithin(url: string, ms: i32): string {
  const ctx = context.withTimeout(context.background(), ms * time.Millisecond);
  const c = new Chan<string>(1);
  go(fetchInto, url, c);
  const select = new Select();
  const got = select.recv(c);
  select.recv(ctx.done);
  return select.wait() == got ? select.value<string>() : ctx.err!;
}

export function put(n: i32): void {
  inbox.send(n);
}

export function take(): i32 {
  return inbox.recv();
}

/** The host function calls put() while this goroutine runs. */
export function poked(n: i32): i32 {
  poke(n);
  return inbox.recv();
}

let stop = false;

export function compute(): i32 {
  let turns = 0;
  while (!stop) ++turns;
  return turns > 0 ? 1 : 0;
}

export function halt(): void {
  stop = true;
}

export function main(): void {
  println("main waits");
  inbox.recv();
}

// SPDX-License-Identifier: MIT
// What pages try: a blocking fetch, calls from the page, a computation, a deadlock.
import { Chan, context, go, println } from "gopark/assembly";

@blocking @external("host", "fetchText") declare function fetchText(ctx: context.Context | null, url: string): string;
@external("page", "poke") declare function poke(n: i32): void;

const inbox = new Chan<i32>(16);

export function fetched(url: string): string {
  return fetchText(null, url);
}

function cancelWhenTold(ctx: context.Context): void {
  inbox.recv();
  ctx.cancel();
}

/** Gives up a fetch when put() is called. */
export function fetchedUntilPut(url: string): string {
  const ctx = context.withCancel(context.background());
  go(cancelWhenTold, ctx);
  const text = fetchText(ctx, url);
  return changetype<usize>(text) ? text : ctx.err!;
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

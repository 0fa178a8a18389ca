// SPDX-License-Identifier: MIT
// A blocking host call that takes a context ends when that is done, with the zero value, and its host function is told.
import { Chan, WaitGroup, context, go, gosched, println, runtime, time } from "gopark/assembly";

@blocking @external("test", "hang") declare function hang(ctx: context.Context, id: i32): string;
@blocking @external("test", "hangLong") declare function hangLong(id: i32, ctx: context.Context | null): i64;
@blocking @external("test", "hangVoid") declare function hangVoid(ctx: context.Context): void;
@blocking @external("test", "echo") declare function echo(s: string, ctx: context.Context | null): string;
@blocking @external("test", "aborted") declare function aborted(n: i32): string[];

/** Prints what n host functions were told. */
function told(n: i32): void {
  println(`  aborted: ${aborted(n).sort().join(", ")}`);
}

function show(s: string): string {
  return changetype<usize>(s) ? s : "null";
}

function cancelSoon(ctx: context.Context, why: string | null): void {
  for (let i = 0; i < 3; i++) gosched();
  ctx.cancel(why);
}

function cancelled(): void {
  const ctx = context.withCancel(context.background());
  go(cancelSoon, ctx, "no longer needed");
  const s = hang(ctx, 1);
  println(`cancelled: ${show(s)}, ${ctx.err!}: ${ctx.cause!}`);
  told(1);
}

function child(): void {
  const parent = context.withCancel(context.background());
  const ctx = context.withValue(context.withCancel(parent), "key", "value");
  go(cancelSoon, parent, null as string | null);
  println(`of the parent: ${hangLong(2, ctx)}, ${ctx.err!}`);
  told(1);
}

function expired(): void {
  const ctx = context.withTimeout(context.background(), 5 * time.Millisecond);
  hangVoid(ctx);
  println(`expired: ${ctx.err!}`); // on a slow machine before the call
}

function doneBefore(): void {
  const ctx = context.withCancel(context.background());
  ctx.cancel();
  println(`done before: ${show(hang(ctx, 3))}, not called`);
  told(0);
}

function inTime(): void {
  const ctx = context.withCancel(context.background());
  println(`in time: ${echo("an answer", ctx)}`);
  ctx.cancel();
  println(`no context: ${echo("another", null)}; background: ${echo("a third", context.background())}`);
  told(0);
}

/** The call behind an aborted one is not taken for it, though that is rejected late. */
function again(): void {
  for (let i = 4; i < 7; i++) {
    const ctx = context.withCancel(context.background());
    go(cancelSoon, ctx, null as string | null);
    hang(ctx, i);
    println(`again: ${echo(`echo ${i}`, null)}`);
  }
  told(3);
}

function one(ctx: context.Context, id: i32, wg: WaitGroup): void {
  if (changetype<usize>(hang(ctx, id)) == 0) wg.done();
}

function together(): void {
  const ctx = context.withCancel(context.background());
  const wg = new WaitGroup();
  for (let id = 10; id < 15; id++) {
    wg.add(1);
    go(one, ctx, id, wg);
  }
  gosched();
  const inner = context.withTimeout(ctx, time.Hour);
  echo("between", inner);
  ctx.cancel("all of you");
  wg.wait();
  println(`together: ${runtime.numGoroutine()} goroutine is left`);
  told(5);
}

function forgets(c: Chan<string>): void {
  c.send(echo("kept", context.withCancel(context.background())));
}

/** Nothing but the call knows of its context, and a collection comes meanwhile. */
function collected(): void {
  const c = new Chan<string>();
  for (let i = 0; i < 20; i++) go(forgets, c);
  gosched();
  runtime.gc();
  for (let i = 0; i < 20; i++) c.recv();
  println("collected: all answered");
}

export function main(): void {
  cancelled();
  child();
  expired();
  doneBefore();
  inTime();
  again();
  together();
  collected();
}

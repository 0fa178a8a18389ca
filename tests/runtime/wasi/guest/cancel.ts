// SPDX-License-Identifier: MIT
// Blocking calls of module "host" that their context ends, in a WASI command: a case, named by the first argument.
import { Chan, context, go, gosched, print, println, runtime } from "gopark/assembly";

@external("host", "args") declare function args(): string[];
@blocking @external("host", "readFile") declare function readFile(ctx: context.Context | null, path: string): string | null;
@blocking @external("host", "writeFile") declare function writeFile(path: string, text: string, ctx: context.Context): void;
@blocking @external("host", "readLine") declare function readLine(ctx: context.Context): string | null;

function show(s: string | null): string {
  return s === null ? "null" : `<${s}>`;
}

function cancel(ctx: context.Context): void {
  ctx.cancel();
}

function files(): void {
  let ctx = context.withCancel(context.background());
  writeFile("new.txt", "first", ctx);
  println(`not done: ${show(readFile(ctx, "new.txt"))}`);
  println(`no context: ${show(readFile(null, "new.txt"))}`);
  go(cancel, ctx); // which runs while the call waits
  println(`meanwhile: ${show(readFile(ctx, "new.txt"))}, ${ctx.err!}`);
  println(`before: ${show(readFile(ctx, "none"))}`);
  ctx = context.withCancel(context.background());
  go(cancel, ctx);
  writeFile("new.txt", "second", ctx);
  println(`not written: ${show(readFile(null, "new.txt"))}`);
}

function read(ctx: context.Context, to: Chan<string>): void {
  to.send(show(readLine(ctx)));
}

const buf = new Uint8Array(8192);

function stacks(): string {
  return String.UTF8.decodeUnsafe(buf.dataStart, runtime.stack(buf, true));
}

/** Lets others run until n goroutines wait for input. */
function untilWaiting(n: i32): void {
  while (stacks().split(" [IO wait]:").length - 1 != n) gosched();
}

/** The n-th of those who wait for a line. */
class Reader {
  ctx: context.Context = context.withCancel(context.background());
  line: Chan<string> = new Chan<string>();

  constructor(n: i32) {
    go(read, this.ctx, this.line);
    untilWaiting(n);
  }
}

/** Who prints a word here asks for input. */
function lines(): void {
  const first = new Reader(1), second = new Reader(2), third = new Reader(3);
  second.ctx.cancel();
  println(`second: ${second.line.recv()}`);
  first.ctx.cancel();
  println(`first: ${first.line.recv()}`);
  print("one ");
  println(`third: ${third.line.recv()}`);

  const fourth = new Reader(1), fifth = new Reader(2);
  print("two ");
  untilWaiting(1); // the fourth will run, but what has come is no line
  fourth.ctx.cancel();
  println(`fourth: ${fourth.line.recv()}`);
  print("three ");
  println(`fifth: ${fifth.line.recv()}`);
}

export function main(): void {
  if (args()[0] == "files") files();
  if (args()[0] == "lines") lines();
}

// SPDX-License-Identifier: MIT
// Gives up waiting for a line, says so, and then waits for one that comes.
import { context, go, println } from "gopark/assembly";

@blocking @external("host", "readLine") declare function readLine(ctx: context.Context): string | null;

function cancel(ctx: context.Context): void {
  ctx.cancel();
}

export function main(): void {
  for (let i = 0; i < 2; i++) {
    const ctx = context.withCancel(context.background());
    go(cancel, ctx);
    println(readLine(ctx) === null ? ctx.err! : "a line");
  }
  const ctx = context.withCancel(context.background());
  for (let line = readLine(ctx); line !== null; line = readLine(ctx)) println(`<${line}>`);
}

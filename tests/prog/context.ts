// SPDX-License-Identifier: MIT
// A cancelled context closes done, of itself and of all that descend from it, and says why.
import { Chan, Select, WaitGroup, context, go, gosched, println, runtime, time } from "gopark/assembly";

const ms = time.Millisecond;

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function or(s: string | null): string {
  return s === null ? "null" : s;
}

function tell(name: string, ctx: context.Context): void {
  const s = new Select();
  s.recv(ctx.done);
  const over = s.poll() == 0;
  println(`${name}: ${over ? "done" : "live"}, err ${or(ctx.err)}, cause ${or(ctx.cause)}`);
}

function worker(ctx: context.Context, id: i32, out: Chan<i32>): void {
  const s = new Select();
  s.recv(ctx.done);
  const send = s.send(out, id);
  while (s.wait() == send) s.set(send, id);
}

function cancelling(): void {
  const root = context.background();
  tell("background", root);
  const parent = context.withCancel(root);
  const child = context.withCancel(parent);
  const sibling = context.withCancel(parent);
  const grandchild = context.withCancel(child);
  tell("grandchild", grandchild);
  child.cancel();
  tell("child", child);
  tell("grandchild", grandchild);
  tell("sibling", sibling);
  tell("parent", parent);
  parent.cancel("why");
  parent.cancel("another reason");
  tell("parent", parent);
  tell("sibling", sibling);
  tell("child", child);
  tell("born late", context.withCancel(parent));
  tell("root", root);
}

function deadlines(): void {
  const root = context.background();
  println(`no deadline: ${root.deadline}`);
  const start = time.now();
  const c = context.withTimeout(root, 50 * ms);
  println(`deadline: ${c.deadline >= start + 50 * ms && c.deadline <= time.now() + 50 * ms}`);
  const longer = context.withTimeout(c, time.Hour);
  println(`the parent's is nearer: ${longer.deadline == c.deadline}`);
  const t = time.now() + ms;
  const nearer = context.withDeadline(c, t);
  println(`the child's is nearer: ${nearer.deadline == t}`);
  nearer.done.recv();
  tell("nearer", nearer);
  longer.done.recv();
  println(`not early: ${time.now() >= c.deadline}`);
  tell("longer", longer);
  tell("parent", c);
  tell("past", context.withDeadline(root, time.now() - ms));
  tell("no time", context.withTimeout(root, 0));
  const stopped = context.withTimeout(root, time.Hour);
  stopped.cancel();
  tell("cancelled before its deadline", stopped);
  const because = context.withTimeout(root, ms);
  because.cancel("because");
  because.done.recv();
  time.sleep(2 * ms);
  tell("cancelled with a cause", because);
}

function values(): void {
  const a = context.withValue(context.background(), "user", "ann");
  const b = context.withValue(a, "request", "42");
  const c = context.withCancel(context.withValue(b, "user", "bob"));
  println(`${or(a.value("user"))} ${or(a.value("request"))}`);
  println(`${or(b.value("user"))} ${or(b.value("request"))}`);
  println(`${or(c.value("user"))} ${or(c.value("request"))} ${or(c.value("nothing"))}`);
  const parent = context.withCancel(context.background());
  const v = context.withValue(parent, "k", "v");
  const below = context.withCancel(v);
  parent.cancel("through a value");
  tell("value", v);
  tell("below", below);
  const timed = context.withTimeout(context.background(), time.Hour);
  println(`a value has its parent's deadline: ${context.withValue(timed, "k", "v").deadline == timed.deadline}`);
  timed.cancel();
}

function workers(): void {
  const ctx = context.withCancel(context.background());
  const out = new Chan<i32>();
  const wg = new WaitGroup();
  for (let i = 0; i < 4; i++) wg.go(worker, ctx, i, out);
  const seen: bool[] = [false, false, false, false];
  for (let n = 0; n < 100; n++) seen[out.recv()] = true;
  ctx.cancel();
  wg.wait();
  println(`all worked ${seen[0] && seen[1] && seen[2] && seen[3]}, all stopped`);
  go((ctx: context.Context): void => {
    ctx.done.recv();
  }, ctx);
  settle();
  println(`${runtime.numGoroutine()} goroutine`);
}

export function main(): void {
  cancelling();
  deadlines();
  values();
  workers();
}

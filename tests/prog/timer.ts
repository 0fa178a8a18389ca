// SPDX-License-Identifier: MIT
// Timers as since Go 1.23: after stop or reset no stale value can be received.
import { Chan, Select, go, gosched, println, runtime, time } from "gopark/assembly";

const ms = time.Millisecond;

function tell(what: string, c: Chan<i64>): void {
  c.tryRecv();
  println(`${what}: ${c.ok}`);
}

function timers(): void {
  tell("not yet", new time.Timer(time.Hour).c);
  const start = time.now();
  let t = new time.Timer(2 * ms);
  let at = t.c.recv();
  println(`fired, not early: ${at >= start + 2 * ms && at <= time.now()} ${t.c.ok}`);
  println(`stop after it was received: ${t.stop()}`);
  println(`reset after it was received: ${t.reset(ms)}`);
  at = t.c.recv();
  println(`fired again: ${t.c.ok}`);

  t = new time.Timer(time.Hour);
  println(`stop before it fires: ${t.stop()}, again: ${t.stop()}`);
  println(`reset when stopped: ${t.reset(time.Hour)}, when running: ${t.reset(ms)}`);
  t.c.recv();
  println("the last reset counts");

  // fired, but nobody has received: the value is taken back
  t = new time.Timer(ms);
  time.sleep(3 * ms);
  println(`length ${t.c.length}, capacity ${t.c.capacity}`);
  println(`stop after it fired: ${t.stop()}`);
  tell("stale value after stop", t.c);
  t = new time.Timer(ms);
  time.sleep(3 * ms);
  println(`reset after it fired: ${t.reset(time.Hour)}`);
  tell("stale value after reset", t.c);
  t.stop();

  t = new time.Timer(0);
  t.c.recv();
  println("zero fires at once");
  t = new time.Timer(-time.Hour);
  t.c.recv();
  println("negative fires at once");
}

function after(): void {
  const s = new Select();
  const start = time.now();
  s.recv(time.after(time.Hour));
  const i = s.recv(time.after(2 * ms));
  println(`after: ${s.wait() == i} ${s.value<i64>() >= start + 2 * ms}`);
}

function tickers(): void {
  const start = time.now();
  const k = new time.Ticker(2 * ms);
  for (let i = 1; i <= 3; i++) {
    const at = k.c.recv();
    if (at < start + i * 2 * ms) println(`tick ${i} is early`);
  }
  println("three ticks");
  time.sleep(9 * ms); // four or more ticks: only one waits
  tell("a tick waits", k.c);
  k.reset(time.Hour);
  tell("reset: no tick", k.c);
  k.reset(2 * ms);
  k.c.recv();
  println("reset: ticks again");
  time.sleep(5 * ms);
  k.stop();
  tell("stopped: no tick", k.c);
  k.reset(ms);
  k.c.recv();
  println("reset after stop: ticks");
  k.stop();

  const c = time.tick(ms);
  c.recv();
  c.recv();
  println("tick ticks");
  tell("tick(0) never ticks", time.tick(0));
  tell("tick(-1) never ticks", time.tick(-1));
}

function call(c: Chan<string>, a: i32, s: string): void {
  c.send(`${a} ${s}`);
}

function funcs(): void {
  const c = new Chan<string>();
  time.afterFunc(ms, call, c, 7, "called");
  println(c.recv());
  const t = time.afterFunc(time.Hour, call, c, 8, "never");
  println(`stop: ${t.stop()} ${t.stop()}`);
  println(`reset: ${t.reset(ms)}`);
  println(c.recv());
  println(`stop after the call: ${t.stop()}`);
  // on a goroutine of its own: it may park without holding up other timers
  const gate = new Chan<bool>();
  time.afterFunc(0, (gate: Chan<bool>, c: Chan<string>): void => {
    gate.recv();
    c.send("parked and went on");
  }, gate, c);
  time.sleep(ms);
  println(`${runtime.numGoroutine()} goroutines`);
  gate.send(true);
  println(c.recv());
  gosched();
  println(`${runtime.numGoroutine()} goroutine`);
}

export function main(): void {
  timers();
  after();
  tickers();
  funcs();
}

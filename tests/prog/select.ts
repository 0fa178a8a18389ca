// SPDX-License-Identifier: MIT
// Select takes a case that is ready, waits while none is, and gives each case the right value.
import { Chan, Select, go, gosched, println, runtime } from "gopark/assembly";

class Point {
  constructor(public x: i32, public y: i32) {}
}

function settle(): void {
  for (let i = 0; i < 10; i++) gosched();
}

function sendAll(c: Chan<i32>, from: i32, to: i32): void {
  for (let i = from; i <= to; i++) c.send(i);
}

function recvAll(c: Chan<i32>, name: string): void {
  for (let v = c.recv(); c.ok; v = c.recv()) println(`${name} got ${v}`);
}

function closer(c: Chan<string>): void {
  c.close();
}

/** Cases are numbered in the order they were added; only the third one is ready. */
function ready(): void {
  const a = new Chan<i32>();
  const b = new Chan<string>(1);
  const c = new Chan<f64>(1);
  c.send(2.5);
  const s = new Select();
  println(`added ${s.recv(a)} ${s.recv(b)} ${s.recv(c)} ${s.recv<i32>(null)}`);
  const i = s.wait();
  println(`chose ${i}: ${s.value<f64>()} ${s.ok}`);
  b.send("text");
  const j = s.wait();
  println(`chose ${j}: ${s.value<string>()} ${s.ok}`);
}

/** A parked select is woken by a sender, by a receiver and by close. */
function woken(): void {
  const a = new Chan<i32>();
  const b = new Chan<i32>();
  const c = new Chan<string>();
  const s = new Select();
  s.recv(a);
  s.send(b, 10);
  s.recv(c);
  go(sendAll, a, 5, 5);
  let i = s.wait();
  println(`woken by a sender: ${i} ${s.value<i32>()} ${s.ok}`);
  go(recvAll, b, "receiver");
  i = s.wait();
  println(`woken by a receiver: ${i}`);
  settle();
  b.close();
  settle();
  s.enable(1, false);
  go(closer, c);
  i = s.wait();
  println(`woken by close: ${i} ${s.value<string>() === changetype<string>(0)} ${s.ok}`);
}

/** set gives a send case its next value, setChan another channel; what was built before the loop is used again. */
function reused(): void {
  const even = new Chan<i32>(3);
  const odd = new Chan<i32>(3);
  const s = new Select();
  const i = s.send<i32>(null, 0);
  for (let n = 0; n < 6; n++) {
    s.set(i, n * 11);
    s.setChan(i, n & 1 ? odd : even);
    if (s.wait() != i) println("another case?");
  }
  println(`even ${even.recv()} ${even.recv()} ${even.recv()}, odd ${odd.recv()} ${odd.recv()} ${odd.recv()}`);
  s.setChan<i32>(i, null);
  println(`a null channel is never ready: ${s.poll()}`);
  s.setChan(i, even);
  println(`it is again: ${s.poll()} ${even.length}`);
}

/** The idiom of Go's nil channels: a merge switches off what is closed. */
function merge(): void {
  const a = new Chan<i32>();
  const b = new Chan<i32>();
  go((c: Chan<i32>): void => {
    sendAll(c, 1, 3);
    c.close();
  }, a);
  go((c: Chan<i32>): void => {
    sendAll(c, 100, 104);
    c.close();
  }, b);
  const s = new Select();
  s.recv(a);
  s.recv(b);
  let open = 2;
  let sum = 0;
  let n = 0;
  while (open > 0) {
    const i = s.wait();
    if (!s.ok) {
      s.enable(i, false);
      open--;
      continue;
    }
    sum += s.value<i32>();
    n++;
  }
  println(`merged ${n} values, sum ${sum}`);
  println(`all off: ${s.poll()}`);
}

function poll(): void {
  const a = new Chan<i32>(1);
  const b = new Chan<i32>(1);
  const s = new Select();
  s.recv(a);
  s.send(b, 9);
  println(`poll: ${s.poll()}, b holds ${b.length}`);
  println(`poll: ${s.poll()}`);
  a.send(1);
  println(`poll: ${s.poll()} ${s.value<i32>()} ${s.ok}`);
  a.close();
  println(`poll: ${s.poll()} ${s.value<i32>()} ${s.ok}`);
  println(`no cases: ${new Select().poll()}`);
}

/** The value a select sends is the one of its last set, and each kind of element survives the trip. */
function kinds(): void {
  const p = new Chan<Point>();
  const l = new Chan<i64>();
  const f = new Chan<f32>();
  const t = new Chan<string>();
  const s = new Select();
  const done = new Chan<bool>();
  s.send(p, new Point(1, 2));
  s.send(l, i64.MIN_VALUE);
  s.send<f32>(f, 0.5);
  s.send(t, "t");
  go((p: Chan<Point>, l: Chan<i64>, f: Chan<f32>, t: Chan<string>, done: Chan<bool>): void => {
    println(`string ${t.recv()}`);
    println(`f32 ${f.recv()}`);
    println(`i64 ${l.recv()}`);
    const v = p.recv();
    println(`Point ${v.x} ${v.y}`);
    done.send(true);
  }, p, l, f, t, done);
  println(`sent case ${s.wait()}`);
  println(`sent case ${s.wait()}`);
  println(`sent case ${s.wait()}`);
  println(`sent case ${s.wait()}`);
  done.recv();
}

export function main(): void {
  ready();
  woken();
  reused();
  merge();
  poll();
  kinds();
  settle();
  println(`${runtime.numGoroutine()} goroutine`);
}

// SPDX-License-Identifier: MIT
// What is measured with and without somebody looking on, in turn: rows `watch-…`.
import { Chan, Mutex, WaitGroup, go, gosched, runtime } from "gopark/assembly";

function yielder(n: i32, wg: WaitGroup): void {
  for (let i = 0; i < n; i++) gosched();
  wg.done();
}

/** Two goroutines that yield to each other, n times each. */
export function yields(n: i32): void {
  const wg = new WaitGroup();
  wg.add(2);
  for (let i = 0; i < 2; i++) go(yielder, n, wg);
  wg.wait();
}

function produce(c: Chan<i32>, n: i32): void {
  for (let i = 0; i < n; i++) c.send(i);
  c.close();
}

/** n elements through an unbuffered channel. */
export function handoff(n: i32): void {
  const c = new Chan<i32>();
  go(produce, c, n);
  for (c.recv(); c.ok; c.recv());
}

let sink: u32 = 1;

/** About a microsecond of work. */
function work(): void {
  let x = sink;
  for (let i = 0; i < 450; i++) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
  }
  sink = x;
}

function worker(n: i32, wg: WaitGroup): void {
  for (let i = 0; i < n; i++) {
    work();
    gosched();
  }
  wg.done();
}

/** As yields, with work in between. */
export function works(n: i32): void {
  const wg = new WaitGroup();
  wg.add(2);
  for (let i = 0; i < 2; i++) go(worker, n, wg);
  wg.wait();
}

class Request {
  constructor(readonly reply: Chan<i32>) {}
}

const mu = new Mutex();

function server(requests: Chan<Request>): void {
  for (let r = requests.recv(); requests.ok; r = requests.recv()) {
    mu.lock();
    work();
    gosched();
    mu.unlock();
    r.reply.send(1);
  }
}

function client(requests: Chan<Request>, n: i32, wg: WaitGroup): void {
  const r = new Request(new Chan<i32>());
  for (let i = 0; i < n; i++) {
    requests.send(r);
    work();
    r.reply.recv();
  }
  wg.done();
}

/** n requests of eight clients to eight servers that want one lock: a microsecond on each side, five waits. */
export function serves(n: i32): void {
  const requests = new Chan<Request>();
  const wg = new WaitGroup();
  wg.add(8);
  for (let i = 0; i < 8; i++) {
    go(server, requests);
    go(client, requests, n / 8, wg);
  }
  wg.wait();
  requests.close();
}

export function blockrate(ns: i32): void {
  runtime.setBlockProfileRate(ns);
}

export function mutexfraction(n: i32): void {
  runtime.setMutexProfileFraction(n);
}

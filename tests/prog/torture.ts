// SPDX-License-Identifier: MIT
// Random goroutines, depths, selects, timers and collections: each token arrives once, whole, in order.
import { Chan, Mutex, Select, WaitGroup, go, gosched, println, runtime, time } from "gopark/assembly";

const SEEDS = 8;
const SENDERS = 12;
const CHANNELS = 4;
const TOKENS = 60;

class Random {
  constructor(public state: u32) {}
  below(n: i32): i32 {
    this.state ^= this.state << 13;
    this.state ^= this.state >> 17;
    this.state ^= this.state << 5;
    return <i32>(this.state % <u32>n);
  }
}

class Token {
  text: string;
  next: Token | null = null;
  constructor(public sender: i32, public n: i32) {
    this.text = `${sender}/${n}`;
  }
  whole(): bool {
    return this.text == `${this.sender}/${this.n}`;
  }
}

class World {
  random: Random;
  channels: Chan<Token>[] = [];
  senders: WaitGroup = new WaitGroup();
  receivers: WaitGroup = new WaitGroup();
  mutex: Mutex = new Mutex();
  seen: i32[] = [];
  last: i32[] = []; // of sender s over channel c, at s * CHANNELS + c
  errors: i32 = 0;

  constructor(public seed: i32) {
    this.random = new Random(0x9e3779b9 * (seed + 1));
    for (let i = 0; i < CHANNELS; i++) this.channels.push(new Chan<Token>(this.random.below(3)));
    for (let i = 0; i < SENDERS * CHANNELS; i++) this.last.push(-1);
    for (let i = 0; i < SENDERS * TOKENS; i++) this.seen.push(0);
  }

  error(text: string): void {
    this.errors++;
    println(`SEED ${this.seed}: ${text}`);
  }
}

function garbage(w: World): void {
  const r = w.random.below(40);
  if (r == 0) runtime.gc();
  else if (r < 8) gosched();
  else if (r == 8) time.sleep(w.random.below(50000));
  for (let i = 0; i < r; i++) new StaticArray<u8>(i * 7).fill(0xaa);
}

/** Runs send at a random depth, with a token in each frame. */
function atDepth(w: World, depth: i32, t: Token): i32 {
  if (depth == 0) return send(w, t);
  const mine = new Token(depth, depth * 3);
  garbage(w);
  const r = atDepth(w, depth - 1, t);
  if (!mine.whole()) w.error(`a local at depth ${depth} is broken`);
  return r + 1;
}

function send(w: World, t: Token): i32 {
  if (w.random.below(2)) {
    w.channels[w.random.below(CHANNELS)].send(t);
    return 0;
  }
  const s = new Select();
  for (let i = 0; i < CHANNELS; i++) s.send(w.channels[i], t);
  s.enable(w.random.below(CHANNELS), false);
  while (w.random.below(3) == 0) {
    if (s.poll() >= 0) return 0;
    gosched();
  }
  s.wait();
  return 0;
}

function sender(w: World, id: i32): void {
  for (let n = 0; n < TOKENS; n++) {
    const depth = w.random.below(10) == 0 ? 100 : w.random.below(5);
    if (atDepth(w, depth, new Token(id, n)) != depth) w.error("a frame was lost");
  }
}

function got(w: World, c: i32, t: Token): void {
  if (!t.whole()) w.error(`token ${t.sender}/${t.n} is broken`);
  w.mutex.lock();
  garbage(w);
  if (w.seen[t.sender * TOKENS + t.n]++) w.error(`${t.text} came twice`);
  w.mutex.unlock();
}

/** Alone at its channel, so tokens of one sender come in order. */
function receiver(w: World, c: i32): void {
  const ch = w.channels[c];
  for (let t = ch.recv(); ch.ok; t = ch.recv()) {
    const at = t.sender * CHANNELS + c;
    if (t.n <= w.last[at]) w.error(`${t.text} overtook ${w.last[at]} on channel ${c}`);
    w.last[at] = t.n;
    got(w, c, t);
  }
}

function selector(w: World): void {
  const s = new Select();
  for (let c = 0; c < CHANNELS; c++) s.recv(w.channels[c]);
  let open = CHANNELS;
  while (open > 0) {
    const c = s.wait();
    if (s.ok) got(w, c, s.value<Token>());
    else {
      s.enable(c, false);
      open--;
    }
  }
}

function run(seed: i32): i32 {
  const w = new World(seed);
  for (let i = 0; i < SENDERS; i++) w.senders.go(sender, w, i);
  // with even seeds one receiver a channel, with odd ones selects that compete
  for (let c = 0; c < CHANNELS; c++) {
    if (seed & 1) w.receivers.go(selector, w);
    else w.receivers.go(receiver, w, c);
  }
  w.senders.wait();
  for (let c = 0; c < CHANNELS; c++) w.channels[c].close();
  w.receivers.wait();
  for (let i = 0; i < w.seen.length; i++) {
    if (w.seen[i] != 1) w.error(`token ${i} came ${w.seen[i]} times`);
  }
  return w.errors;
}

export function main(): void {
  let errors = 0;
  for (let seed = 0; seed < SEEDS; seed++) errors += run(seed);
  println(`${SEEDS} seeds, ${errors} errors, ${runtime.numGoroutine()} goroutine`);
}

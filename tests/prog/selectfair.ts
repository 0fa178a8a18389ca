// SPDX-License-Identifier: MIT
// Select chooses uniformly among the ready cases, and wakes any of those it was queued on.
import { Chan, Select, go, gosched, println } from "gopark/assembly";

const ROUNDS = 40000;

/** asc evaluates the index of counts[…]++ twice. */
function bump(counts: i32[], i: i32): void {
  counts[i]++;
}

/** Prints the counts only if one is more than six standard deviations from its share. */
function judge(name: string, counts: i32[]): void {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i];
  const share = <f64>total / counts.length;
  const sigma = Math.sqrt(share * (1.0 - 1.0 / counts.length));
  for (let i = 0; i < counts.length; i++) {
    if (Math.abs(counts[i] - share) > 6.0 * sigma) {
      println(`${name}: not uniform: ${counts.join(" ")}`);
      return;
    }
  }
  println(`${name}: ${total} choices, uniform`);
}

/** Four closed channels: all receives are ready. */
function receives(): void {
  const s = new Select();
  for (let i = 0; i < 4; i++) {
    const c = new Chan<i32>();
    c.close();
    s.recv(c);
  }
  const counts: i32[] = [0, 0, 0, 0];
  for (let n = 0; n < ROUNDS; n++) bump(counts, s.wait());
  judge("four receives", counts);
  for (let i = 0; i < 4; i++) counts[i] = 0;
  for (let n = 0; n < ROUNDS; n++) bump(counts, s.poll());
  judge("four receives polled", counts);
}

/** Of four cases two are never ready. */
function someReady(): void {
  const closed = new Chan<i32>();
  closed.close();
  const open = new Chan<i32>();
  const s = new Select();
  s.recv(open);
  s.recv(closed);
  s.recv<i32>(null);
  s.recv(closed); // the same channel twice
  const counts: i32[] = [0, 0];
  for (let n = 0; n < ROUNDS; n++) {
    const i = s.wait();
    if (i == 0 || i == 2) println("chose a case that was not ready");
    counts[i >> 1]++;
  }
  judge("one channel in two cases", counts);
}

/** Both ends of one buffered channel are ready while it is neither full nor empty. */
function bothEnds(): void {
  const c = new Chan<i32>(2);
  c.send(0);
  const s = new Select();
  s.recv(c);
  s.send(c, 1);
  const counts: i32[] = [0, 0];
  for (let n = 0; n < ROUNDS; n++) {
    const i = s.wait();
    counts[i]++;
    if (i == 0) c.send(1);
    else c.recv();
  }
  judge("both ends of one channel", counts);
}

function feed(c: Chan<i32>, n: i32): void {
  for (let i = 0; i < n; i++) c.send(i);
}

/** One of four goroutines that race to a parked select; a parked select is on all queues. */
function parked(): void {
  const s = new Select();
  const wanted: i32[] = [0, 0, 0, 0];
  const counts: i32[] = [0, 0, 0, 0];
  const cs = new Array<Chan<i32>>();
  for (let i = 0; i < 4; i++) {
    cs.push(new Chan<i32>());
    s.recv(cs[i]);
    go(feed, cs[i], 1000 * (i + 1));
    wanted[i] = 1000 * (i + 1);
  }
  for (let n = 0; n < 10000; n++) {
    const i = s.wait();
    if (s.value<i32>() != counts[i]) println(`case ${i} out of order`);
    counts[i]++;
  }
  let same = true;
  for (let i = 0; i < 4; i++) same = same && counts[i] == wanted[i];
  println(`every sender got through, each in order: ${same}`);
}

/** Two selects, each on both ends of one unbuffered channel, pair up; neither pairs with itself. */
function doubleSelect(): void {
  const c = new Chan<i32>();
  const results = new Chan<i32>(2);
  for (let g = 0; g < 2; g++) {
    go((c: Chan<i32>, results: Chan<i32>): void => {
      const s = new Select();
      s.recv(c);
      s.send(c, 1);
      let sent = 0;
      for (let n = 0; n < 1000; n++) sent += s.wait();
      results.send(sent);
    }, c, results);
  }
  const sent = results.recv() + results.recv();
  println(`1000 rounds each, 1000 sends: ${sent == 1000}`);
}

export function main(): void {
  receives();
  someReady();
  bothEnds();
  parked();
  doubleSelect();
  gosched();
}

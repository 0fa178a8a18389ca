// SPDX-License-Identifier: MIT
/**
 * Channels, select, mutex and wait group over the generator trampoline.
 *
 * As in Go, a value goes straight to a waiting receiver, and a full buffer takes the value of a
 * waiting sender when it gives one out. Elements are numbers, as in all of these programs.
 *
 * @module
 */
import { type G, Sudog, Waitq, curg, goready } from "./sched.ts";

function ownSudog(g: G): Sudog {
  return (g.sg ??= new Sudog(g, null));
}

export class Chan {
  readonly recvq = new Waitq();
  readonly sendq = new Waitq();
  closed = false;
  private readonly buf: number[];
  private count = 0;
  private at = 0;
  private readonly capacity: number;

  constructor(capacity = 0) {
    this.capacity = capacity;
    this.buf = new Array(capacity).fill(0);
  }

  /** False: the sender is queued and must yield. */
  send(v: number): boolean {
    if (this.trySend(v)) return true;
    const sg = ownSudog(curg);
    sg.value = v;
    this.sendq.push(sg);
    return false;
  }

  trySend(v: number): boolean {
    if (this.closed) throw new Error("send on closed channel");
    const sg = this.recvq.shift();
    if (sg) {
      sg.g.value = v;
      sg.g.ok = true;
      goready(sg.g);
      return true;
    }
    if (this.count === this.capacity) return false;
    let i = this.at + this.count++;
    if (i >= this.capacity) i -= this.capacity;
    this.buf[i] = v;
    return true;
  }

  /** False: the receiver is queued and must yield; then its G holds the value. */
  recv(): boolean {
    if (this.tryRecv()) return true;
    this.recvq.push(ownSudog(curg));
    return false;
  }

  tryRecv(): boolean {
    const g = curg;
    if (this.count > 0) {
      g.value = this.buf[this.at];
      g.ok = true;
      const sg = this.sendq.shift();
      if (sg) this.buf[this.at] = sg.value;
      else this.count--;
      if (++this.at === this.capacity) this.at = 0;
      if (sg) goready(sg.g);
      return true;
    }
    const sg = this.sendq.shift();
    if (sg) {
      g.value = sg.value;
      g.ok = true;
      goready(sg.g);
      return true;
    }
    if (!this.closed) return false;
    g.value = 0;
    g.ok = false;
    return true;
  }

  close(): void {
    this.closed = true;
    for (let sg = this.recvq.shift(); sg; sg = this.recvq.shift()) {
      sg.g.value = 0;
      sg.g.ok = false;
      goready(sg.g);
    }
  }
}

/** Receives from one of several channels; made once by the goroutine that uses it. */
export class Select {
  chosen = -1;
  private readonly chans: Chan[];
  private readonly sudogs: Sudog[];
  private seed = 1;

  constructor(chans: Chan[]) {
    this.chans = chans;
    const fired = (sg: Sudog): void => this.fire(sg);
    this.sudogs = chans.map(() => new Sudog(curg, fired));
  }

  /** False: queued on all, must yield. Then `chosen` and the G's value are set. */
  wait(): boolean {
    const n = this.chans.length;
    this.seed = (Math.imul(this.seed, 1664525) + 1013904223) | 0;
    const from = (this.seed >>> 16) % n;
    for (let k = 0; k < n; k++) {
      const i = from + k < n ? from + k : from + k - n;
      if (this.chans[i].tryRecv()) {
        this.chosen = i;
        return true;
      }
    }
    for (let i = 0; i < n; i++) this.chans[i].recvq.push(this.sudogs[i]);
    return false;
  }

  private fire(sg: Sudog): void {
    for (let i = 0; i < this.sudogs.length; i++) {
      if (this.sudogs[i] === sg) this.chosen = i;
      else this.chans[i].recvq.remove(this.sudogs[i]);
    }
  }
}

export class Mutex {
  private locked = false;
  private readonly waiters = new Waitq();

  /** False: must yield; then the mutex has been handed over. */
  lock(): boolean {
    if (!this.locked) return (this.locked = true);
    this.waiters.push(ownSudog(curg));
    return false;
  }

  unlock(): void {
    const sg = this.waiters.shift();
    if (sg) goready(sg.g);
    else this.locked = false;
  }
}

export class WaitGroup {
  private count = 0;
  private readonly waiters = new Waitq();

  add(delta: number): void {
    this.count += delta;
    if (this.count > 0) return;
    for (let sg = this.waiters.shift(); sg; sg = this.waiters.shift()) goready(sg.g);
  }

  wait(): boolean {
    if (this.count === 0) return true;
    this.waiters.push(ownSudog(curg));
    return false;
  }
}

// SPDX-License-Identifier: MIT
// Channels, as far as no element type is needed. Chan<T> in api/ adds send and receive.
//
// While nobody runs inside an operation:
//   - recvq or sendq is empty, except while one select waits on both ends;
//   - a waiting receiver means an empty buffer, a waiting sender a full one.
// An element travels as raw bytes through a 16-byte slot: of the goroutine, or of a select case.

import { gopanic } from "../sys/fatal";
import { visitlater } from "../memory/mgcpieces";
import { goready } from "../sched/proc";
import { G, Sudog } from "../sys/types";
import { dequeue, enqueue, remove, waiting, WaitQ } from "./waitq";

/** Places of a buffer that the collector visits at a time. */
// @ts-ignore: decorator
@inline const AT_ONCE: i32 = 1024;

/** A channel of any element type. */
export class Hchan {
  qcount: i32 = 0; // elements in the buffer
  dataqsiz: i32 = 0; // its capacity
  sendx: i32 = 0; // where the next one goes
  recvx: i32 = 0; // where the oldest one is
  elemsize: i32 = 0;
  managed: bool = false; // elements are references
  closed: bool = false;
  buf: usize = 0; // an ArrayBuffer; visited by visitchan
  recvfirst: usize = 0; // recvq
  recvlast: usize = 0;
  sendfirst: usize = 0; // sendq
  sendlast: usize = 0;
}

/**
 * Visits what a channel refers to, elements from place `cookie` of the buffer on: what comes in has a
 * barrier, what was there has gone to who received it. Chan<T>'s __visit, as asc would call one of this
 * class twice.
 */
export function visitchan(c: Hchan, cookie: u32): void {
  const buf = c.buf;
  if (!buf) return;
  __visit(buf, cookie);
  if (!c.managed) return;
  let at = <i32>cookie;
  while (c.qcount) {
    if (!inbuffer(c, at)) {
      if (c.recvx < at) return;
      at = c.recvx;
    }
    const end = min(at + AT_ONCE, c.dataqsiz);
    const later = end < c.dataqsiz && visitlater(changetype<usize>(c), end);
    for (; at < end; ++at) if (inbuffer(c, at)) __visit(load<usize>(buf + (<usize>at << 2)), cookie);
    if (later || end == c.dataqsiz) return;
  }
}

/** Tells whether an element waits at a place of the buffer. */
// @ts-ignore: decorator
@inline function inbuffer(c: Hchan, at: i32): bool {
  return (at < c.recvx ? at + c.dataqsiz : at) - c.recvx < c.qcount;
}

// @ts-ignore: decorator
@inline export function recvq(c: Hchan): WaitQ {
  return changetype<WaitQ>(changetype<usize>(c) + offsetof<Hchan>("recvfirst"));
}

// @ts-ignore: decorator
@inline export function sendq(c: Hchan): WaitQ {
  return changetype<WaitQ>(changetype<usize>(c) + offsetof<Hchan>("sendfirst"));
}

/** Gives c its buffer. Panics as Go's makechan does. */
export function makechan(c: Hchan, capacity: i32, elemsize: i32, managed: bool): void {
  if (capacity < 0 || <u64>capacity * elemsize > (1 << 30) - 64) gopanic("makechan: size out of range");
  c.dataqsiz = capacity;
  c.elemsize = elemsize;
  c.managed = managed;
  if (capacity && elemsize) {
    c.buf = __new(<usize>capacity * elemsize, idof<ArrayBuffer>());
    __link(changetype<usize>(c), c.buf, false);
  }
}

/** Where the next element goes; counts it in. */
// @ts-ignore: decorator
@inline export function bufput(c: Hchan, size: usize): usize {
  const i = c.sendx;
  c.sendx = i + 1 == c.dataqsiz ? 0 : i + 1;
  ++c.qcount;
  return c.buf + <usize>i * size;
}

/** Where the oldest element is; counts it out. */
// @ts-ignore: decorator
@inline export function bufget(c: Hchan, size: usize): usize {
  const i = c.recvx;
  c.recvx = i + 1 == c.dataqsiz ? 0 : i + 1;
  --c.qcount;
  return c.buf + <usize>i * size;
}

/** Copies one element. */
export function copyelem(dst: usize, src: usize, size: i32): void {
  switch (size) {
    case 0: break;
    case 1: { store<u8>(dst, load<u8>(src)); break; }
    case 2: { store<u16>(dst, load<u16>(src)); break; }
    case 4: { store<u32>(dst, load<u32>(src)); break; }
    case 8: { store<u64>(dst, load<u64>(src)); break; }
    default: { store<u64>(dst, load<u64>(src)); store<u64>(dst, load<u64>(src, 8), 8); }
  }
}

/** Copies one element of c to where the collector may have been already. */
function moveelem(c: Hchan, dst: usize, src: usize): void {
  copyelem(dst, src, c.elemsize);
  if (c.managed) __link(changetype<usize>(c), load<usize>(dst), true);
}

/** Tells whether a receive would not park. */
export function canrecv(c: Hchan): bool {
  return c.qcount > 0 || c.closed || c.sendfirst && waiting(sendq(c));
}

/** Tells whether a send would not park. */
export function cansend(c: Hchan): bool {
  return c.qcount < c.dataqsiz || c.closed || c.recvfirst && waiting(recvq(c));
}

/** Sends *elem where canrecv's counterpart said so. Panics if c is closed. */
export function sendnow(c: Hchan, elem: usize): void {
  if (c.closed) gopanic("send on closed channel");
  const sg = dequeue(recvq(c));
  if (sg) {
    moveelem(c, sg.elem, elem);
    wakesudog(sg);
  } else moveelem(c, bufput(c, c.elemsize), elem);
}

/** Receives into *elem where canrecv said so; false if c is closed and drained. */
export function recvnow(c: Hchan, elem: usize): bool {
  if (c.qcount) {
    moveelem(c, elem, bufget(c, c.elemsize));
    refill(c);
    return true;
  }
  const sg = dequeue(sendq(c));
  if (!sg) {
    store<u64>(elem, 0);
    store<u64>(elem, 0, 8);
    return false;
  }
  moveelem(c, elem, sg.elem);
  wakesudog(sg);
  return true;
}

/** Puts the value of the first waiting sender into the place that has become free. */
// @ts-ignore: decorator
@inline export function refill(c: Hchan): void {
  if (c.sendfirst) refillslow(c);
}

function refillslow(c: Hchan): void {
  const sg = dequeue(sendq(c));
  if (!sg) return;
  moveelem(c, bufput(c, c.elemsize), sg.elem);
  wakesudog(sg);
}

/** Wakes a goroutine whose communication has happened. */
// @ts-ignore: decorator
@inline export function wakesudog(sg: Sudog): void {
  sg.success = true;
  goready(sg.g);
}

/** Queues a select case. */
export function enqueuecase(c: Hchan, sg: Sudog, send: bool): void {
  enqueue(send ? sendq(c) : recvq(c), sg);
}

/** Takes a select case out of its queue. */
export function removecase(c: Hchan, sg: Sudog, send: bool): void {
  remove(send ? sendq(c) : recvq(c), sg);
}

/** Closes c and wakes everyone who waits on it, in Go's order. */
export function closechan(c: Hchan): void {
  if (!changetype<usize>(c)) gopanic("close of nil channel");
  if (c.closed) gopanic("close of closed channel");
  c.closed = true;
  let list: G | null = null;
  let sg = dequeue(recvq(c));
  while (sg) {
    store<u64>(sg.elem, 0);
    store<u64>(sg.elem, 0, 8);
    list = pushwaiter(list, sg);
    sg = dequeue(recvq(c));
  }
  sg = dequeue(sendq(c));
  while (sg) {
    list = pushwaiter(list, sg);
    sg = dequeue(sendq(c));
  }
  while (list) {
    const gp = list;
    list = gp.schedlink;
    goready(gp);
  }
}

function pushwaiter(list: G | null, sg: Sudog): G {
  sg.success = false;
  sg.g.schedlink = list;
  return sg.g;
}

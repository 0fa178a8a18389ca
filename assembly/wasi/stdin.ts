// SPDX-License-Identifier: MIT
// Lines of standard input. A goroutine that waits for one parks, and the others run on: the run
// loop looks whether there is something to read when its slice is over or nothing else can run.

import { Mutex } from "../api/sync";
import { noteawake } from "../sched/gprof";
import { park } from "../sched/proc";
import { runqput } from "../sched/runq";
import { EV_HOST_DONE, WATCH_TRACE } from "../shared/layout";
import { gopanic } from "../sys/fatal";
import { resumed } from "../sys/intrinsics";
import { Grunnable, waitIO } from "../sys/status";
import { EAGAIN, EINTR, readcount, readsome } from "../sys/wasi";
import { tracenow } from "../sys/tracer";
import { G, getg, p0, sched } from "../sys/types";
import { errnostring } from "./errno";
import { decodeutf8 } from "./utf8";

// @ts-ignore: decorator
@inline const STDIN: i32 = 0;
// @ts-ignore: decorator
@inline const CHUNK: usize = 4096;

/** One goroutine reads at a time; the others get the lines behind its own, in order. */
const lock = new Mutex();

/** The goroutine that waits for input. */
let waiter: usize = 0;

/** What was read and is in no line yet: buffer, where it begins and ends, room. */
let buf: usize = 0;
let start: usize = 0;
let end: usize = 0;
let cap: usize = 0;
let ended = false;

/** Whether a goroutine waits for standard input. */
export function stdinwanted(): bool {
  return waiter != 0;
}

/** Lets the goroutine that waits for standard input read. */
export function stdinready(): void {
  const gp = changetype<G>(waiter);
  waiter = 0;
  gp.status = Grunnable;
  if (sched.watch & WATCH_TRACE) tracenow(EV_HOST_DONE, <u32>gp.goid);
  noteawake(gp);
  runqput(p0, gp);
}

/** Waits until standard input can be read. May park. */
function waitstdin(): void {
  if (resumed()) return;
  const gp = getg();
  waiter = changetype<usize>(gp);
  park(gp, waitIO);
}

/** The next line without its end, null behind the last. Panics if it cannot be read. May park. */
export function readline(): string | null {
  lock.lock();
  let at = findend(start);
  while (at == end && !ended) {
    const from = at - start; // reading moves what is there
    waitstdin();
    fill();
    at = findend(start + from);
  }
  let line: string | null = null;
  if (at < end || at > start) line = takeline(at);
  lock.unlock();
  return line;
}

/** Where the line's end is, `end` if it is not there. */
function findend(at: usize): usize {
  while (at < end && load<u8>(buf + at) != 0x0a) ++at;
  return at;
}

function takeline(at: usize): string {
  const len = at - start;
  const cut = len && load<u8>(buf + at - 1) == 0x0d ? len - 1 : len;
  const line = decodeutf8(buf + start, cut);
  start = min(at + 1, end);
  return line;
}

/** Reads what there is. */
function fill(): void {
  if (start) {
    memory.copy(buf, buf + start, end - start);
    end -= start;
    start = 0;
  }
  if (cap - end < CHUNK) {
    cap = max(CHUNK, cap) * 2;
    buf = buf ? __realloc(buf, cap) : __alloc(cap);
  }
  const errno = readsome(STDIN, buf + end, cap - end);
  if (errno == EAGAIN || errno == EINTR) return;
  if (errno) gopanic(`read standard input: ${errnostring(errno)}`);
  end += readcount();
  ended = readcount() == 0;
}

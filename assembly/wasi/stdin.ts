// SPDX-License-Identifier: MIT
// Lines and bytes of standard input. A goroutine that waits for some parks, and the others run on: the run
// loop looks whether there is something to read when its slice is over or nothing else can run.
//
// Readers queue: the first reads, the others get the lines behind its own, in order. Who finds that it is not the first
// when it runs again has been taken out, as its context is done; what has come until then is the next reader's.

import { gopark_settle } from "../api/host";
import { park } from "../sched/proc";
import { SETTLE_OK } from "../shared/status";
import { enqueue, remove, WaitQ } from "../sync/waitq";
import { gopanic } from "../sys/fatal";
import { setonabort } from "../sys/hooks";
import { resumed } from "../sys/intrinsics";
import { Gwaiting, waitIO } from "../sys/status";
import { EAGAIN, EINTR, readcount, readsome } from "../sys/wasi";
import { G, getg, sched, sudogof } from "../sys/types";
import { errnostring } from "./errno";
import { decodeutf8 } from "./utf8";

// @ts-ignore: decorator
@inline const STDIN: i32 = 0;
// @ts-ignore: decorator
@inline const CHUNK: usize = 4096;

const readers = changetype<WaitQ>(memory.data(8, 4));

/** What was read and is in no line yet: buffer, where it begins and ends, room. */
let buf: usize = 0;
let start: usize = 0;
let end: usize = 0;
let cap: usize = 0;
let ended = false;

/** Whether a goroutine waits for standard input. */
export function stdinwanted(): bool {
  const first = readers.first;
  return first != null && first.g.status == Gwaiting;
}

/** Lets the goroutine that waits for standard input read. */
export function stdinready(): void {
  gopark_settle(changetype<usize>(readers.first!.g), SETTLE_OK);
}

/** Waits until standard input can be read, or its turn has come; false if it has been taken out. May park. */
function waitstdin(): bool {
  const gp = getg();
  if (resumed()) return readers.first == sudogof(gp);
  ++sched.hostcalls;
  park(gp, waitIO);
  return false;
}

/** Waits behind the other readers; false if it has been taken out. May park. */
function turn(): bool {
  setonabort(takeout);
  const sg = sudogof(getg());
  sg.g = getg();
  sg.isSelect = false;
  enqueue(readers, sg);
  return readers.first == sg || waitstdin();
}

/** Takes a reader out of the queue: by itself, or hooked into onabort. The next one's turn has come. */
function takeout(gp: usize, _: f32): void {
  const first = readers.first;
  remove(readers, sudogof(changetype<G>(gp)));
  if (readers.first != first && stdinwanted()) stdinready();
}

/** The next line without its end, null behind the last, and when its context is done. Panics if it cannot be read. May park. */
export function readline(): string | null {
  if (!turn()) return null;
  let at = findend(start);
  while (at == end && !ended) {
    const from = at - start; // reading moves what is there
    if (!waitstdin()) return null;
    fill();
    at = findend(start + from);
  }
  let line: string | null = null;
  if (at < end || at > start) line = takeline(at);
  takeout(changetype<usize>(getg()), 0);
  return line;
}

/** Reads what there is to `offset` in buffer; returns the bytes, 0 at the end. Panics if it cannot be read. May park. */
export function readbytes(buffer: ArrayBuffer, offset: usize): usize {
  if (!turn()) return 0;
  while (start == end && !ended) {
    if (!waitstdin()) return 0;
    fill();
  }
  const n = min(end - start, <usize>buffer.byteLength - offset);
  memory.copy(changetype<usize>(buffer) + offset, buf + start, n);
  start += n;
  takeout(changetype<usize>(getg()), 0);
  return n;
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

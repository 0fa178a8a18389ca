// SPDX-License-Identifier: MIT
// GOPARK_PROFILE=KIND=FILE,…: profiles of a WASI command, taken when it ends, however it ends.
//
// WASI has nobody who could ask a running program for a profile, so it writes the records itself,
// with the pc table behind them: `gopark pprof FILE KIND` makes profile.proto of that. The
// files are opened at the start, where a wrong path is told; at the end nothing is allocated.
//
// What only a collection can tell is of the end for a program that ends of itself. One that dies is not collected
// any more: its heap is as of the last collection, its leaks are those that it has looked for last.
//
// Profiles of the program's own are found as a host finds them, by shared/layout.ts: their classes are in programs that
// make some, only. Whether there is one of a name is not known before the end.
//
// A new kind is a line in KINDS and one each in count(), recordsize() and writerecords().

import { runtime } from "../api/runtime";
import { samplerate } from "../memory/sample";
import { blockrecord, firstbucket } from "../profile/block";
import { blockProfile, Bucket, MemBucket, mutexProfile } from "../profile/bucket";
import { saveg } from "../profile/callers";
import { labelsof } from "../profile/label";
import { allbuckets, record } from "../profile/mprof";
import {
  BLOCK_PROFILE_RECORD_STK, BUILD, BUILD_ID, BUILD_ID_WORDS, MEM_PROFILE_RECORD_STK, NAMED_ENTRY_NEXT, NAMED_ENTRY_STK, NAMED_FIRST, NAMED_NAME,
  NAMED_NEXT, PROFILE_DEPTH, PROFILES, RT_SIZE, SNAPSHOT_COMMAND, SNAPSHOT_COUNT, SNAPSHOT_HEADER, SNAPSHOT_KIND, SNAPSHOT_LABELS, SNAPSHOT_MAGIC,
  SNAPSHOT_PCTAB, SNAPSHOT_RATE, SNAPSHOT_RECORD, SNAPSHOT_TIME, WATCH_LABELS
} from "../shared/layout";
import { EXIT_FATAL } from "../shared/status";
import { ABI_VERSION } from "../shared/version";
import { isleaked } from "../sync/leak";
import { starttheworld, stoptheworld } from "../sync/world";
import { findleaks, ownprofiles, setatexit, setatreturn } from "../sys/hooks";
import { pctabread } from "../sys/intrinsics";
import { osexit, walltime } from "../sys/os";
import { flush, printrune, printstring } from "../sys/print";
import { Gdead } from "../sys/status";
import { G, sched, tracedg } from "../sys/types";
import { writeall } from "../sys/wasi";
import { getenv, readargs } from "./args";
import { errnostring } from "./errno";
import { O_CREAT, O_TRUNC, openedfile, openfile, plain, RIGHT_WRITE } from "./file";
import { encodeutf8 } from "./utf8";

const KINDS: StaticArray<string> = ["goroutine", "goroutineleak", "threadcreate", "block", "mutex", "heap", "allocs"];
/** A profile of the program's own: what looking for its name in KINDS comes to. */
// @ts-ignore: decorator
@inline const OWN: i32 = -1;
// @ts-ignore: decorator
@inline const GOROUTINE: i32 = 0;
// @ts-ignore: decorator
@inline const LEAK: i32 = 1;
// @ts-ignore: decorator
@inline const THREADCREATE: i32 = 2;
// @ts-ignore: decorator
@inline const BLOCK: i32 = 3;
/** From here on: kinds of the memory profile. */
// @ts-ignore: decorator
@inline const HEAP: i32 = 5;
// @ts-ignore: decorator
@inline const PCTAB_SIZE: usize = 12;
/** Bytes of a stack. */
// @ts-ignore: decorator
@inline const STACK: usize = <usize>PROFILE_DEPTH << 2;

/** A profile that is to be written. */
class Wanted {
  utf8: ArrayBuffer; // the name

  constructor(public kind: i32, public name: string, public file: string, public fd: i32) {
    this.utf8 = encodeutf8(name);
  }
}

let wanted: Wanted[] = [];
let command: ArrayBuffer = new ArrayBuffer(0);
let taken = false;

/** Where records and pieces of the pc table are put together before they go out. */
// @ts-ignore: decorator
@inline const CHUNK: usize = 4096;
const chunk = memory.data(<i32>CHUNK, 8);
const word = memory.data(4, 4);
let used: usize = 0;
/** The file that is being written, and the first errno of it. */
let outfd: i32 = -1;
let outerrno: i32 = 0;

/** Reads GOPARK_PROFILE and opens its files. Ends the program with status 2 if it is wrong. */
export function snapshotinit(): void {
  const setting = getenv("GOPARK_PROFILE");
  if (!setting || !setting.length) return;
  const parts = setting.split(",");
  let search = false;
  for (let i = 0; i < parts.length; ++i) {
    const cut = parts[i].indexOf("=");
    if (cut < 0) refuse(`want KIND=FILE, not "${parts[i]}"`);
    const name = parts[i].substring(0, cut);
    const file = parts[i].substring(cut + 1);
    const kind = KINDS.indexOf(name);
    if (kind == LEAK) search = true;
    if (search) setatreturn(searchleaks); // which collects
    else if (kind >= HEAP) setatreturn(runtime.gc);
    if (kind == OWN && !ownprofiles) refuse(unknown(name));
    const other = wantedfor(file);
    if (other) refuse(`${other.name} and ${name} would both go to ${file}`);
    const errno = openfile(file, O_CREAT | O_TRUNC, RIGHT_WRITE);
    if (errno) refuse(`open ${file}: ${errnostring(errno)}`);
    wanted.push(new Wanted(kind, name, file, openedfile()));
  }
  const argv = readargs();
  if (argv.length) command = encodeutf8(argv[0].substring(argv[0].lastIndexOf("/") + 1));
  setatexit(snapshot);
}

/** What goes to a file already, if something does. */
function wantedfor(file: string): Wanted | null {
  for (let i = 0; i < wanted.length; ++i) {
    if (plain(wanted[i].file) == plain(file)) return wanted[i];
  }
  return null;
}

/** What is said of a profile that there is not. */
function unknown(name: string): string {
  let text = `no profile "${name}": there are ${KINDS.join(", ")}`;
  for (let p = load<usize>(PROFILES); p; p = load<usize>(p, NAMED_NEXT)) text += ", " + profilename(p);
  return text;
}

function searchleaks(): void {
  stoptheworld();
  findleaks(0);
  starttheworld();
}

function refuse(why: string): void {
  complain(why);
  osexit(EXIT_FATAL, 2);
}

function complain(why: string): void {
  printstring("GOPARK_PROFILE: ");
  printstring(why);
  printrune(0x0a);
  flush();
}

/** Writes the profiles. World stopped: nothing runs any more. Never allocates unless one cannot be written. */
function snapshot(): void {
  if (taken) return; // a death in here ends here
  taken = true;
  for (let i = 0; i < wanted.length; ++i) {
    const w = wanted[i];
    if (w.kind == OWN && !named(w.name)) {
      complain(unknown(w.name));
      continue;
    }
    outfd = w.fd;
    outerrno = 0;
    writesnapshot(w);
    flushchunk();
    if (outerrno) complain(`write ${w.file}: ${errnostring(outerrno)}`);
  }
}

function writesnapshot(w: Wanted): void {
  pctabread(chunk, PCTAB_SIZE, 4);
  const pctab = load<usize>(chunk);
  memory.fill(chunk, 0, SNAPSHOT_HEADER);
  store<i32>(chunk, SNAPSHOT_MAGIC);
  store<i32>(chunk, ABI_VERSION, 4);
  memory.copy(chunk + 8, BUILD + BUILD_ID, BUILD_ID_WORDS << 2);
  store<i32>(chunk, w.utf8.byteLength, SNAPSHOT_KIND);
  store<f64>(chunk, walltime(), SNAPSHOT_TIME);
  store<i32>(chunk, count(w), SNAPSHOT_COUNT);
  store<usize>(chunk, recordsize(w.kind), SNAPSHOT_RECORD);
  store<i32>(chunk, command.byteLength, SNAPSHOT_COMMAND);
  store<usize>(chunk, pctab, SNAPSHOT_PCTAB);
  store<i32>(chunk, samplerate(), SNAPSHOT_RATE);
  store<usize>(chunk, labels(w.kind, false), SNAPSHOT_LABELS);
  used = SNAPSHOT_HEADER;
  out(changetype<usize>(w.utf8), w.utf8.byteLength);
  out(changetype<usize>(command), command.byteLength);
  writerecords(w);
  labels(w.kind, true);
  for (let at: usize = 0; at < pctab; at += CHUNK) {
    flushchunk();
    used = min(CHUNK, pctab - at);
    pctabread(chunk, at, used);
  }
}

/** How many records a profile has. */
function count(w: Wanted): i32 {
  const kind = w.kind;
  if (kind == OWN) return entries(w.name, false);
  if (kind == THREADCREATE) return 1; // M 0
  if (kind < THREADCREATE) return goroutines(kind, false);
  return kind < HEAP ? waits(kind, false) : buckets(false);
}

/** Bytes of one record. */
function recordsize(kind: i32): usize {
  if (kind < BLOCK) return STACK;
  return (kind < HEAP ? BLOCK_PROFILE_RECORD_STK : MEM_PROFILE_RECORD_STK) + STACK;
}

function writerecords(w: Wanted): void {
  const kind = w.kind;
  if (kind == OWN) entries(w.name, true);
  else if (kind == THREADCREATE) store<u32>(room(STACK), 0); // the engine made M 0, no goroutine
  else if (kind < THREADCREATE) goroutines(kind, true);
  else if (kind < HEAP) waits(kind, true);
  else buckets(true);
}

/** The goroutine of a profile behind gp, null at the end; the running one comes first, as runtime.goroutineProfile has it. */
function nextg(kind: i32, gp: G | null): G | null {
  const me = tracedg();
  if (!gp && kind == GOROUTINE && me.status != Gdead && me.goid) return me;
  let next = gp && gp != me ? gp.alllink : sched.allg;
  while (next && (next == me || !(kind == LEAK ? isleaked(next) : next.status != Gdead))) next = next.alllink;
  return next;
}

/** Counts the goroutines, or the leaked ones, and writes their records. */
function goroutines(kind: i32, write: bool): i32 {
  let n = 0;
  let gp = nextg(kind, null);
  while (gp) {
    ++n;
    if (write) saveg(gp, room(STACK), PROFILE_DEPTH);
    gp = nextg(kind, gp);
  }
  return n;
}

/** Writes the labels of goroutines; returns how many bytes they are, 0 if the program has none. */
function labels(kind: i32, write: bool): usize {
  if (kind != GOROUTINE && kind != LEAK || !(sched.watch & WATCH_LABELS)) return 0;
  let size: usize = 0;
  let gp = nextg(kind, null);
  while (gp) {
    size += labelset(labelsof(gp), write);
    gp = nextg(kind, gp);
  }
  return size;
}

function labelset(set: StaticArray<string> | null, write: bool): usize {
  const n = set ? set.length : 0;
  if (write) outword(n);
  let size: usize = 4;
  for (let i = 0; i < n; ++i) {
    const s = set![i];
    const bytes = <usize>s.length << 1;
    size += 4 + bytes;
    if (!write) continue;
    outword(bytes);
    out(changetype<usize>(s), bytes);
  }
  return size;
}

/** Counts what is in a profile of the program's own, and writes its records. */
function entries(name: string, write: bool): i32 {
  let n = 0;
  for (let e = load<usize>(named(name), NAMED_FIRST); e; e = load<usize>(e, NAMED_ENTRY_NEXT)) {
    ++n;
    const stk = load<usize>(e, NAMED_ENTRY_STK);
    if (write) memory.copy(room(STACK), stk, load<u32>(stk - RT_SIZE));
  }
  return n;
}

/** The program's own profile of that name, 0 if there is none. */
function named(name: string): usize {
  let p = load<usize>(PROFILES);
  while (p && profilename(p) != name) p = load<usize>(p, NAMED_NEXT);
  return p;
}

function profilename(p: usize): string {
  return changetype<string>(load<usize>(p, NAMED_NAME));
}

/** Counts the buckets of the block or mutex profile and writes their records. */
function waits(kind: i32, write: bool): i32 {
  const typ = kind == BLOCK ? blockProfile : mutexProfile;
  let n = 0;
  let b: Bucket | null = firstbucket(typ);
  while (b) {
    ++n;
    if (write) blockrecord(b, typ, room(recordsize(kind)), PROFILE_DEPTH);
    b = b.allnext;
  }
  return n;
}

/** Counts the buckets of the memory profile and writes their records, as of the last collection. */
function buckets(write: bool): i32 {
  let n = 0;
  let b = allbuckets();
  while (b) {
    ++n;
    if (write) record(b, room(recordsize(HEAP)), PROFILE_DEPTH);
    b = changetype<MemBucket | null>(b.allnext);
  }
  return n;
}

/** Room for a record in the chunk, zeroed. */
function room(size: usize): usize {
  if (used + size > CHUNK) flushchunk();
  const at = chunk + used;
  memory.fill(at, 0, size);
  used += size;
  return at;
}

function outword(n: usize): void {
  store<usize>(word, n);
  out(word, 4);
}

/** Writes bytes through the chunk. */
function out(ptr: usize, len: usize): void {
  while (len) {
    if (used == CHUNK) flushchunk();
    const n = min(len, CHUNK - used);
    memory.copy(chunk + used, ptr, n);
    used += n;
    ptr += n;
    len -= n;
  }
}

function flushchunk(): void {
  if (!outerrno) outerrno = writeall(outfd, chunk, used);
  used = 0;
}

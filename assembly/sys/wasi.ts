// SPDX-License-Identifier: MIT
// WASI preview 1: its functions that gopark calls, and what os.ts needs on top of them.
//
// Names, arguments and numbers are those of wasi_snapshot_preview1. A function returns an errno,
// 0 if all went well. Nothing here allocates or parks.

import { atexit, onabort } from "./hooks";

@external("wasi_snapshot_preview1", "args_sizes_get")
export declare function args_sizes_get(argc: usize, size: usize): i32;
@external("wasi_snapshot_preview1", "args_get")
export declare function args_get(argv: usize, buf: usize): i32;
@external("wasi_snapshot_preview1", "environ_sizes_get")
export declare function environ_sizes_get(count: usize, size: usize): i32;
@external("wasi_snapshot_preview1", "environ_get")
export declare function environ_get(environ: usize, buf: usize): i32;
@external("wasi_snapshot_preview1", "clock_time_get")
export declare function clock_time_get(id: i32, precision: u64, time: usize): i32;
@external("wasi_snapshot_preview1", "random_get")
export declare function random_get(buf: usize, len: usize): i32;
@external("wasi_snapshot_preview1", "proc_exit")
export declare function proc_exit(status: i32): void;
@external("wasi_snapshot_preview1", "poll_oneoff")
export declare function poll_oneoff(subscriptions: usize, events: usize, n: i32, nevents: usize): i32;
@external("wasi_snapshot_preview1", "fd_read")
export declare function fd_read(fd: i32, iovs: usize, n: i32, nread: usize): i32;
@external("wasi_snapshot_preview1", "fd_write")
export declare function fd_write(fd: i32, iovs: usize, n: i32, nwritten: usize): i32;
@external("wasi_snapshot_preview1", "fd_close")
export declare function fd_close(fd: i32): i32;
@external("wasi_snapshot_preview1", "fd_filestat_get")
export declare function fd_filestat_get(fd: i32, stat: usize): i32;
@external("wasi_snapshot_preview1", "fd_readdir")
export declare function fd_readdir(fd: i32, buf: usize, len: usize, cookie: u64, used: usize): i32;
@external("wasi_snapshot_preview1", "fd_prestat_get")
export declare function fd_prestat_get(fd: i32, prestat: usize): i32;
@external("wasi_snapshot_preview1", "fd_prestat_dir_name")
export declare function fd_prestat_dir_name(fd: i32, path: usize, len: usize): i32;
@external("wasi_snapshot_preview1", "path_open")
export declare function path_open(
  dir: i32, dirflags: i32, path: usize, len: usize, oflags: i32, rights: u64, inheriting: u64, fdflags: i32, fd: usize
): i32;
@external("wasi_snapshot_preview1", "path_filestat_get")
export declare function path_filestat_get(dir: i32, flags: i32, path: usize, len: usize, stat: usize): i32;

export const EAGAIN: i32 = 6;
export const EBADF: i32 = 8;
export const EINTR: i32 = 27;
const EIO: i32 = 29;
const EPIPE: i32 = 64;

// @ts-ignore: decorator
@inline const CLOCK_REALTIME: i32 = 0;
// @ts-ignore: decorator
@inline const CLOCK_MONOTONIC: i32 = 1;
// @ts-ignore: decorator
@inline const EVENT_CLOCK: u8 = 0;
// @ts-ignore: decorator
@inline const EVENT_FD_READ: u8 = 1;
// @ts-ignore: decorator
@inline const EVENT_FD_WRITE: u8 = 2;
// @ts-ignore: decorator
@inline const SUBSCRIPTION: usize = 48;
// @ts-ignore: decorator
@inline const EVENT: usize = 32;
// @ts-ignore: decorator
@inline const STDERR: i32 = 2;
/** SIGPIPE's number. A shell shows 128 more, but wasmtime fails, and says so at length, for a status of 126 and more. */
// @ts-ignore: decorator
@inline const SIGPIPE_STATUS: i32 = 13;

/** One iovec, a count behind it. */
const iovec = memory.data(12, 8);
const number = memory.data(8, 8);
const subscriptions = memory.data(96, 8);
const events = memory.data(64, 8);

/** Writes all of it to a file; returns an errno. */
export function writeall(fd: i32, ptr: usize, len: usize): i32 {
  while (len) {
    store<usize>(iovec, ptr);
    store<usize>(iovec, len, 4);
    let errno = fd_write(fd, iovec, 1, iovec + 8);
    if (errno == EINTR) continue;
    if (errno == EAGAIN) {
      subscribefd(subscriptions, EVENT_FD_WRITE, fd);
      errno = poll_oneoff(subscriptions, events, 1, number);
      if (errno) return errno;
      continue;
    }
    const n = load<usize>(iovec, 8);
    if (!errno && !n) errno = EIO;
    if (errno) return errno;
    ptr += n;
    len -= n;
  }
  return 0;
}

/** Reads at most `len` bytes from a file; how many is left for readcount(). Returns an errno. */
export function readsome(fd: i32, ptr: usize, len: usize): i32 {
  store<usize>(iovec, ptr);
  store<usize>(iovec, len, 4);
  return fd_read(fd, iovec, 1, iovec + 8);
}

/** The bytes that readsome has read; 0 at the end of the file. */
export function readcount(): usize {
  return load<usize>(iovec, 8);
}

function subscribefd(at: usize, type: u8, fd: i32): void {
  memory.fill(at, 0, SUBSCRIPTION);
  store<u8>(at, type, 8);
  store<i32>(at, fd, 16);
}

function subscribeclock(at: usize, nanoseconds: u64): void {
  memory.fill(at, 0, SUBSCRIPTION);
  store<u8>(at, EVENT_CLOCK, 8);
  store<i32>(at, CLOCK_MONOTONIC, 16);
  store<u64>(at, nanoseconds, 24);
}

/**
 * Sleeps until there is something to read from `fd`, if that is not negative, or `nanoseconds`
 * have passed, if that is not. Returns whether the file is ready, which it also is at its end, and
 * when an engine cannot wait for this kind of file: reading then waits instead.
 */
export function waitread(fd: i32, nanoseconds: f64): bool {
  let n = 0;
  if (fd >= 0) {
    subscribefd(subscriptions, EVENT_FD_READ, fd);
    ++n;
  }
  if (nanoseconds >= 0) {
    subscribeclock(subscriptions + <usize>n * SUBSCRIPTION, <u64>nanoseconds);
    ++n;
  }
  if (poll_oneoff(subscriptions, events, n, number)) return true;
  for (let i: usize = 0, count = load<u32>(number); i < count; ++i) {
    if (load<u8>(events + i * EVENT, 10) == EVENT_FD_READ) return true;
  }
  return false;
}

/** What is written to a standard stream that is closed is lost, as Go's prints are; a broken pipe ends the program. */
export function oswrite(fd: i32, ptr: usize, len: usize): void {
  if (readergone(writeall(min(fd, STDERR), ptr, len))) brokenpipe();
}

/** Whether a write to a standard stream failed as nobody reads it; wasmtime says EIO. */
export function readergone(errno: i32): bool {
  return errno == EPIPE || errno == EIO;
}

/** Ends the program as the reader of its output has gone. Does not return. */
export function brokenpipe(): void {
  proc_exit(SIGPIPE_STATUS);
}

export function nanotime(): f64 {
  clock_time_get(CLOCK_MONOTONIC, 1, number);
  return <f64>load<u64>(number);
}

export function walltime(): f64 {
  clock_time_get(CLOCK_REALTIME, 1000, number);
  return <f64>load<u64>(number);
}

export function osrandom(): f64 {
  random_get(number, 8);
  return <f64>(load<u64>(number) >>> 11) / 9007199254740992.0;
}

/** Nobody waits for the blocking call of G `token` any more: only reading standard input waits. */
export function osabort(token: usize): void {
  onabort(token, 0);
}

export function osexit(status: i32): void {
  atexit();
  proc_exit(status);
}

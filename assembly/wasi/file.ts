// SPDX-License-Identifier: MIT
// Files below the folders that the engine was told to open for the program (--dir).
//
// A path is looked up as wasi-libc does: the current folder is "/", so a slash or "./" in front of a path or of
// a folder's name says nothing, and the folder is the one whose name is the path's longest beginning. If there are
// "." and "/", relative paths are below the one and absolute paths below the other; wasi-libc takes the last.
// Nothing here parks: WASI reads and writes at once.

import { gopanic } from "../sys/fatal";
import {
  EBADF, fd_close, fd_filestat_get, fd_prestat_dir_name, fd_prestat_get, fd_readdir, path_filestat_get, path_open,
  readcount, readsome, writeall
} from "../sys/wasi";
import { errnostring } from "./errno";
import { decodeutf8, encodeutf8 } from "./utf8";

// @ts-ignore: decorator
@inline const FIRST_PREOPEN: i32 = 3;
// @ts-ignore: decorator
@inline const SYMLINK_FOLLOW: i32 = 1;
export const O_CREAT: i32 = 1;
export const O_DIRECTORY: i32 = 2;
export const O_TRUNC: i32 = 8;
export const RIGHT_READ: u64 = 1 << 1;
export const RIGHT_WRITE: u64 = 1 << 6;
export const RIGHT_READDIR: u64 = 1 << 14;
// @ts-ignore: decorator
@inline const RIGHT_FILESTAT: u64 = 1 << 21;
// @ts-ignore: decorator
@inline const EISDIR: i32 = 31;
// @ts-ignore: decorator
@inline const ENOENT: i32 = 44;
// @ts-ignore: decorator
@inline const ENOTCAPABLE: i32 = 76;
// @ts-ignore: decorator
@inline const TYPE_DIRECTORY: u8 = 3;
// @ts-ignore: decorator
@inline const TYPE_FILE: u8 = 4;
// @ts-ignore: decorator
@inline const DIRENT: usize = 24;
// @ts-ignore: decorator
@inline const DIRENT_NAMELEN: usize = 16;
// @ts-ignore: decorator
@inline const DIRENT_TYPE: usize = 20;

const stat = memory.data(64, 8);
const result = memory.data(8, 8);

/** The names of the preopened folders, plain: element i is file descriptor 3 + i. */
let preopens: string[] | null = null;
/** Whether the name has a slash in front, of each. */
const rooted: bool[] = [];

function listpreopens(): string[] {
  const list: string[] = [];
  for (let fd = FIRST_PREOPEN; fd_prestat_get(fd, stat) == 0; ++fd) {
    const len = load<usize>(stat, 4);
    const buf = __alloc(len);
    const name = fd_prestat_dir_name(fd, buf, len) ? "" : decodeutf8(buf, len);
    rooted.push(name.startsWith("/"));
    list.push(plain(name));
    __free(buf);
  }
  return list;
}

/** A path without "/" and "./" in front and "/" behind; "" is the current folder. */
export function plain(path: string): string {
  let at = 0;
  while (path.startsWith("/", at) || path.startsWith("./", at)) ++at;
  let end = path.length;
  while (end > at && path.charCodeAt(end - 1) == 0x2f) --end;
  if (path.startsWith(".", at) && end == at + 1) at = end;
  return path.substring(at, end);
}

/** Where `path` goes on behind the folder's name, −1 if it is not below it. */
function below(folder: string, path: string): i32 {
  let at = folder.length;
  if (!at) return 0;
  if (!path.startsWith(folder) || path.length > at && path.charCodeAt(at) != 0x2f) return -1;
  while (path.charCodeAt(at) == 0x2f) ++at;
  return at;
}

/** What findfile has found: the preopened folder, and the path from there. */
let foundfd: i32 = -1;
let foundpath: string = "";

/** Finds the folder of a path; returns an errno. */
function findfile(path: string): i32 {
  if (!path.length) return ENOENT;
  if (!preopens) preopens = listpreopens();
  const folders = preopens!;
  const absolute = path.startsWith("/");
  path = plain(path);
  let best = -1;
  foundfd = -1;
  for (let i = 0; i < folders.length; ++i) {
    const at = below(folders[i], path);
    const rank = folders[i].length << 1 | i32(rooted[i] == absolute);
    if (at < 0 || rank < best) continue;
    best = rank;
    foundfd = FIRST_PREOPEN + i;
    foundpath = at < path.length ? path.substring(at) : ".";
  }
  return foundfd < 0 ? ENOTCAPABLE : 0;
}

/** The file descriptor that openfile has opened. */
let openedfd: i32 = -1;

/** Opens a file; returns an errno, the descriptor is in openedfile(). Allocates. */
export function openfile(path: string, oflags: i32, rights: u64): i32 {
  let errno = findfile(path);
  if (errno) return errno;
  const name = encodeutf8(foundpath);
  errno = path_open(foundfd, SYMLINK_FOLLOW, changetype<usize>(name), name.byteLength, oflags, rights | RIGHT_FILESTAT, 0, 0, result);
  openedfd = load<i32>(result);
  return errno;
}

export function openedfile(): i32 {
  return openedfd;
}

/** Panics as Go's PathError reads: `open x: no such file or directory`. */
function fail(what: string, path: string, errno: i32): void {
  gopanic(`${what} ${path}: ${errnostring(errno)}`);
}

/** A file as text. Panics if it cannot be read. Allocates. */
export function readfile(path: string): string {
  let errno = openfile(path, 0, RIGHT_READ);
  if (errno) fail("open", path, errno);
  const fd = openedfd;
  let cap: usize = 512;
  if (!fd_filestat_get(fd, stat)) {
    if (load<u8>(stat, 16) == TYPE_DIRECTORY) fail("read", path, EISDIR); // each engine has another errno for it
    cap = max(cap, <usize>load<u64>(stat, 32) + 1); // room to see the end
  }
  let buf = __alloc(cap);
  let len: usize = 0;
  while (true) {
    errno = readsome(fd, buf + len, cap - len);
    if (errno) fail("read", path, errno);
    if (!readcount()) break;
    len += readcount();
    if (len == cap) buf = __realloc(buf, cap *= 2);
  }
  fd_close(fd);
  const text = decodeutf8(buf, len);
  __free(buf);
  return text;
}

/** Replaces a file's contents. Panics if it cannot be written. Allocates. */
export function writefile(path: string, text: string): void {
  const bytes = encodeutf8(text);
  let errno = openfile(path, O_CREAT | O_TRUNC, RIGHT_WRITE);
  if (errno) fail("open", path, errno);
  const fd = openedfd;
  errno = writeall(fd, changetype<usize>(bytes), bytes.byteLength);
  const closed = fd_close(fd);
  if (!errno && closed != EBADF) errno = closed;
  if (errno) fail("write", path, errno);
}

/** The names in a folder, sorted. Panics if it cannot be read. Allocates. */
export function readdir(path: string): string[] {
  const entries = new Entries();
  entries.read(path);
  return entries.names.sort();
}

/** The files below a folder at any depth, sorted, as paths from it; links are not followed. Allocates. */
export function walkdir(path: string): string[] {
  const files: string[] = [];
  walkinto(path, "", files);
  return files.sort();
}

function walkinto(path: string, prefix: string, files: string[]): void {
  const entries = new Entries();
  entries.read(path);
  const names = entries.names;
  for (let i = 0; i < names.length; ++i) {
    const type = entries.types[i];
    if (type == TYPE_FILE) files.push(prefix + names[i]);
    else if (type == TYPE_DIRECTORY) walkinto(`${path}/${names[i]}`, `${prefix}${names[i]}/`, files);
  }
}

/** What is in a folder. */
class Entries {
  names: string[] = [];
  types: u8[] = [];
  private cookie: u64 = 0;

  read(path: string): void {
    let errno = openfile(path, O_DIRECTORY, RIGHT_READDIR);
    if (errno) fail("open", path, errno);
    const fd = openedfd;
    let cap: usize = 4096;
    let buf = __alloc(cap);
    while (true) {
      errno = fd_readdir(fd, buf, cap, this.cookie, result);
      if (errno) fail("readdir", path, errno);
      const used = load<usize>(result);
      const before = this.cookie;
      this.take(path, buf, buf + used);
      if (used < cap) break;
      if (before == this.cookie) buf = __realloc(buf, cap *= 2); // one name is longer than the buffer
    }
    fd_close(fd);
    __free(buf);
  }

  /** Takes the entries that are there whole; the next read begins behind them. */
  private take(path: string, at: usize, end: usize): void {
    while (at + DIRENT <= end) {
      const name = at + DIRENT;
      const next = name + load<u32>(at, DIRENT_NAMELEN);
      if (next > end) break;
      this.cookie = load<u64>(at);
      this.add(path, decodeutf8(name, next - name), load<u8>(at, DIRENT_TYPE));
      at = next;
    }
  }

  private add(path: string, name: string, type: u8): void {
    if (name == "." || name == "..") return;
    this.names.push(name);
    this.types.push(type ? type : typeoffile(`${path}/${name}`));
  }
}

/** Asks for a type that the folder's entry leaves open. */
function typeoffile(path: string): u8 {
  if (findfile(path)) return 0;
  const name = encodeutf8(foundpath);
  if (path_filestat_get(foundfd, 0, changetype<usize>(name), name.byteLength, stat)) return 0;
  return load<u8>(stat, 16);
}

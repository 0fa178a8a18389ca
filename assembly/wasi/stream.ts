// SPDX-License-Identifier: MIT
// The standard streams as AssemblyScript's index.d.ts has them in `process`.

import { gopanic } from "../sys/fatal";
import { brokenpipe, fd_close, readergone, writeall } from "../sys/wasi";
import { errnostring } from "./errno";
import { readbytes } from "./stdin";
import { encodeutf8 } from "./utf8";

function fail(what: string, fd: i32, errno: i32): void {
  gopanic(`${what} standard ${fd == 0 ? "input" : fd == 1 ? "output" : "error"}: ${errnostring(errno)}`);
}

/** Writes all of it to a standard stream. Panics if it cannot; ends the program when the reader has gone. */
export function writestream(fd: i32, data: ArrayBuffer): void {
  const errno = writeall(fd, changetype<usize>(data), data.byteLength);
  if (readergone(errno)) brokenpipe();
  if (errno) fail("write", fd, errno);
}

class Stream {
  constructor(private fd: i32) {}

  /** Closes the stream. Panics if it is closed. */
  close(): void {
    const errno = fd_close(this.fd);
    if (errno) fail("close", this.fd, errno);
  }
}

export class ReadableStream extends Stream {
  /** Reads what there is to `offset` in buffer; returns the bytes read, 0 at the end of the stream. May park. */
  read(buffer: ArrayBuffer, offset: isize = 0): i32 {
    if (offset < 0 || offset > buffer.byteLength) gopanic("read standard input: offset out of range");
    return <i32>readbytes(buffer, offset);
  }
}

export class WritableStream extends Stream {
  /** Writes a string as UTF-8, or bytes. Panics if it cannot; ends the program when the reader has gone. */
  write<T>(data: T): void {
    if (isString<T>()) writestream(this.fd, encodeutf8(data));
    else writestream(this.fd, data);
  }
}

// SPDX-License-Identifier: MIT
/**
 * Says what is wrong with a file in the words of Go's syscall package, as assembly/wasi/errno.ts does
 * for WASI's numbers: a program's panic reads the same wherever it runs.
 *
 * @module
 */
const TEXTS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBADF: "bad file descriptor",
  EBUSY: "device or resource busy",
  EDQUOT: "disk quota exceeded",
  EEXIST: "file exists",
  EFBIG: "file too large",
  EILSEQ: "invalid byte sequence",
  EINVAL: "invalid argument",
  EIO: "input/output error",
  EISDIR: "is a directory",
  ELOOP: "too many levels of symbolic links",
  EMFILE: "too many open files",
  ENAMETOOLONG: "file name too long",
  ENFILE: "too many open files in system",
  ENOENT: "no such file or directory",
  ENOMEM: "cannot allocate memory",
  ENOSPC: "no space left on device",
  ENOSYS: "function not implemented",
  ENOTDIR: "not a directory",
  ENOTSUP: "operation not supported",
  EPERM: "operation not permitted",
  EPIPE: "broken pipe",
  EROFS: "read-only file system",
};

/** Makes Go's PathError of what a call about `path` failed with: `open x: no such file or directory`. Other errors stay what they are. */
export function pathError(error: unknown, path: string): unknown {
  const { code, syscall, path: where = path } = error as NodeJS.ErrnoException;
  const text = TEXTS[code ?? ""];
  if (!text) return error;
  const read = syscall === "read" || (code === "EISDIR" && (error as NodeJS.ErrnoException).path === undefined); // Deno calls that open
  const what = read ? "read" : syscall === "write" ? "write" : "open";
  return new Error(`${what} ${where}: ${text}`, { cause: error });
}

// SPDX-License-Identifier: MIT
// What WASI's errnos say, in the words of Go's syscall package.

/** Names an errno. Allocates for a number that is none of a file's. */
export function errnostring(errno: i32): string {
  switch (errno) {
    case 2: return "permission denied";
    case 8: return "bad file descriptor";
    case 10: return "device or resource busy";
    case 19: return "disk quota exceeded";
    case 20: return "file exists";
    case 22: return "file too large";
    case 25: return "invalid byte sequence";
    case 28: return "invalid argument";
    case 29: return "input/output error";
    case 31: return "is a directory";
    case 32: return "too many levels of symbolic links";
    case 33: return "too many open files";
    case 37: return "file name too long";
    case 41: return "too many open files in system";
    case 44: return "no such file or directory";
    case 48: return "cannot allocate memory";
    case 51: return "no space left on device";
    case 52: return "function not implemented";
    case 54: return "not a directory";
    case 58: return "operation not supported";
    case 63: return "operation not permitted";
    case 64: return "broken pipe";
    case 69: return "read-only file system";
    case 76: return "not below a preopened folder";
    default: return `errno ${errno}`;
  }
}

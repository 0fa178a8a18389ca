// SPDX-License-Identifier: MIT
// What gopark needs of the world outside: of its host (env.ts), or in a WASI command of WASI
// (wasi.ts). The choice is made when the program is compiled; the other one leaves no import.

import * as env from "./env";
import * as wasi from "./wasi";

/** Writes UTF-8 bytes to a file descriptor of status.ts. */
// @ts-ignore: decorator
@inline export function oswrite(fd: i32, ptr: usize, len: usize): void {
  if (isDefined(GO_WASI)) wasi.oswrite(fd, ptr, len);
  else env.oswrite(fd, ptr, len);
}

/** Monotonic nanoseconds. */
// @ts-ignore: decorator
@inline export function nanotime(): f64 {
  if (isDefined(GO_WASI)) return wasi.nanotime();
  else return env.nanotime();
}

/** Nanoseconds since 1970. */
// @ts-ignore: decorator
@inline export function walltime(): f64 {
  if (isDefined(GO_WASI)) return wasi.walltime();
  else return env.walltime();
}

/** A number in [0, 1), for seeds. */
// @ts-ignore: decorator
@inline export function osrandom(): f64 {
  if (isDefined(GO_WASI)) return wasi.osrandom();
  else return env.osrandom();
}

/** Tells the host that export call `callid` is finished, its result at `ptr`; 0: it called goexit. */
// @ts-ignore: decorator
@inline export function osdone(callid: i32, ptr: usize): void {
  // A WASI command exports nothing but its start: there is no call to finish.
  if (!isDefined(GO_WASI)) env.osdone(callid, ptr);
}

/** Tells the host that nobody waits for the blocking call of G `token` any more, and why. */
// @ts-ignore: decorator
@inline export function osabort(token: usize, why: string): void {
  if (isDefined(GO_WASI)) wasi.osabort(token);
  else env.osabort(token, why);
}

/** Ends the program. Does not return: the host throws. */
// @ts-ignore: decorator
@inline export function osexit(kind: i32, status: i32): void {
  if (isDefined(GO_WASI)) wasi.osexit(status);
  else env.osexit(kind, status);
}

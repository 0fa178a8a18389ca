// SPDX-License-Identifier: MIT
// What gopark needs of the world outside, as imports from a host of its own. Chosen by os.ts.

/** Writes UTF-8 bytes to a file descriptor of status.ts. */
@external("gopark", "write")
export declare function oswrite(fd: i32, ptr: usize, len: usize): void;

/** Monotonic nanoseconds. */
@external("gopark", "nanotime")
export declare function nanotime(): f64;

/** Nanoseconds since 1970. */
@external("gopark", "walltime")
export declare function walltime(): f64;

/** A number in [0, 1), for seeds. */
@external("gopark", "random")
export declare function osrandom(): f64;

/** Tells the host that export call `callid` is finished, its result at `ptr`; 0: it called goexit. */
@external("gopark", "done")
export declare function osdone(callid: i32, ptr: usize): void;

/** Tells the host that nobody waits for the blocking call of G `token` any more, and why. */
@external("gopark", "abort")
export declare function osabort(token: usize, why: string): void;

/** Ends the program. Does not return: the host throws. */
@external("gopark", "exit")
export declare function osexit(kind: i32, status: i32): void;

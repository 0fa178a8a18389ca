// SPDX-License-Identifier: MIT
// The codes that cross the boundary: what schedule() reports, how a program ends, which
// file descriptor a write is for, how a call was settled, which trap the engine threw.

/** schedule(): nothing is runnable; the host waits for a timer or for one of its own calls. */
export const SCHED_IDLE: i32 = 0;
/** schedule(): the time slice is over and goroutines are still runnable. */
export const SCHED_YIELD: i32 = 1;
/** schedule(): main has returned. */
export const SCHED_EXIT: i32 = 2;

/** How a program ended, as told to the host's exit(kind, status). */
export const EXIT_CODE: i32 = 0; // the program asked for it
export const EXIT_PANIC: i32 = 1;
export const EXIT_FATAL: i32 = 2;
export const EXIT_DEADLOCK: i32 = 3;
export const EXIT_OOM: i32 = 4;
export const EXIT_TRAP: i32 = 5;

export const FD_STDOUT: i32 = 1;
export const FD_STDERR: i32 = 2;
/** Standard error too, but part of the dump that an error carries. */
export const FD_DUMP: i32 = 3;

/** settle(): bits of `how`. */
export const SETTLE_OK: i32 = 1; // else the slot holds the message of a rejection
export const SETTLE_MANAGED: i32 = 2; // the slot holds a reference

export const TRAP_OTHER: i32 = 0;
export const TRAP_UNREACHABLE: i32 = 1;
export const TRAP_MEMORY: i32 = 2;
export const TRAP_DIVIDE: i32 = 3;
export const TRAP_OVERFLOW: i32 = 4; // an integer that does not fit
export const TRAP_TABLE: i32 = 5; // a bad indirect call
export const TRAP_STACK: i32 = 6; // the engine's own stack is used up
export const TRAP_HOST: i32 = 7; // a host function threw

/** What kind of test a spec has: one that must come back, one that must die, one that is not run. */
export const SPEC_TEST: i32 = 0;
export const SPEC_DIES: i32 = 1;
export const SPEC_TODO: i32 = 2;

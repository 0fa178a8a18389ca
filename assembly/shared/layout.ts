// SPDX-License-Identifier: MIT
// The shapes that the guest writes and the host reads, as integer constants.
//
// Imports nothing and holds only integers, so that asc, tsc and every JavaScript engine read
// the same file. Each class that has one of these shapes guards it with ERROR(), so drift stops
// the build. Addresses are fixed: a reader with nothing but the bytes of a memory finds them.
//
// ╒═══════════ the first 256 KiB ═══════════╕
// │ 0x00000  trace stack of M 0, grows down  │  4 bytes a frame; running below 0 traps
// │ 0x3F000  M 0                             │
// │ 0x3F200  sched                           │
// │ 0x40000  static data, stack, heap        │  asc's
// └──────────────────────────────────────────┘

/** Where the program's own data begins: everything below belongs to the runtime. */
export const MEMORY_BASE: i32 = 0x40000;
/** Top of the trace stack of M 0. */
export const TRACE_TOP: i32 = 0x3f000;
export const M0: i32 = 0x3f000;
export const SCHED: i32 = 0x3f200;

// ╒════════════════ M ════════════════╕
// │  0  tsp       trace stack pointer │
// │  4  curg      the running G or 0  │
// └───────────────────────────────────┘
export const M_TSP: i32 = 0;
export const M_CURG: i32 = 4;

// ╒══════════ StackRecord ══════════╕
// │  0  Stack0[32]              u32 │  innermost pc first, 0 ends a short stack
// └─────────────────────────────────┘ 128
export const STACK_RECORD_DEPTH: i32 = 32;
export const STACK_RECORD_SIZE: i32 = 128;

// A slot holds one argument, result or element, whatever its type (v128 included).
export const SLOT_SIZE: i32 = 16;

// ╒══════════════════ pc table ══════════════════╕
// │  0  magic                               u32  │
// │  4  count: records, the unused 0th included  │
// │  8  strings: offset of the string area       │
// │ 12  size of the whole table                  │
// │ 16  records[count]                           │
// ├──────────────── record, 16 bytes ────────────┤
// │  0  func: offset of the function's name      │
// │  4  file: offset of the file's name          │
// │  8  line                                     │
// │ 12  parent: record of the inlining caller, 0 │  a pc is the number of its innermost record
// ├──────────────── string ──────────────────────┤
// │  0  length in bytes                     u16  │
// │  2  UTF-8                                    │
// └──────────────────────────────────────────────┘ offsets count from the table's start
export const PCTAB_MAGIC: i32 = 0x31435047; // "GPC1"
export const PCTAB_HEADER: i32 = 16;
export const PCTAB_RECORD: i32 = 16;
export const PCTAB_FUNC: i32 = 0;
export const PCTAB_FILE: i32 = 4;
export const PCTAB_LINE: i32 = 8;
export const PCTAB_PARENT: i32 = 12;

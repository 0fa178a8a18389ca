// SPDX-License-Identifier: MIT
// The shapes that the guest writes and the host reads, as integer constants.
//
// Imports nothing and holds only integers, so that asc, tsc and every JavaScript engine read
// the same file. Each class that has one of these shapes guards it with ERROR(), so drift stops
// the build. Addresses are fixed: a reader with nothing but the bytes of a memory finds them.
//
// ╒═══════════ the first 256 KiB ═══════════╕
// │ 0x00000  trace stack of M 0, grows down  │  4 bytes a frame; running below 0 traps
// │ 0x3E000  mcache of P 0, mheap            │
// │ 0x3F000  M 0                             │
// │ 0x3F200  sched; P 0, G 0 behind it       │
// │ 0x40000  static data, stack, heap        │  asc's
// └──────────────────────────────────────────┘

/** Where the program's own data begins: everything below belongs to the runtime. */
export const MEMORY_BASE: i32 = 0x40000;
/** Top of the trace stack of M 0. */
export const TRACE_TOP: usize = 0x3e000;
export const MCACHE: usize = 0x3e000;
export const MHEAP: usize = 0x3e100;
export const M0: usize = 0x3f000;
export const SCHED: usize = 0x3f200;
export const P0: usize = 0x3f300;
/** The goroutine of everything that is none: module level, the scheduler, calls from the host. */
export const G0: usize = 0x3f380;
/** Heads of the lists of free goroutine stacks, by size / 8. */
export const STACKCACHE: usize = 0x3f480;
/** Where prints gather before they go out. */
export const PRINTBUF: usize = 0x3f800;
export const PRINTBUF_SIZE: usize = 0x800;

// ╒═════════════════════ M ═════════════════════╕
// │  0  tsp       trace stack pointer           │
// │  4  curg      the running G or 0            │
// │  8  datapos   asyncify's data: where frames │
// │ 12  dataend   are written to or read from   │
// │ 16  entering  1: the next rewind is of the  │
// │               frame itself, not its callee  │
// │ 20  shlen     shadow bytes of that frame    │
// │ 24  index     where that frame was left     │
// │ 28  hostg     the G whose host call runs    │
// │ 32  ret       what a finished frame returned│
// │ 52  budget    loops left to the next look   │
// │               at the clock (--preempt)      │
// └─────────────────────────────────────────────┘ 56
export const M_TSP: usize = 0;
export const M_CURG: usize = 4;
export const M_DATA: usize = 8;
export const M_DATAEND: usize = 12;
export const M_ENTERING: usize = 16;
export const M_SHLEN: usize = 20;
export const M_INDEX: usize = 24;
export const M_HOSTG: usize = 28;
export const M_RET: usize = 32;
export const M_BUDGET: usize = 52;

// ╒═════════════ G, in part ════════════╕
// │  0  goid                        u64 │
// │ 16  slot0  what crosses a park      │
// │ 36  stack  arguments, then frames   │
// └─────────────────────────────────────┘
export const G_GOID: usize = 0;
export const G_SLOT0: usize = 16;
export const G_STACK: usize = 36;

// ╒═════════ frame of a parked goroutine ════════╕
// │ locals   those alive behind the call          │
// │ shadow   its part of the shadow stack         │
// │ function << 18 | call << 9 | locals       u32 │  call: which of the function's; locals in words
// │ pc << 10 | shadow                         u32 │  pc 0: untraced; shadow in words
// └───────────────────────────────────────────────┘ innermost last
export const FRAME_TAIL: usize = 8;
export const FRAME_FUNC_SHIFT: i32 = 18;
export const FRAME_INDEX_SHIFT: i32 = 9;
export const FRAME_INDEX_MASK: i32 = 511;
export const FRAME_LOCALS_MASK: i32 = 511;
export const FRAME_PC_SHIFT: i32 = 10;
export const FRAME_SHADOW_MASK: i32 = 1023;

// ╒══════════ StackRecord ══════════╕
// │  0  Stack0[32]              u32 │  innermost pc first, 0 ends a short stack
// └─────────────────────────────────┘ 128
export const STACK_RECORD_DEPTH: i32 = 32;
export const STACK_RECORD_SIZE: i32 = 128;

// A slot holds one argument, result or element, whatever its type (v128 included).
export const SLOT_SIZE: usize = 16;

// ╒══════════════════ pc table ══════════════════╕
// │  0  magic                               u32  │
// │  4  count: records, the unused 0th included  │
// │  8  strings: offset of the string area       │
// │ 12  size of the whole table                  │
// │ 16  entries: offset of pc[], the starts of   │
// │     exports by id, then of functions by      │
// │     table index                              │
// │ 20  how many                                 │
// │ 24  how many of them are exports             │
// │ 32  records[count]                           │
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
export const PCTAB_HEADER: usize = 32;
export const PCTAB_ENTRIES: usize = 16;
export const PCTAB_RECORD: usize = 16;
export const PCTAB_FUNC: usize = 0;
export const PCTAB_FILE: usize = 4;
export const PCTAB_LINE: usize = 8;
export const PCTAB_PARENT: usize = 12;

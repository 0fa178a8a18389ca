// SPDX-License-Identifier: MIT
// The shapes that the guest writes and the host reads, as integer constants.
//
// Imports nothing and holds only integers, so that asc, tsc and every JavaScript engine read
// the same file. Each class that has one of these shapes guards it with ERROR(), so drift stops
// the build. Addresses are fixed: a reader with nothing but the bytes of a memory finds them.
//
// ╒═══════════ the first 1 MiB ═════════════╕
// │ 0x00000  trace stack of M 0, grows down  │  running below 0 traps
// │ 0xFC000  mcache of P 0, mheap, its lists │
// │ 0xFE000  what profiles and traces keep   │
// │ 0xFF000  M 0                             │
// │ 0xFF200  sched; P 0, G 0 behind it       │
// │ 0x100000 static data, heap               │  asc's
// └──────────────────────────────────────────┘

/** Where the program's own data begins: everything below belongs to the runtime. */
export const MEMORY_BASE: i32 = 0x100000;
/** Top of the trace stack of M 0. */
export const TRACE_TOP: usize = 0xfc000;
/** For each size class where its run of free cells begins and where it ends, or 0. */
export const MCACHE: usize = 0xfc000;
export const MHEAP: usize = 0xfc2c0;
/** In mheap: not 0 while a cycle marks. */
export const GCPHASE: usize = 0xfc2c8;
/** The first span of each size class, or 0. */
export const SPANS: usize = 0xfc3c0;
export const MSTATS: usize = 0xfc8e0;
/** When the next allocation is sampled, and what has been. */
export const SAMPLER: usize = 0xfe000;
export const MPROF: usize = 0xfe400;
/** The program's own profiles: the first of a list, or 0. */
export const PROFILES: usize = 0xfe480;
/** How many of those it comes from a new goroutine keeps (Go: tracebackancestors), i32. */
export const ANCESTORS: usize = 0xfe484;
/** Where the execution trace is. */
export const TRACER: usize = 0xfe4c0;
export const M0: usize = 0xff000;
/** With shared memory: whether it is in use, and who wants the world to stop. */
export const WORLD: usize = 0xff180;
/** Which build this memory is of: see the drawing of BUILD. */
export const BUILD: usize = 0xff1c0;
export const SCHED: usize = 0xff200;
export const P0: usize = 0xff300;
/** The goroutine of everything that is none: module level, the scheduler, calls from the host. */
export const G0: usize = 0xff380;
/** Heads of the lists of free goroutine stacks, by size / 8. */
export const STACKCACHE: usize = 0xff480;
/** Where prints gather before they go out. */
export const PRINTBUF: usize = 0xff800;
export const PRINTBUF_SIZE: usize = 0x800;

// ╒═════════════════════ M ═════════════════════╕
// │  0  tsp       trace stack pointer           │
// │  4  curg      the running G or 0            │
// │  8  datapos   asyncify's data: where frames │
// │ 12  dataend   are written to or read from   │
// │ 16  entering  1: the next rewind is of the  │
// │               frame itself, not its callee  │
// │ 20  index     where that frame was left     │
// │ 24  hostg     the G whose host call runs    │
// │ 32  ret       what a finished frame returned│
// │ 52  budget    loops left to the next look   │
// │               at the clock (--preempt)      │
// │ 56  trappc    pc of what might have trapped │
// │               last (--traps)                │
// └─────────────────────────────────────────────┘ 60
export const M_TSP: usize = 0;
export const M_CURG: usize = 4;
export const M_DATA: usize = 8;
export const M_DATAEND: usize = 12;
export const M_ENTERING: usize = 16;
export const M_INDEX: usize = 20;
export const M_HOSTG: usize = 24;
export const M_RET: usize = 32;
export const M_BUDGET: usize = 52;
export const M_TRAPPC: usize = 56;

// ╒═════════════════ WORLD ════════════════╕
// │  0  started  an instance has begun: 1   │
// │  4  request  who reads, or 0            │  worldsema of all threads
// │  8  state    of M 0: a WORLD_           │
// │ 12  tickets  how many have read         │
// │ 16  origin   f64: milliseconds from     │  0: no host has said; written before the program begins
// │              1970 to its clock's zero   │
// │ 24  orders   how many the worker that   │  of the owner's messages; those of readers that memory answers
// │              runs it has taken          │  are not among them
// │ 28  ended    its owner runs it no more: │  1, and it may be in the midst of something for ever
// └─────────────────────────────────────────┘ 32, but for origin read and written with atomics
export const WORLD_STARTED: usize = 0;
export const WORLD_REQUEST: usize = 4;
export const WORLD_STATE: usize = 8;
export const WORLD_TICKETS: usize = 12;
export const WORLD_ORIGIN: usize = 16;
export const WORLD_ORDERS: usize = 24;
export const WORLD_ENDED: usize = 28;
/** M 0 is in no goroutine and no call: it waits for its host. */
export const WORLD_IDLE: i32 = 0;
export const WORLD_RUNNING: i32 = 1;
/** It has stopped at a safepoint until there is no request. */
export const WORLD_STOPPED: i32 = 2;

// ╒══════════════ BUILD ══════════════╕
// │  0  magic                     u32 │
// │  4  ABI_VERSION               u32 │
// │  8  id  of the pc table    5 × u32 │
// └───────────────────────────────────┘ 28
export const BUILD_MAGIC: i32 = 0x4b524147; // "GARK"
export const BUILD_ID: usize = 8;
export const BUILD_ID_WORDS: i32 = 5;
export const BUILD_SIZE: usize = 28;

// ╒════════════════ Sched, in part ═════════════════╕
// │  0  allg     all Gs by alllink, or 0            │
// │  4  watch    WATCH_: who wants to know          │
// │  8  dumps    DUMP_: what headers of dumps show  │
// │ 20  nended   how many goroutines have ended     │
// │ 24  goidgen  the last goroutine's id, 64 bits   │
// └─────────────────────────────────────────────────┘
export const SCHED_ALLG: usize = 0;
export const SCHED_WATCH: usize = 4;
export const SCHED_DUMPS: usize = 8;
export const SCHED_NENDED: usize = 20;
export const SCHED_GOIDGEN: usize = 24;
/** Labels are in use: a new goroutine inherits those of its maker. */
export const WATCH_LABELS: u32 = 1;
/** The times of parks and of what ends them are wanted. */
export const WATCH_BLOCK: u32 = 2;
/** Unlocks with waiters are wanted. */
export const WATCH_MUTEX: u32 = 4;
/** The clock is wanted wherever a goroutine leaves off, and where memory is taken: a host samples then. */
export const WATCH_CPU: u32 = 16;
/** Goroutines are to know those they come from. */
export const WATCH_ANCESTORS: u32 = 8;
/** Events go into the execution trace. */
export const WATCH_TRACE: u32 = 32;
/** Those that want to know of new goroutines. */
export const WATCH_BIRTHS: u32 = WATCH_LABELS | WATCH_ANCESTORS | WATCH_TRACE;
/** Those waits that nobody times are to be known, if they are long. */
export const WATCH_LONG: u32 = 64;
/** Dumps show labels (Go: tracebacklabels=1). */
export const DUMP_LABELS: u32 = 1;

// ╒═════════════════════ P, in part ══════════════════════╕
// │  0  runqhead   by schedlink, or 0                     │
// │  8  runnext    a G or 0                               │
// │ 20  schedtick  goroutines chosen, as of the latest    │
// │                look at the clock or at WATCH bits     │
// │ 24  granted    goroutines from that look to the next  │
// │ 28  spare      of those, so many are not chosen yet   │
// └───────────────────────────────────────────────────────┘
export const P_RUNQHEAD: usize = 0;
export const P_RUNNEXT: usize = 8;
export const P_SCHEDTICK: usize = 20;
export const P_GRANTED: usize = 24;
export const P_SPARE: usize = 28;

// ╒══════════════════ G, in part ════════════════════╕
// │  0  goid                                     u64 │
// │  8  parentgoid                               u64 │
// │ 16  slot0      what crosses a park               │
// │ 32  schedlink  next in the run queue             │
// │ 36  stack      arguments, then frames            │
// │ 40  stackbase  where frames begin                │
// │ 44  stackpos   where they end                    │
// │ 56  fn         a function, or an export's number │
// │ 60  gopc       pc of the go statement            │
// │ 64  status                                    u8 │
// │ 65  waitreason                                u8 │
// │ 73  leaked     while gcscan is not 0          u8 │
// │ 84  alllink    next of all goroutines            │
// │ 88  gcscan     0: it ran since it was visited    │
// │ 92  callid     below 0: fn is a function     i32 │
// │ 96  prof       GProf, or 0                       │
// │ 100 waitsince  while gcscan is not 0, seconds    │
// └──────────────────────────────────────────────────┘
export const G_GOID: usize = 0;
export const G_PARENTGOID: usize = 8;
export const G_SLOT0: usize = 16;
export const G_SCHEDLINK: usize = 32;
export const G_STACK: usize = 36;
export const G_STACKBASE: usize = 40;
export const G_STACKPOS: usize = 44;
export const G_FN: usize = 56;
export const G_GOPC: usize = 60;
export const G_STATUS: usize = 64;
export const G_WAITREASON: usize = 65;
export const G_LEAKED: usize = 73;
export const G_ALLLINK: usize = 84;
export const G_GCSCAN: usize = 88;
export const G_CALLID: usize = 92;
export const G_PROF: usize = 96;
export const G_WAITSINCE: usize = 100;

// ╒═════════════════ GProf, in part ═════════════════╕
// │  0  labels     key, value, …: StaticArray<string> │
// │  4  ancestors  a block of them, or 0              │
// └───────────────────────────────────────────────────┘
export const GPROF_LABELS: usize = 0;
export const GPROF_ANCESTORS: usize = 4;

// ╒═ block of ancestors ═╕     ╒══════════ ancestor ══════════╕
// │  0  goid  whose, u64  │     │  0  goid                 u64 │
// │  8  n                 │     │  8  gopc                     │
// │ 16  ancestor[n]       │     │ 12  npcs                     │
// └───────────────────────┘     │ 16  pcs[50]  innermost first │
//        the maker comes first  └──────────────────────────────┘ 216
export const ANCESTORS_N: usize = 8;
export const ANCESTORS_FIRST: usize = 16;
export const ANCESTOR_GOPC: usize = 8;
export const ANCESTOR_NPCS: usize = 12;
export const ANCESTOR_PCS: usize = 16;
export const ANCESTOR_SIZE: usize = 216;

// ╒══════ frame on the trace stack ══════╕
// │  0  pc << 10 | references         u32 │  pc 0: untraced
// │  4  references, 0 or an object's each │
// └───────────────────────────────────────┘ innermost first
//
// ╒═════════ frame of a parked goroutine ════════╕
// │ locals   those alive behind the call          │
// │ references  those of its frame on the trace   │
// │ function << 18 | call << 9 | locals       u32 │  call: which of the function's; locals in words
// │ pc << 10 | references                     u32 │  the first word of its frame on the trace
// └───────────────────────────────────────────────┘ innermost last
export const FRAME_TAIL: usize = 8;
export const FRAME_FUNC_SHIFT: i32 = 18;
export const FRAME_INDEX_SHIFT: i32 = 9;
export const FRAME_INDEX_MASK: i32 = 511;
export const FRAME_LOCALS_MASK: i32 = 511;
export const FRAME_PC_SHIFT: i32 = 10;
export const FRAME_ROOTS_MASK: i32 = 1023;

// ╒══════════ StackRecord ══════════╕
// │  0  Stack0[32]              u32 │  innermost pc first, 0 ends a short stack
// └─────────────────────────────────┘ 128
export const STACK_RECORD_DEPTH: i32 = 32;
export const STACK_RECORD_SIZE: i32 = 128;
/** Pcs that profiles keep of a stack, as Go's do: records of the API have as many as a StackRecord. */
export const PROFILE_DEPTH: i32 = 128;

// ╒═══════════ snapshot: a profile in a file ═══════════╕
// │  0  magic                                      u32  │
// │  4  ABI_VERSION                                u32  │
// │  8  build id                               5 × u32  │
// │ 28  kind: bytes of its name                    u32  │
// │ 32  when: nanoseconds since 1970               f64  │
// │ 40  how many records                           u32  │
// │ 44  bytes of one                               u32  │
// │ 48  command: bytes of its name                 u32  │
// │ 52  bytes of the pc table                      u32  │
// │ 56  bytes between two samples, heap and allocs u32  │
// │ 60  bytes of labels                            u32  │
// │ 64  kind, command, records, labels, pc table        │
// ├──────── labels of a record, if there are any ───────┤
// │  0  how many strings: key, value, …            u32  │
// │  4  each: its bytes, and UTF-16                u32  │
// └─────────────────────────────────────────────────────┘
export const SNAPSHOT_MAGIC: i32 = 0x33535047; // "GPS3"
export const SNAPSHOT_KIND: usize = 28;
export const SNAPSHOT_TIME: usize = 32;
export const SNAPSHOT_COUNT: usize = 40;
export const SNAPSHOT_RECORD: usize = 44;
export const SNAPSHOT_COMMAND: usize = 48;
export const SNAPSHOT_PCTAB: usize = 52;
export const SNAPSHOT_RATE: usize = 56;
export const SNAPSHOT_LABELS: usize = 60;
export const SNAPSHOT_HEADER: usize = 64;

// Small objects lie in cells of 1, 2, 3, … units, of the class of that number; each with a header.
export const CELL: usize = 16;
export const HEADER_SIZE: usize = 8; // rtId, rtSize
export const RT_ID: usize = 8; // so far before an object
export const RT_SIZE: usize = 4;
export const ID_ARRAYBUFFER: i32 = 1;
export const ID_STRING: i32 = 2;
/** Size classes are 1 to SIZE_CLASSES − 1. */
export const SIZE_CLASSES: i32 = 62;
/** Added to the class of a small object of known size for one that holds no references. */
export const NOSCAN_CLASSES: i32 = 37;
/** Spans of this class and the next ones, but for medium ones, hold objects of different sizes. */
export const MIXED_CLASS: i32 = 43;

// ╒═══ a typed array, or an Array ═══╕
// │  0  buffer                   ptr │
// │  4  dataStart                ptr │
// │  8  byteLength               u32 │
// │ 12  length       Array only  u32 │
// └──────────────────────────────────┘ asc's
export const VIEW_DATASTART: usize = 4;
export const VIEW_BYTELENGTH: usize = 8;
export const VIEW_SIZE: i32 = 12;
export const ARRAY_LENGTH: usize = 12;
export const ARRAY_SIZE: i32 = 16;

// ╒══════ Span, in part ══════╕   ╒══════ Sampler, in part ══════╕
// │ 20  elemsize          u32 │   │  16  rate                i32 │
// │ 24  nelems            u32 │   │  32  gaps[SIZE_CLASSES]  u32 │
// │ 28  spanclass         i32 │   │ 280  rests[SIZE_CLASSES] ptr │
// │ 32  markgen           u32 │   └──────────────────────────────┘
// │ 36  sweepgen          u32 │
// │ 40  marks of even cycles  │  a bit for each unit of a cell: 16 bytes, 64 in a medium span
// │168  marks of odd cycles   │
// │304  the first payload     │
// └───────────────────────────┘
export const SPAN_ELEMSIZE: usize = 20;
export const SPAN_NELEMS: usize = 24;
export const SPAN_CLASS: usize = 28;
export const SPAN_MARKGEN: usize = 32;
export const SPAN_SWEEPGEN: usize = 36;
export const SPAN_MARKS: usize = 40;
export const SPAN_MARKS_SIZE: usize = 128;
export const SPAN_FIRST: usize = 304;
/** Spans of this class and larger ones are medium: a page, aligned to that. Others are a block. */
export const MEDIUM_CLASS: i32 = 49;
export const SAMPLER_RATE: usize = 16;
export const SAMPLER_RESTS: usize = 280;

// ╒════════════ Mheap, in part ═════════════╕
// │  16  free, spanblocks, rawblocks,       │
// │      gcblocks, persistent: blocks   u32 │
// │  36  bucketbytes                    u32 │
// │  60  goal                           u32 │
// │  68  gcpercent                      i32 │
// │  88  stackbytes                     u32 │
// │ 168  nmalloc, totalalloc,               │
// │      nfree, totalfree               u64 │
// └─────────────────────────────────────────┘
export const MHEAP_FREE: usize = 16;
export const MHEAP_SPANBLOCKS: usize = 20;
export const MHEAP_GCBLOCKS: usize = 28;
export const MHEAP_PERSISTENT: usize = 32;
export const MHEAP_BUCKETBYTES: usize = 36;
export const MHEAP_GOAL: usize = 60;
export const MHEAP_GCPERCENT: usize = 68;
export const MHEAP_STACKBYTES: usize = 88;
export const MHEAP_NMALLOC: usize = 168;
export const MHEAP_BLOCK: usize = 0x4000;

// ╒══════ GCStats, in part ══════╕
// │   0  numgc, numforced    u32 │
// │   8  inittime            f64 │
// │  16  cyclestart          f64 │
// │  48  total, lastgc,      f64 │
// │      cpufraction         f64 │
// │ 128  pauses[256]         u64 │  of cycle n, at (n + 255) % 256: its longest stop,
// │2176  pauseends[256]      u64 │  and when its last one ended, since 1970
// └──────────────────────────────┘
export const GCSTATS_INITTIME: usize = 8;
export const GCSTATS_CYCLESTART: usize = 16;
export const GCSTATS_TOTAL: usize = 48;
export const GCSTATS_PAUSES: usize = 128;
export const GCSTATS_PAUSEENDS: usize = 2176;
export const PAUSES: i32 = 256;

// ╒══════ MemProfileRecord ══════╕
// │   0  alloc_bytes         i64 │
// │   8  free_bytes          i64 │
// │  16  alloc_objects       i64 │
// │  24  free_objects        i64 │
// │  32  stk[32]             u32 │  innermost pc first, 0 ends a short stack
// └──────────────────────────────┘ 160
export const MEM_PROFILE_RECORD_FREE_BYTES: usize = 8;
export const MEM_PROFILE_RECORD_ALLOC_OBJECTS: usize = 16;
export const MEM_PROFILE_RECORD_FREE_OBJECTS: usize = 24;
export const MEM_PROFILE_RECORD_STK: usize = 32;
export const MEM_PROFILE_RECORD_SIZE: i32 = 160;

// ╒═════ BlockProfileRecord ═════╕
// │   0  count               i64 │
// │   8  cycles              i64 │  nanoseconds
// │  16  stk[32]             u32 │  innermost pc first, 0 ends a short stack
// └──────────────────────────────┘ 144
export const BLOCK_PROFILE_RECORD_CYCLES: usize = 8;
export const BLOCK_PROFILE_RECORD_STK: usize = 16;
export const BLOCK_PROFILE_RECORD_SIZE: i32 = 144;

// ╒════════════════ Mprof, in part ════════════════╕
// │  0  mbuckets   of the memory profile           │
// │  4  bbuckets   of the block profile            │
// │  8  xbuckets   of the mutex profile            │
// │ 12  mutexrate  one unlock in so many  i32      │
// │ 32  collected                         bool     │
// └────────────────────────────────────────────────┘
export const MPROF_BBUCKETS: usize = 4;
export const MPROF_XBUCKETS: usize = 8;
export const MPROF_MUTEXRATE: usize = 12;
export const MPROF_COLLECTED: usize = 32;

// ╒══════════════ bucket, in part ════════════════════╕
// │  4  allnext  the next of the profile, or 0        │
// │ 12  nstk     how many pcs                     u16 │
// ╞═══════════ of the memory profile ═════════════════╡
// │ 16  allocs, frees, alloc_bytes, free_bytes    u64 │
// │ 48  the same since the last collection        u32 │
// │ 64  pcs      innermost first                  u32 │
// ╞═══════ of the block or mutex profile ═════════════╡
// │ 16  count                                     f64 │
// │ 24  cycles   nanoseconds                      i64 │
// │ 32  pcs      innermost first                  u32 │
// └───────────────────────────────────────────────────┘
export const BUCKET_ALLNEXT: usize = 4;
export const BUCKET_NSTK: usize = 12;
export const MEM_BUCKET_ALLOCS: usize = 16;
export const MEM_BUCKET_RECENT: usize = 48;
export const MEM_BUCKET_STK: usize = 64;
export const BUCKET_COUNT: usize = 16;
export const BUCKET_CYCLES: usize = 24;
export const BUCKET_STK: usize = 32;

// ╒══════════════════ Tracer ═══════════════════╕
// │  0  buf    the ring: raw memory, or 0       │
// │  4  end    behind its last slot             │
// │  8  pos    where the next event goes        │
// │ 12  laps   times it has begun anew      u32 │
// │ 16  now    the latest reading of the    f64 │
// │            clock, of the scheduler's or     │
// │            in the ring                      │
// │ 24  mask   switches from one reading to     │
// │            the next, less 1             u32 │
// │ 28  ran    the goid of what ran when the    │
// │            trace was stopped, or 0      u32 │
// │ 32  ids    tasks so far                 u32 │
// │ 36  gen    the latest goid when the         │
// │            trace was stopped            u32 │
// │ 40  saved  time that has passed without f64 │
// │ 48  unread switches from here to the next   │
// │            reading, less 1, while they are  │
// │            granted one by one           i32 │
// │ 56  read   the scheduler's own latest       │
// │            reading                      f64 │
// └─────────────────────────────────────────────┘ 64
// The ring is full of slots once it has begun anew; the slot at pos is then the oldest, and may be torn.
export const TRACER_BUF: usize = 0;
export const TRACER_END: usize = 4;
export const TRACER_POS: usize = 8;
export const TRACER_LAPS: usize = 12;
export const TRACER_NOW: usize = 16;
export const TRACER_MASK: usize = 24;
export const TRACER_RAN: usize = 28;
export const TRACER_IDS: usize = 32;
export const TRACER_GEN: usize = 36;

// ╒══════════════════ slot of the ring ══════════════════╕
// │  0  low << 10 | sub << 5 | kind                  u32 │  EV_; low: 22 bits, most often a pc
// │  4  high   most often the low half of a goid     u32 │
// ╞══════════ EV_CLOCK, EV_BEGIN: nanoseconds << 5 | kind ══════════╡
// ╞══════════ EV_TEXT, behind its event; sub: units in it ══════════╡
// │  2  3 units of UTF-16                                │
// └──────────────────────────────────────────────────────┘ 8
// What runs has no event of its own: EV_PARK and EV_END are of who has run since the event before, and so are those
// that somebody did of which it is not said who.
export const SLOT: usize = 8;
export const SLOT_LOW_SHIFT: u32 = 10;
export const SLOT_SUB_SHIFT: u32 = 5;
export const SLOT_HIGH: usize = 4;
export const SLOT_TEXT: usize = 2;
export const TEXT_UNITS: i32 = 3;
/** Longer texts are cut. */
export const TEXT_LIMIT: i32 = 252;
/** What a ring has at first, and at least. */
export const TRACE_BYTES: i32 = 1 << 20;
export const TRACE_LEAST: i32 = 1 << 10;
/** What happens until the next one happens at the time of the latest, or between the two. */
export const EV_CLOCK: u32 = 1;
export const EV_BEGIN: u32 = 2; // a reading, too: the scheduler begins
export const EV_CREATE: u32 = 3; // low: pc of the go statement; more: its function, by table index, or with sub 1 the number of an export; who made it
export const EV_PARK: u32 = 4; // as G.left has it; low: pc of its innermost frame; sub: waitreason, 0: it only gave way
export const EV_END: u32 = 5; // low tells nothing
export const EV_READY: u32 = 6; // sub 1: by what runs, 0: by a timer
export const READY_BY_RUNNING: u32 = 1 << SLOT_SUB_SHIFT | EV_READY;
export const EV_HOST_DONE: u32 = 7; // its host call has ended: it is ready
export const EV_TIMER: u32 = 8; // a timer fired
export const EV_SLICE_END: u32 = 9; // the scheduler leaves off
export const EV_GC: u32 = 10; // a cycle begins; high: nanoseconds that took
export const EV_GC_STOP: u32 = 11; // high: nanoseconds of the stop that ends
export const EV_GC_END: u32 = 12; // high: bytes in use; more: goal
export const EV_TASK: u32 = 13; // more: its number; more: that of the task around it; text: type
export const EV_TASK_END: u32 = 14; // more: its number
export const EV_REGION: u32 = 15; // more: task; text: type
export const EV_REGION_END: u32 = 16; // more: task; text: type
export const EV_LOG: u32 = 17; // low: units of the category; more: task; text: category, message
export const EV_CALL: u32 = 18; // a host call that returns at once; low: its pc
export const EV_CALL_END: u32 = 19;
export const EV_MORE: u32 = 20; // belongs to the event before
export const EV_TEXT: u32 = 21;

// ╒════ Named: a profile of the program's own, in part ════╕
// │  0  next   of all, or 0                               │
// │  4  name   a string                                   │
// │  8  first  of its entries, or 0                       │
// ├──────────────────────── entry, in part ───────────────┤
// │  0  next   or 0                                       │
// │  8  stk    a StaticArray<u32>, innermost pc first     │
// └───────────────────────────────────────────────────────┘
export const NAMED_NEXT: usize = 0;
export const NAMED_NAME: usize = 4;
export const NAMED_FIRST: usize = 8;
export const NAMED_ENTRY_NEXT: usize = 0;
export const NAMED_ENTRY_STK: usize = 8;

// ╒══════ HeapClass, one for each class id ══════╕
// │  0  objects                             u64 │
// │  8  bytes                               u64 │
// └─────────────────────────────────────────────┘ 16
export const HEAP_CLASS_SIZE: usize = 16;

// ╒════════════ MemStats, in part ═════════════╕
// │   0  alloc, totalAlloc, sys, mallocs, frees, │
// │      heapAlloc, heapSys, heapIdle, heapInuse,│
// │      heapObjects, stackInuse, buckHashSys,   │
// │      gcSys, otherSys, nextGC, lastGC     u64 │
// │ 128  numGC, numForcedGC                  u32 │
// │ 136  pauseTotalNs                        u64 │
// │ 144  gcCPUFraction                       f64 │
// └──────────────────────────────────────────────┘ 152, and the arrays of pauses, which the host finds in GCStats
export const MEM_STATS_NUMGC: usize = 128;
export const MEM_STATS_CPUFRACTION: usize = 144;
export const MEM_STATS_SIZE: i32 = 152;

// How a goroutine starts: index in the table of what execute calls, and above it, if not 0, the arm of
// startgoroutine() that does the same. A function's object has such a word in front of it; where the program
// starts that function by name, it is of one of its trampolines. Others have something else in that word,
// without an arm.
export const START_WORD: usize = 20;
export const START_SHIFT: u32 = 20;
export const START_MASK: u32 = 0xfffff;

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
export const PCTAB_COUNT: usize = 4;
export const PCTAB_ENTRIES: usize = 16;
export const PCTAB_RECORD: usize = 16;
export const PCTAB_FUNC: usize = 0;
export const PCTAB_FILE: usize = 4;
export const PCTAB_LINE: usize = 8;
export const PCTAB_PARENT: usize = 12;

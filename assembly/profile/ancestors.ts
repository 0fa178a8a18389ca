// SPDX-License-Identifier: MIT
// Ancestors: the stacks of the go statements that led to a goroutine, for dumps (Go: GODEBUG=tracebackancestors=N).
//
// Each goroutine started while they are kept has a block of raw memory: those of its maker, at most N in all,
// and its maker's own stack in front of them. It is given back when the G is used again; whose it is, it says.
// shared/layout.ts has its form.
//
// N is in a word of its own, which a host sets before the program begins: no export is needed for it. A program that
// starts no goroutine has none of this code.

import {
  ANCESTOR_GOPC, ANCESTOR_NPCS, ANCESTOR_PCS, ANCESTOR_SIZE, ANCESTORS, ANCESTORS_FIRST, ANCESTORS_N, WATCH_ANCESTORS,
} from "../shared/layout";
import { needraw } from "../memory/raw";
import { gprof } from "../sched/gprof";
import { setancestors } from "../sys/hooks";
import { printstring, printuint } from "../sys/print";
import { G, g0, getg, GProf, sched, tracedg } from "../sys/types";
import { INNER, printcreatedby, printpc, unwind } from "./traceback";

if (ANCESTOR_PCS + <usize>INNER * 4 != ANCESTOR_SIZE) ERROR("shared/layout.ts is stale: ancestor");

/** Has the hooks know of ancestors, which are kept from now on if N says so. Returns true: what @lazy makes something of has a value. */
export function ancestorsinit(): bool {
  setancestors(saveancestors, printancestors);
  if (load<i32>(ANCESTORS) > 0) sched.watch |= WATCH_ANCESTORS;
  return true;
}

/** Has so many ancestors kept of goroutines that start from now on; 0: none. Returns the setting before. */
export function tracebackancestors(n: i32): i32 {
  const old = load<i32>(ANCESTORS);
  store<i32>(ANCESTORS, max(n, 0));
  ancestorsinit();
  return old;
}

/** gp is new, and of the running goroutine's making. May collect. */
function saveancestors(ptr: usize, _: f32): void {
  const gp = changetype<G>(ptr);
  const maker = getg();
  if (gp.prof) drop(changetype<GProf>(gp.prof));
  const limit = load<i32>(ANCESTORS);
  if (maker == g0 || limit <= 0) return;
  const above = ancestorsof(maker);
  const n = min((above ? load<i32>(above, ANCESTORS_N) : 0) + 1, limit);
  const block = needraw(ANCESTORS_FIRST + <usize>n * ANCESTOR_SIZE);
  store<u64>(block, gp.goid);
  store<i32>(block, n, ANCESTORS_N);
  const first = block + ANCESTORS_FIRST;
  store<u64>(first, maker.goid);
  store<u32>(first, maker.gopc, ANCESTOR_GOPC);
  store<i32>(first, unwind(tracedg(), first + ANCESTOR_PCS, INNER), ANCESTOR_NPCS);
  if (n > 1) memory.copy(first + ANCESTOR_SIZE, above + ANCESTORS_FIRST, <usize>(n - 1) * ANCESTOR_SIZE);
  gprof(gp).ancestors = block;
}

function drop(x: GProf): void {
  if (x.ancestors) __free(x.ancestors);
  x.ancestors = 0;
}

/** The block of gp, 0 if it has none, or one of an earlier goroutine's. */
function ancestorsof(gp: G): usize {
  const block = gp.prof ? changetype<GProf>(gp.prof).ancestors : 0;
  return block && load<u64>(block) == gp.goid ? block : 0;
}

/** Prints them as Go does. Never allocates. */
function printancestors(ptr: usize): void {
  const block = ancestorsof(changetype<G>(ptr));
  if (!block) return;
  let at = block + ANCESTORS_FIRST;
  for (let n = load<i32>(block, ANCESTORS_N); n; --n) {
    printancestor(at);
    at += ANCESTOR_SIZE;
  }
}

function printancestor(at: usize): void {
  const goid = load<u64>(at);
  const npcs = load<i32>(at, ANCESTOR_NPCS);
  printstring("[originating from goroutine ");
  printuint(goid);
  printstring("]:\n");
  for (let i = 0; i < npcs; ++i) printpc(load<u32>(at + ANCESTOR_PCS + (<usize>i << 2)));
  if (npcs == INNER) printstring("...additional frames elided...\n");
  if (goid != 1) printcreatedby(load<u32>(at, ANCESTOR_GOPC), 0);
}

// SPDX-License-Identifier: MIT
// Select, as far as no element type is needed. Select in api/ adds the typed methods.
//
// wait() has Go's three passes: look for cases that are ready and choose one of them uniformly;
// queue on all of them in random order and park; take the losers out of their queues. The third
// runs when the goroutine does, so until then the other queues hold a decided entry (waitq.ts).
//
// ╒═════════════ case, 64 bytes ═════════════╕
// │  0  Sudog                                │
// │ 32  channel                              │
// │ 36  element type: what api/ has for it   │
// │ 40  flags: SEND, ENABLED, MANAGED        │
// │ 48  slot                                 │
// └──────────────────────────────────────────┘

import { park } from "../sched/proc";
import { gopanic } from "../sys/fatal";
import { setfindleaks } from "../sys/hooks";
import { resumed } from "../sys/intrinsics";
import { cheaprandn } from "../sys/rand";
import { waitSelect, waitSelectNoCases } from "../sys/status";
import { G, getg, Sudog } from "../sys/types";
import { canrecv, cansend, enqueuecase, Hchan, recvnow, removecase, sendnow } from "./chan";
import { findleaks } from "./leak";

// @ts-ignore: decorator
@inline const CASE: usize = 64;
// @ts-ignore: decorator
@inline const CHAN: usize = 32;
// @ts-ignore: decorator
@inline const TYPE: usize = 36;
// @ts-ignore: decorator
@inline const FLAGS: usize = 40;
// @ts-ignore: decorator
@inline const SLOT: usize = 48;
// @ts-ignore: decorator
@inline export const SEND: u32 = 1;
// @ts-ignore: decorator
@inline export const ENABLED: u32 = 2;
// @ts-ignore: decorator
@inline export const MANAGED: u32 = 4;
/** The most cases one select has (Go's limit). */
// @ts-ignore: decorator
@inline const MAX_CASES: i32 = 65536;

if (offsetof<Sudog>() > CHAN) ERROR("a Sudog runs into its case");

/** The cases of a select and what was chosen. */
export class Scases {
  ncases: i32 = 0;
  capcases: i32 = 0;
  chosen: i32 = -1;
  received: bool = false; // ok
  parked: bool = false;
  cases: usize = 0; // an ArrayBuffer; visited by __visit

  @unsafe private __visit(cookie: u32): void {
    if (!this.cases) return;
    __visit(this.cases, cookie);
    for (let i = 0; i < this.ncases; ++i) {
      const c = caseat(this, i);
      __visit(load<usize>(c, CHAN), cookie);
      if (load<u32>(c, FLAGS) & MANAGED) __visit(load<usize>(c, SLOT), cookie);
    }
  }
}

// @ts-ignore: decorator
@inline function caseat(s: Scases, i: i32): usize {
  return s.cases + <usize>i * CASE;
}

/** The slot of case i. Panics if there is none, or none of that element type. */
export function slotat(s: Scases, i: i32, type: usize): usize {
  if (<u32>i >= <u32>s.ncases) gopanic("select: no such case");
  const c = caseat(s, i);
  if (load<usize>(c, TYPE) != type) gopanic("select: case has another element type");
  return c + SLOT;
}

/** The slot of send case i. Panics as slotat does, and if the case receives. */
export function sendslotat(s: Scases, i: i32, type: usize): usize {
  const slot = slotat(s, i, type);
  if (!(load<u32>(slot - SLOT + FLAGS) & SEND)) gopanic("select: a receive case sends nothing");
  return slot;
}

/** Adds a case and returns its index. */
export function addcase(s: Scases, ch: Hchan | null, type: usize, flags: u32): i32 {
  if (s.parked) gopanic("select: in use by a parked goroutine");
  const i = s.ncases;
  if (i == MAX_CASES) gopanic("select: too many cases");
  if (i == s.capcases) growcases(s);
  s.ncases = i + 1;
  const c = caseat(s, i);
  memory.fill(c, 0, CASE);
  store<usize>(c, type, TYPE);
  store<u32>(c, flags | ENABLED, FLAGS);
  setchan(s, i, ch, type);
  return i;
}

function growcases(s: Scases): void {
  s.capcases = s.capcases ? s.capcases * 2 : 2;
  const size = <usize>s.capcases * CASE;
  s.cases = s.cases ? __renew(s.cases, size) : __new(size, idof<ArrayBuffer>());
  __link(changetype<usize>(s), s.cases, false);
}

/** Gives case i another channel. */
export function setchan(s: Scases, i: i32, ch: Hchan | null, type: usize): void {
  if (s.parked) gopanic("select: in use by a parked goroutine");
  slotat(s, i, type);
  store<usize>(caseat(s, i), changetype<usize>(ch), CHAN);
  if (ch) __link(changetype<usize>(s), changetype<usize>(ch), true);
}

/** Turns case i on or off. */
export function enablecase(s: Scases, i: i32, on: bool): void {
  if (<u32>i >= <u32>s.ncases) gopanic("select: no such case");
  const c = caseat(s, i);
  const flags = load<u32>(c, FLAGS);
  store<u32>(c, on ? flags | ENABLED : flags & ~ENABLED, FLAGS);
}

// @ts-ignore: decorator
@inline function ready(c: usize): bool {
  const ch = changetype<Hchan>(load<usize>(c, CHAN));
  const flags = load<u32>(c, FLAGS);
  if (!changetype<usize>(ch) || !(flags & ENABLED)) return false;
  return flags & SEND ? cansend(ch) : canrecv(ch);
}

/** Chooses uniformly among the ready cases and communicates; −1 if none is ready. Never parks. */
export function selectpoll(s: Scases): i32 {
  let chosen = -1;
  let n: u32 = 0;
  for (let i = 0; i < s.ncases; ++i) {
    if (ready(caseat(s, i)) && (n++ == 0 || cheaprandn(n) == 0)) chosen = i;
  }
  s.chosen = chosen;
  if (chosen < 0) return chosen;
  const c = caseat(s, chosen);
  const ch = changetype<Hchan>(load<usize>(c, CHAN));
  if (load<u32>(c, FLAGS) & SEND) sendnow(ch, c + SLOT);
  else getg().ok = s.received = recvnow(ch, c + SLOT);
  return chosen;
}

/** Waits for a case; parks for ever if there are none. May park. */
export function selectwait(s: Scases): i32 {
  if (resumed()) return selectwake(getg());
  if (s.parked) gopanic("select: in use by a parked goroutine");
  const i = selectpoll(s);
  if (i >= 0) return i;
  const gp = getg();
  const reason = selectqueue(s, gp);
  gp.slot0 = changetype<usize>(s); // kept alive by the caller
  park(gp, reason);
  return -1;
}

/** Queues on every case that may become ready, in random order. */
function selectqueue(s: Scases, gp: G): u8 {
  const n = s.ncases;
  setfindleaks(findleaks);
  gp.selectDone = false;
  s.parked = true;
  // A random start and a random direction: every order for two cases, no memory for more.
  const r = n > 1 ? cheaprandn(<u32>n * 2) : 0;
  const step = r & 1 ? n - 1 : 1;
  let i = <i32>(r >> 1);
  for (let k = 0; k < n; ++k) {
    queuecase(caseat(s, i), gp, i);
    i += step;
    if (i >= n) i -= n;
  }
  return n ? waitSelect : waitSelectNoCases;
}

function queuecase(c: usize, gp: G, i: i32): void {
  const ch = changetype<Hchan>(load<usize>(c, CHAN));
  const flags = load<u32>(c, FLAGS);
  const sg = changetype<Sudog>(c);
  sg.c = 0;
  if (!changetype<usize>(ch) || !(flags & ENABLED)) return;
  sg.g = gp;
  sg.elem = c + SLOT;
  sg.c = changetype<usize>(ch);
  sg.icase = i;
  sg.isSelect = true;
  sg.success = false;
  enqueuecase(ch, sg, (flags & SEND) != 0);
}

/** The channel in whose queue case i of a parked select is, 0 if in none. */
export function casechan(s: Scases, i: i32): usize {
  return changetype<Sudog>(caseat(s, i)).c;
}

/** Takes the losers out of their queues and says who won. */
function selectwake(gp: G): i32 {
  const s = changetype<Scases>(<usize>gp.slot0);
  const fired = changetype<Sudog>(<usize>gp.slot1);
  s.parked = false;
  for (let i = 0; i < s.ncases; ++i) {
    const c = caseat(s, i);
    const sg = changetype<Sudog>(c);
    if (sg == fired || !sg.c) continue;
    removecase(changetype<Hchan>(sg.c), sg, (load<u32>(c, FLAGS) & SEND) != 0);
  }
  const send = (load<u32>(changetype<usize>(fired), FLAGS) & SEND) != 0;
  if (send && !fired.success) gopanic("send on closed channel");
  if (!send) gp.ok = s.received = fired.success;
  return s.chosen = fired.icase;
}

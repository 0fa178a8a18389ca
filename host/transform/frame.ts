// SPDX-License-Identifier: MIT
/**
 * Makes the code with which a function leaves a frame behind when it is parked, and goes on with it.
 *
 * Where: prologue() at the function's start, room() and save() where asyncify's unwinding ends up.
 * The frame's shape is in assembly/shared/layout.ts. Functions that leave the shadow stack alone
 * get none of its code.
 *
 * @module
 */

import {
  FRAME_FUNC_SHIFT, FRAME_INDEX_SHIFT, FRAME_PC_SHIFT, FRAME_SHADOW_MASK, FRAME_TAIL, M0, M_DATA, M_DATAEND, M_ENTERING,
  M_INDEX, M_RET, M_SHLEN,
} from "../abi/layout.ts";
import { loadAt, loadFrom, sizeOf, storeAt } from "./access.ts";
import { addLocal, expandType, walk, type Context, type Expr, type Func } from "./binaryen.ts";
import { liveAcrossCalls } from "./liveness.ts";

export const STATE = "__asyncify_state";
const SP = "~lib/memory/__stack_pointer";
const NORMAL = 0;
export const UNWINDING = 1;
export const REWINDING = 2;

/** The runtime's functions that this code calls. */
export interface FrameRuntime {
  readonly growstack: string;
  readonly frametoolarge: string;
}

/** The parts of a function's body as the pass leaves it. */
export interface Parts {
  readonly main: Expr; // local.set of the block that holds the body
  readonly index: number; // the local that it sets: where the frame is left
  readonly rewindIndex: number; // the local that says where it goes on
  readonly zero: Expr; // 0 if there is no result
}

/** Where a frame keeps what. */
export interface Layout {
  readonly id: number;
  readonly locals: readonly { index: number; type: number; offset: number }[];
  /** Of the locals. */
  readonly bytes: number;
  /** Local with the stack pointer at entry; −1: the shadow stack is not used. */
  readonly sp0: number;
  /** Local with an address in the frame. */
  readonly at: number;
}

interface Wanted { id: number; main: Expr; parks(call: Expr): boolean }

/** Decides what a function's frame keeps, and adds the locals that its code needs. */
export function layOut(c: Context, f: Func, { id, main, parks }: Wanted): Layout {
  const { raw } = c;
  const types = [...expandType(c, raw._BinaryenFunctionGetParams!(f))];
  for (let i = 0, n = raw._BinaryenFunctionGetNumVars!(f); i < n; ++i) types.push(raw._BinaryenFunctionGetVar!(f, i));
  let bytes = 0;
  const locals = liveAcrossCalls(c, main, types.length, STATE, parks).map(index => {
    const type = types[index]!;
    const offset = bytes;
    bytes += sizeOf(c, type);
    return { index, type, offset };
  });
  const sp0 = touchesShadow(c, main) ? addLocal(c, f, c.b.i32!) : -1;
  return { id, locals, bytes, sp0, at: addLocal(c, f, c.b.i32!) };
}

function sp(c: Context): Expr {
  return c.m.global.get(SP, c.b.i32!);
}

/** What a call of the function begins with: to finish a callee, to go on with a frame, or to note the stack pointer. */
export function prologue(c: Context, f: Func, { rewindIndex }: Parts, { locals, bytes, sp0, at }: Layout): Expr {
  const { m, b, raw } = c;
  const i32 = b.i32!;
  const results = raw._BinaryenFunctionGetResults!(f);
  const finished = m.block(null, [
    m.global.set(STATE, m.i32.const(NORMAL)),
    m.return(results == b.none ? 0 : loadAt(c, results, M0 + M_RET)),
  ]);
  const enter = [
    m.if(m.i32.eqz(loadAt(c, i32, M0 + M_ENTERING)), finished),
    m.i32.store(M0 + M_ENTERING, 4, m.i32.const(0), m.i32.const(0)),
    m.local.set(at, m.i32.sub(pos(c), m.i32.const(bytes))),
    m.local.set(rewindIndex, loadAt(c, i32, M0 + M_INDEX)),
    ...locals.map(({ index, type, offset }) => m.local.set(index, loadFrom(c, type, offset, m.local.get(at, i32)))),
  ];
  if (sp0 >= 0) enter.push(m.local.set(sp0, m.i32.add(sp(c), loadAt(c, i32, M0 + M_SHLEN))));
  const rewinding = m.i32.eq(m.global.get(STATE, i32), m.i32.const(REWINDING));
  return m.if(rewinding, m.block(null, enter), sp0 >= 0 ? m.local.set(sp0, sp(c)) : 0);
}

function pos(c: Context): Expr {
  return loadAt(c, c.b.i32!, M0 + M_DATA);
}

/** Makes room on the goroutine's stack if the frame does not fit. */
export function room(c: Context, { bytes, sp0 }: Layout, { growstack }: FrameRuntime): Expr {
  const { m, b } = c;
  const need = () => {
    const fixed = m.i32.const(bytes + FRAME_TAIL);
    return sp0 < 0 ? fixed : m.i32.add(fixed, m.i32.sub(m.local.get(sp0, b.i32!), sp(c)));
  };
  const full = m.i32.gt_u(m.i32.add(pos(c), need()), loadAt(c, b.i32!, M0 + M_DATAEND));
  return m.if(full, m.call(growstack, [need()], b.none!));
}

/** Writes the frame and moves the position behind it. */
export function save(c: Context, f: Func, { index }: Parts, layout: Layout, pc: Expr, { frametoolarge }: FrameRuntime): Expr[] {
  const { id, locals, bytes, sp0, at } = layout;
  const { m, b } = c;
  const i32 = b.i32!;
  const frame = () => m.local.get(at, i32);
  const out: Expr[] = [
    m.local.set(at, pos(c)),
    ...locals.map(({ index: local, type, offset }) => storeAt(c, type, offset, frame(), m.local.get(local, type))),
  ];
  let pcword = m.i32.shl(pc, m.i32.const(FRAME_PC_SHIFT));
  if (sp0 >= 0) {
    const len = addLocal(c, f, i32);
    out.push(
      m.local.set(len, m.i32.sub(m.local.get(sp0, i32), sp(c))),
      m.if(m.i32.gt_u(m.local.get(len, i32), m.i32.const(FRAME_SHADOW_MASK << 2)), m.call(frametoolarge, [], b.none!)),
      moveShadow(c, at, bytes, sp0),
    );
    pcword = m.i32.or(pcword, m.i32.shr_u(m.local.get(len, i32), m.i32.const(2)));
  }
  const word = m.i32.or(
    m.i32.const((id << FRAME_FUNC_SHIFT) | (bytes >> 2)),
    m.i32.shl(m.local.get(index, i32), m.i32.const(FRAME_INDEX_SHIFT)),
  );
  out.push(
    m.i32.store(bytes, 4, frame(), word),
    m.i32.store(bytes + 4, 4, frame(), pcword),
    m.i32.store(M0 + M_DATA, 4, m.i32.const(0), m.i32.add(frame(), m.i32.const(bytes + FRAME_TAIL))),
  );
  return out;
}

/**
 * Moves the words from sp up to sp0 behind the locals, sp along with them. A loop: there are
 * few words, and memory.copy is a call into the engine.
 */
function moveShadow(c: Context, to: number, bytes: number, sp0: number): Expr {
  const { m, b } = c;
  const i32 = b.i32!;
  return m.loop("shadow", m.if(m.i32.lt_u(sp(c), m.local.get(sp0, i32)), m.block(null, [
    m.i32.store(bytes, 4, m.local.get(to, i32), m.i32.load(0, 4, sp(c))),
    m.local.set(to, m.i32.add(m.local.get(to, i32), m.i32.const(4))),
    m.global.set(SP, m.i32.add(sp(c), m.i32.const(4))),
    m.br("shadow"),
  ])));
}

function touchesShadow(c: Context, e: Expr): boolean {
  let found = false;
  walk(c.raw, e, (x, kind) => {
    if (kind == "GlobalSet" && c.name(c.raw._BinaryenGlobalSetGetName!(x)) == SP) found = true;
  });
  return found;
}

// SPDX-License-Identifier: MIT
/**
 * Makes the code with which a function leaves a frame behind when it is parked, and goes on with it.
 *
 * Where: prologue() at the function's start, room() and save() where asyncify's unwinding ends up.
 * The frame's shape is in assembly/shared/layout.ts. The references that the function's frame on
 * the trace holds go along, and come back with it.
 *
 * @module
 */

import {
  FRAME_FUNC_SHIFT, FRAME_INDEX_SHIFT, FRAME_TAIL, M0, M_DATA, M_DATAEND, M_ENTERING, M_INDEX, M_RET,
} from "../abi/layout.ts";
import { loadAt, loadFrom, sizeOf, storeAt } from "./access.ts";
import { addLocal, expandType, isComparison, kindOf, rewrite, type Context, type Expr, type Func } from "./binaryen.ts";
import { liveAcrossCalls } from "./liveness.ts";

export const STATE = "__asyncify_state";
export const NORMAL = 0;
export const UNWINDING = 1;
export const REWINDING = 2;

/** More references than this are moved by memory.copy, which is a call into the engine. */
const UNROLLED = 16;

/** The function's frame on the trace (trace.ts). */
export interface TraceFrame {
  /** Local with its address; −1 if it has none. */
  readonly t: number;
  /** References in it. */
  readonly words: number;
  push(): Expr[];
  readonly zero: readonly Expr[];
  readonly pop: readonly Expr[];
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
  /** Local with an address in the frame. */
  readonly at: number;
  /** Local with asyncify's state: the code looks at it in many places, and only calls that park change it. */
  readonly state: number;
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
  return { id, locals, bytes, at: addLocal(c, f, c.b.i32!), state: addLocal(c, f, c.b.i32!) };
}

/** What a call of the function begins with: to finish a callee, or to go on with a frame; then its frame on the trace. */
export function prologue(c: Context, f: Func, { rewindIndex }: Parts, { locals, bytes, at, state }: Layout, trace: TraceFrame): Expr[] {
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
  const rewinding = m.i32.eq(m.local.tee(state, m.global.get(STATE, i32), i32), m.i32.const(REWINDING));
  if (!trace.words) return [m.if(rewinding, m.block(null, enter)), ...trace.push()];
  const restore = copyWords(c, trace.words, { to: trace.t, toOffset: 4, from: at, fromOffset: bytes });
  return [m.if(rewinding, m.block(null, [...enter, ...trace.push(), ...restore]), m.block(null, [...trace.push(), ...trace.zero]))];
}

/**
 * Makes the body look at the state in the local, which is read anew where asyncify asks whether a call
 * has unwound. Of `quits` nothing is left to do when their goroutine runs again: they are not called for it.
 */
export function useState(c: Context, main: Expr, { state }: Layout, quits: ReadonlySet<string>): void {
  const { raw, m, b, name } = c;
  const local = () => m.local.get(state, b.i32!);
  const isGlobal = (e: Expr) => kindOf(raw, e) == "GlobalGet" && name(raw._BinaryenGlobalGetGetName!(e)) == STATE;
  rewrite(raw, main, (e, kind) => {
    if (isGlobal(e)) return local();
    if (kind == "Call" && quits.has(name(raw._BinaryenCallGetTarget!(e)))) {
      return m.if(local(), m.global.set(STATE, m.i32.const(NORMAL)), e);
    }
    if (kind != "If" || !isComparison(c, raw._BinaryenIfGetCondition!(e), state, UNWINDING)) return e;
    // Behind a call nothing rewinds; that the state is normal then, engines see by the constant.
    raw._BinaryenIfSetCondition!(e, m.local.tee(state, m.global.get(STATE, b.i32!), b.i32!));
    return m.block(null, [e, m.local.set(state, m.i32.const(NORMAL))]);
  });
}

function pos(c: Context): Expr {
  return loadAt(c, c.b.i32!, M0 + M_DATA);
}

/** Makes room on the goroutine's stack if the frame does not fit. */
export function room(c: Context, { bytes }: Layout, { words }: TraceFrame, growstack: string): Expr {
  const { m, b } = c;
  const need = () => m.i32.const(bytes + 4 * words + FRAME_TAIL);
  const full = m.i32.gt_u(m.i32.add(pos(c), need()), loadAt(c, b.i32!, M0 + M_DATAEND));
  return m.if(full, m.call(growstack, [need()], b.none!));
}

/** Writes the frame and moves the position behind it. Its last word is the trace frame's first. */
export function save(c: Context, { index }: Parts, layout: Layout, { t, words }: TraceFrame): Expr[] {
  const { id, locals, bytes, at } = layout;
  const { m, b } = c;
  const i32 = b.i32!;
  const frame = () => m.local.get(at, i32);
  const tail = bytes + 4 * words;
  const word = m.i32.or(
    m.i32.const((id << FRAME_FUNC_SHIFT) | (bytes >> 2)),
    m.i32.shl(m.local.get(index, i32), m.i32.const(FRAME_INDEX_SHIFT)),
  );
  return [
    m.local.set(at, pos(c)),
    ...locals.map(({ index: local, type, offset }) => storeAt(c, type, offset, frame(), m.local.get(local, type))),
    ...copyWords(c, words, { to: at, toOffset: bytes, from: t, fromOffset: 4 }),
    m.i32.store(tail, 4, frame(), word),
    m.i32.store(tail + 4, 4, frame(), t < 0 ? m.i32.const(0) : m.i32.load(0, 4, m.local.get(t, i32))),
    m.i32.store(M0 + M_DATA, 4, m.i32.const(0), m.i32.add(frame(), m.i32.const(tail + FRAME_TAIL))),
  ];
}

interface Move { to: number; toOffset: number; from: number; fromOffset: number }

/** Copies words from one local's address to another's. */
function copyWords(c: Context, words: number, { to, toOffset, from, fromOffset }: Move): Expr[] {
  const { m, b } = c;
  const address = (local: number, offset: number) => m.i32.add(m.local.get(local, b.i32!), m.i32.const(offset));
  if (words > UNROLLED) return [m.memory.copy(address(to, toOffset), address(from, fromOffset), m.i32.const(4 * words))];
  return Array.from({ length: words }, (_, i) =>
    m.i32.store(toOffset + 4 * i, 4, m.local.get(to, b.i32!), m.i32.load(fromOffset + 4 * i, 4, m.local.get(from, b.i32!))));
}

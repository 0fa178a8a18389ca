// SPDX-License-Identifier: MIT
/**
 * Runs Binaryen's asyncify over what may park, and makes frames resumable one at a time.
 *
 * Plain asyncify rewinds every frame of a goroutine and unwinds them all again at its next park.
 * Here the scheduler resumes only the innermost frame; when that returns, it leaves the result in
 * the M and resumes the next. What asyncify makes of a function, and what becomes of it:
 *
 *     if (state == rewinding) load locals
 *     unwind: { …body…; return }
 *     save the call index, save locals
 *     return zero
 * ->
 *     if (state == rewinding) {
 *       if (!m.entering) { state = normal; return m.ret }     // the finished callee of the frame
 *       m.entering = 0; sp0 = sp + m.shlen; load locals       // the frame itself
 *     } else sp0 = sp
 *     unwind: { …body…; return }
 *     if (no room) growstack(need)
 *     save the call index, save locals
 *     save the shadow stack from sp to sp0; save function, lengths, pc; sp = sp0
 *     return zero
 *
 * Functions that leave the shadow stack alone get none of its code. sys/types.ts has the M,
 * shared/layout.ts the frame.
 *
 * @module
 */

import {
  FRAME_FUNC_SHIFT, FRAME_LOCALS_MASK, FRAME_PC_SHIFT, FRAME_SHADOW_MASK, FRAME_TAIL, M0, M_DATA, M_DATAEND,
  M_ENTERING, M_RET, M_SHLEN,
} from "../abi/layout.ts";
import { loadAt, storeAt, zeroOf } from "./access.ts";
import { addLocal, expandType, kindOf, mapChildren, walk, type Context, type Expr, type Func } from "./binaryen.ts";
import type { MayPark } from "./maypark.ts";

export const STATE = "__asyncify_state";
const SP = "~lib/memory/__stack_pointer";
const NORMAL = 0;
const REWINDING = 2;
const PASSES_BEFORE = ["flatten", "dce", "simplify-locals-nonesting", "reorder-locals", "coalesce-locals",
  "simplify-locals-nonesting", "reorder-locals", "merge-blocks"];

/** A rewritten function: what trace.ts needs to add its part. */
export interface Frame {
  readonly f: Func;
  readonly name: string;
  /** Index in the resume switch. */
  readonly id: number;
  /** Called with the pc's expression once it is known; makes the body. */
  finish(pc: Expr, before: Expr[], after: Expr[]): void;
}

type SetArgument = (key: string, value: string | null) => void;

/** Runs the pass; the module's optimisation level is left as it was. */
export function runAsyncify(c: Context, { bottom, frames }: MayPark, setArgument: SetArgument, optimized: boolean): void {
  const { m, raw } = c;
  if (optimized) for (const name of frames) runOn(c, name, PASSES_BEFORE);
  const level = raw._BinaryenGetOptimizeLevel!();
  const shrink = raw._BinaryenGetShrinkLevel!();
  raw._BinaryenSetOptimizeLevel!(0);
  raw._BinaryenSetShrinkLevel!(0);
  setArgument("asyncify-onlylist", [...frames, ...bottom].join("\n") + "\n");
  setArgument("asyncify-ignore-imports", "");
  m.runPasses(["asyncify"]);
  setArgument("asyncify-onlylist", null);
  setArgument("asyncify-ignore-imports", null);
  raw._BinaryenSetOptimizeLevel!(level);
  raw._BinaryenSetShrinkLevel!(shrink);
  for (const name of ["start_unwind", "stop_unwind", "start_rewind", "stop_rewind", "get_state"]) {
    m.removeExport(`asyncify_${name}`);
  }
}

function runOn(c: Context, name: string, passes: string[]): void {
  const { raw, m } = c;
  const f = raw._BinaryenGetFunction!(m.ptr, c.cstr(name));
  const array = raw._malloc!(4 * passes.length);
  passes.forEach((pass, i) => raw.__i32_store!(array + 4 * i, c.cstr(pass)));
  raw._BinaryenFunctionRunPasses!(f, m.ptr, array, passes.length);
  raw._free!(array);
}

/** The parts of a function's body as the pass leaves it. */
interface Parts {
  readonly loading: Expr; // what runs if rewinding
  readonly main: Expr; // local.set of the block that holds the body
  readonly saving: Expr[]; // call index and locals
  readonly zero: Expr; // 0 if there is no result
}

/** Takes apart what the pass has made. Throws with the function's name if it is not what is expected. */
function takeApart(c: Context, f: Func, name: string): Parts {
  const { raw } = c;
  const body = raw._BinaryenFunctionGetBody!(f);
  const list: Expr[] = [];
  if (kindOf(raw, body) == "Block") mapChildren(raw, body, e => (list.push(e), e));
  const results = raw._BinaryenFunctionGetResults!(f);
  const zero = results == c.b.none ? 0 : list.pop()!;
  const [check, main, ...saving] = list;
  if (!check || kindOf(raw, check) != "If" || !main || kindOf(raw, main) != "LocalSet" || !saving.length) {
    throw new Error(`gopark: asyncify's code for ${name} has an unexpected form`);
  }
  return { loading: raw._BinaryenIfGetIfTrue!(check), main, saving, zero };
}

/** Bytes that the pass saves for a frame: its highest store behind the data pointer. */
function savedBytes(c: Context, saving: Expr[]): number {
  const { raw } = c;
  let bytes = 0;
  for (const part of saving) {
    walk(raw, part, (e, kind) => {
      // data.pos = data.pos + n
      if (kind != "Binary" || raw._BinaryenBinaryGetOp!(e) != c.b.AddInt32) return;
      const right = raw._BinaryenBinaryGetRight!(e);
      if (kindOf(raw, right) == "Const") bytes += raw._BinaryenConstGetValueI32!(right);
    });
  }
  return bytes;
}

function touchesShadow(c: Context, e: Expr): boolean {
  let found = false;
  walk(c.raw, e, (x, kind) => {
    if (kind == "GlobalSet" && c.name(c.raw._BinaryenGlobalSetGetName!(x)) == SP) found = true;
  });
  return found;
}

/** Takes apart every rewritten function, for frames to be added. */
export function frames(c: Context, names: ReadonlySet<string>, growstack: string): Frame[] {
  return [...names].map((name, id) => frameOf(c, name, id, growstack));
}

function frameOf(c: Context, name: string, id: number, growstack: string): Frame {
  const { raw, m } = c;
  const f = raw._BinaryenGetFunction!(m.ptr, c.cstr(name));
  const parts = takeApart(c, f, name);
  const bytes = savedBytes(c, parts.saving);
  if (bytes / 4 > FRAME_LOCALS_MASK || id >= 1 << (32 - FRAME_FUNC_SHIFT)) {
    throw new Error(`gopark: ${name} is too large to be parked: ${bytes} bytes of locals`);
  }
  const sp0 = touchesShadow(c, parts.main) ? addLocal(c, f, c.b.i32!) : -1;
  const finish = (pc: Expr, before: Expr[], after: Expr[]): void => {
    const body = [
      prologue(c, f, parts, sp0),
      ...before,
      parts.main,
      room(c, bytes, sp0, growstack),
      ...parts.saving,
      ...saveTail(c, f, { id, bytes, sp0, pc }),
      ...after,
    ];
    if (parts.zero) body.push(parts.zero);
    raw._BinaryenFunctionSetBody!(f, m.block(null, body, raw._BinaryenFunctionGetResults!(f)));
  };
  return { f, name, id, finish };
}

function sp(c: Context): Expr {
  return c.m.global.get(SP, c.b.i32!);
}

function prologue(c: Context, f: Func, { loading }: Parts, sp0: number): Expr {
  const { m, b, raw } = c;
  const results = raw._BinaryenFunctionGetResults!(f);
  const finished = m.block(null, [
    m.global.set(STATE, m.i32.const(NORMAL)),
    m.return(results == b.none ? 0 : loadAt(c, results, M0 + M_RET)),
  ]);
  const enter = [
    m.if(m.i32.eqz(loadAt(c, b.i32!, M0 + M_ENTERING)), finished),
    m.i32.store(M0 + M_ENTERING, 4, m.i32.const(0), m.i32.const(0)),
  ];
  if (sp0 >= 0) enter.push(m.local.set(sp0, m.i32.add(sp(c), loadAt(c, b.i32!, M0 + M_SHLEN))));
  enter.push(loading);
  const rewinding = m.i32.eq(m.global.get(STATE, b.i32!), m.i32.const(REWINDING));
  return m.if(rewinding, m.block(null, enter), sp0 >= 0 ? m.local.set(sp0, sp(c)) : 0);
}

function pos(c: Context): Expr {
  return loadAt(c, c.b.i32!, M0 + M_DATA);
}

/** Makes room on the goroutine's stack if the frame does not fit. */
function room(c: Context, bytes: number, sp0: number, growstack: string): Expr {
  const { m, b } = c;
  const need = () => {
    const fixed = m.i32.const(bytes + FRAME_TAIL);
    return sp0 < 0 ? fixed : m.i32.add(fixed, m.i32.sub(m.local.get(sp0, b.i32!), sp(c)));
  };
  const full = m.i32.gt_u(m.i32.add(pos(c), need()), loadAt(c, b.i32!, M0 + M_DATAEND));
  return m.if(full, m.call(growstack, [need()], b.none!));
}

interface Tail { id: number; bytes: number; sp0: number; pc: Expr }

/** Saves the shadow part and the last two words, and moves the position behind them. */
function saveTail(c: Context, f: Func, { id, bytes, sp0, pc }: Tail): Expr[] {
  const { m, b } = c;
  const i32 = b.i32!;
  const at = addLocal(c, f, i32);
  const out: Expr[] = [m.local.set(at, pos(c))];
  let pcword = m.i32.shl(pc, m.i32.const(FRAME_PC_SHIFT));
  if (sp0 >= 0) {
    const len = addLocal(c, f, i32);
    out.push(
      m.local.set(len, m.i32.sub(m.local.get(sp0, i32), sp(c))),
      m.memory.copy(m.local.get(at, i32), sp(c), m.local.get(len, i32)),
      m.local.set(at, m.i32.add(m.local.get(at, i32), m.local.get(len, i32))),
      m.global.set(SP, m.local.get(sp0, i32)),
    );
    pcword = m.i32.or(pcword, m.i32.and(m.i32.shr_u(m.local.get(len, i32), m.i32.const(2)), m.i32.const(FRAME_SHADOW_MASK)));
  }
  const word = ((id << FRAME_FUNC_SHIFT) | (bytes >> 2)) | 0;
  out.push(
    m.i32.store(0, 4, m.local.get(at, i32), m.i32.const(word)),
    m.i32.store(4, 4, m.local.get(at, i32), pcword),
    m.i32.store(M0 + M_DATA, 4, m.i32.const(0), m.i32.add(m.local.get(at, i32), m.i32.const(FRAME_TAIL))),
  );
  return out;
}

/** Body of resumeframe(id): calls function `id` with zero arguments, keeps its result in the M. */
export function resumeSwitch(c: Context, list: readonly Frame[]): Expr {
  const { m, b, raw } = c;
  if (!list.length) return m.unreachable();
  const labels = list.map(({ id }) => `f${id}`);
  let code: Expr = m.switch(labels, labels[0]!, m.local.get(0, b.i32!));
  for (const { f, name, id } of list) {
    const params = expandType(c, raw._BinaryenFunctionGetParams!(f));
    const results = raw._BinaryenFunctionGetResults!(f);
    const call = m.call(name, [...params].map(t => zeroOf(c, t)), results);
    const keep = results == b.none ? call : storeAt(c, results, M0 + M_RET, m.i32.const(0), call);
    code = m.block(null, [m.block(`f${id}`, [code]), keep, m.return()]);
  }
  return code;
}

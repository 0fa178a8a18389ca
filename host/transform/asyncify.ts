// SPDX-License-Identifier: MIT
/**
 * Runs Binaryen's asyncify over what may park, and makes frames resumable one at a time.
 *
 * Plain asyncify rewinds every frame of a goroutine and unwinds them all again at its next park.
 * Here the scheduler resumes only the innermost frame; when that returns, it leaves the result in
 * the M and resumes the next. What asyncify makes of a function, and what becomes of it:
 *
 *     if (state == rewinding) load locals
 *     unwind: { if (state == rewinding) load the call index; …body…; return }
 *     save the call index, save locals
 *     return zero
 * ->
 *     if (state == rewinding) {
 *       if (!m.entering) { state = normal; return m.ret }     // the finished callee of the frame
 *       m.entering = 0; sp0 = sp + m.shlen                    // the frame itself
 *       load the call index, load locals
 *     } else sp0 = sp
 *     unwind: { …body…; return }
 *     if (no room) growstack(need)
 *     save locals, the shadow stack from sp to sp0; function, call index, lengths, pc
 *     sp = sp0
 *     return zero
 *
 * The locals are those that liveness.ts finds, fewer than the pass would save.
 * Functions that leave the shadow stack alone get none of its code. sys/types.ts has the M,
 * shared/layout.ts the frame.
 *
 * @module
 */

import {
  FRAME_FUNC_SHIFT, FRAME_INDEX_MASK, FRAME_INDEX_SHIFT, FRAME_LOCALS_MASK, FRAME_PC_SHIFT, FRAME_SHADOW_MASK, FRAME_TAIL, M0, M_DATA, M_DATAEND,
  M_ENTERING, M_INDEX, M_RET, M_SHLEN,
} from "../abi/layout.ts";
import { loadAt, loadFrom, sizeOf, storeAt, zeroOf } from "./access.ts";
import { addLocal, expandType, kindOf, mapChildren, walk, type Context, type Expr, type Func } from "./binaryen.ts";
import { liveAcrossCalls } from "./liveness.ts";
import type { MayPark } from "./maypark.ts";

export const STATE = "__asyncify_state";
export const DATA = "__asyncify_data";
const SP = "~lib/memory/__stack_pointer";
const NORMAL = 0;
export const UNWINDING = 1;
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
  setArgument("asyncify-ignore-imports", "1");
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
  readonly main: Expr; // local.set of the block that holds the body
  readonly index: number; // the local that it sets: where the frame is left
  readonly rewindIndex: number; // the local that says where it goes on
  readonly zero: Expr; // 0 if there is no result
}

/** Takes apart what the pass has made. Throws with the function's name if it is not what is expected. */
function takeApart(c: Context, f: Func, name: string): Parts {
  const { raw } = c;
  const list = childrenOf(c, raw._BinaryenFunctionGetBody!(f));
  const results = raw._BinaryenFunctionGetResults!(f);
  const zero = results == c.b.none ? 0 : list.pop()!;
  const [check, main, ...saving] = list;
  if (!check || kindOf(raw, check) != "If" || !main || kindOf(raw, main) != "LocalSet" || !saving.length) {
    throw new Error(`gopark: asyncify's code for ${name} has an unexpected form`);
  }
  const rewindIndex = takeCallIndex(c, main);
  if (rewindIndex < 0) throw new Error(`gopark: asyncify's code for ${name} loads no call index`);
  return { main, index: raw._BinaryenLocalSetGetIndex!(main), rewindIndex, zero };
}

function childrenOf(c: Context, e: Expr): Expr[] {
  const list: Expr[] = [];
  mapChildren(c.raw, e, child => (list.push(child), child));
  return list;
}

/** Removes the code that loads the call index; returns the local that it sets. */
function takeCallIndex(c: Context, main: Expr): number {
  const { raw, m } = c;
  let index = -1;
  const find = (e: Expr): Expr => {
    if (index >= 0) return e;
    if (kindOf(raw, e) == "If" && isState(c, raw._BinaryenIfGetCondition!(e), REWINDING)) {
      const set = childrenOf(c, raw._BinaryenIfGetIfTrue!(e)).find(x => kindOf(raw, x) == "LocalSet");
      if (set) {
        index = raw._BinaryenLocalSetGetIndex!(set);
        return m.nop();
      }
    }
    if (["Block", "LocalSet"].includes(kindOf(raw, e))) mapChildren(raw, e, find);
    return e;
  };
  find(main);
  return index;
}

function isState({ raw, name }: Context, e: Expr, value: number): boolean {
  if (kindOf(raw, e) != "Binary") return false;
  const left = raw._BinaryenBinaryGetLeft!(e);
  const right = raw._BinaryenBinaryGetRight!(e);
  return kindOf(raw, left) == "GlobalGet" && name(raw._BinaryenGlobalGetGetName!(left)) == STATE
    && kindOf(raw, right) == "Const" && raw._BinaryenConstGetValueI32!(right) == value;
}

function countCalls(c: Context, e: Expr, parks: (call: Expr) => boolean): number {
  let n = 0;
  walk(c.raw, e, (x, kind) => {
    if ((kind == "Call" || kind == "CallIndirect") && parks(x)) ++n;
  });
  return n;
}

function touchesShadow(c: Context, e: Expr): boolean {
  let found = false;
  walk(c.raw, e, (x, kind) => {
    if (kind == "GlobalSet" && c.name(c.raw._BinaryenGlobalSetGetName!(x)) == SP) found = true;
  });
  return found;
}

/** Takes apart every rewritten function, for frames to be added. */
export function frames(c: Context, { bottom, frames: names }: MayPark, growstack: string): Frame[] {
  const { raw } = c;
  const parks = (call: Expr) => {
    if (kindOf(raw, call) != "Call") return true;
    const target = c.name(raw._BinaryenCallGetTarget!(call));
    return names.has(target) || bottom.has(target);
  };
  return [...names].map((name, id) => frameOf(c, { name, id, growstack, parks }));
}

interface Wanted { name: string; id: number; growstack: string; parks(call: Expr): boolean }

function frameOf(c: Context, { name, id, growstack, parks }: Wanted): Frame {
  const { raw, m } = c;
  const f = raw._BinaryenGetFunction!(m.ptr, c.cstr(name));
  const parts = takeApart(c, f, name);
  const { locals, bytes } = layOut(c, f, parts.main, parks);
  const calls = countCalls(c, parts.main, parks);
  if (bytes / 4 > FRAME_LOCALS_MASK || calls > FRAME_INDEX_MASK || id >= 1 << (32 - FRAME_FUNC_SHIFT)) {
    throw new Error(`gopark: ${name} is too large to be parked: ${bytes} bytes of locals, ${calls} calls that may park, ` +
      `function ${id} of those that may; split it`);
  }
  const sp0 = touchesShadow(c, parts.main) ? addLocal(c, f, c.b.i32!) : -1;
  const at = addLocal(c, f, c.b.i32!);
  const layout = { id, locals, bytes, sp0, at };
  const finish = (pc: Expr, before: Expr[], after: Expr[]): void => {
    const body = [
      prologue(c, f, parts, layout),
      ...before,
      parts.main,
      room(c, layout, growstack),
      ...save(c, parts, layout, pc, f),
      ...after,
    ];
    if (parts.zero) body.push(parts.zero);
    raw._BinaryenFunctionSetBody!(f, m.block(null, body, raw._BinaryenFunctionGetResults!(f)));
  };
  return { f, name, id, finish };
}

/** Where a frame keeps what. */
interface Layout {
  readonly id: number;
  readonly locals: readonly { index: number; type: number; offset: number }[];
  /** Of the locals. */
  readonly bytes: number;
  /** Local with the stack pointer at entry; −1: the shadow stack is not used. */
  readonly sp0: number;
  /** Local with an address in the frame. */
  readonly at: number;
}

function layOut(c: Context, f: Func, main: Expr, parks: (call: Expr) => boolean): { locals: Layout["locals"]; bytes: number } {
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
  return { locals, bytes };
}

function sp(c: Context): Expr {
  return c.m.global.get(SP, c.b.i32!);
}

function prologue(c: Context, f: Func, { rewindIndex }: Parts, { locals, bytes, sp0, at }: Layout): Expr {
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
function room(c: Context, { bytes, sp0 }: Layout, growstack: string): Expr {
  const { m, b } = c;
  const need = () => {
    const fixed = m.i32.const(bytes + FRAME_TAIL);
    return sp0 < 0 ? fixed : m.i32.add(fixed, m.i32.sub(m.local.get(sp0, b.i32!), sp(c)));
  };
  const full = m.i32.gt_u(m.i32.add(pos(c), need()), loadAt(c, b.i32!, M0 + M_DATAEND));
  return m.if(full, m.call(growstack, [need()], b.none!));
}

/** Writes the frame and moves the position behind it. */
function save(c: Context, { index }: Parts, { id, locals, bytes, sp0, at }: Layout, pc: Expr, f: Func): Expr[] {
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
      moveShadow(c, at, bytes, sp0),
    );
    pcword = m.i32.or(pcword, m.i32.and(m.i32.shr_u(m.local.get(len, i32), m.i32.const(2)), m.i32.const(FRAME_SHADOW_MASK)));
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

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
 *       m.entering = 0                                        // the frame itself
 *       load the call index, load locals
 *     }
 *     take a frame on the trace, with the references it had
 *     unwind: { …body…, the state in a local…; return }
 *     if (no room) growstack(need)
 *     save locals, the references of the frame on the trace; function, call index, lengths, pc
 *     give the frame on the trace back
 *     return zero
 *
 * frame.ts makes that code. The locals are those that liveness.ts finds, fewer than the pass saves.
 * sys/types.ts has the M, shared/layout.ts the frame.
 *
 * @module
 */

import { FRAME_FUNC_SHIFT, FRAME_INDEX_MASK, FRAME_LOCALS_MASK, M0, M_RET } from "../abi/layout.ts";
import { storeAt, zeroOf } from "./access.ts";
import { childrenOf, expandType, hasFunction, kindOf, mapChildren, switchOf, walk, type Context, type Expr, type Func } from "./binaryen.ts";
import { layOut, prologue, REWINDING, room, save, STATE, useState, type Layout, type Parts, type TraceFrame } from "./frame.ts";
import type { MayPark } from "./maypark.ts";
import { threadWays } from "./thread.ts";

export const DATA = "__asyncify_data";
/** The import that begins to unwind, and the function that the pass makes of it. */
export const START_UNWIND = "~lib/gopark/assembly/sys/intrinsics/asyncifyStartUnwind";
export const STARTS_UNWIND = "asyncify_start_unwind";
/** Bottom-most functions that do nothing when their goroutine runs again. */
const QUITS = new Set(["gosched", "morestack", "preempt"].map(name => `~lib/gopark/assembly/sched/proc/${name}`));
const PASSES_BEFORE = ["flatten", "dce", "simplify-locals-nonesting", "reorder-locals", "coalesce-locals",
  "simplify-locals-nonesting", "reorder-locals", "merge-blocks"];

/** A rewritten function: what trace.ts needs to add its part. */
export interface Frame {
  readonly f: Func;
  readonly name: string;
  /** Index in the resume switch. */
  readonly id: number;
  /** Called with the frame on the trace once that is known; makes the body. */
  finish(trace: TraceFrame): void;
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
  setArgument("asyncify-onlylist", [...frames, ...bottom].filter(name => hasFunction(c, name)).join("\n") + "\n");
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
  const layout = layOut(c, f, { id, main: parts.main, parks });
  const { bytes } = layout;
  const calls = countCalls(c, parts.main, parks);
  checkSize(name, { calls, bytes, id });
  const finish = (trace: TraceFrame): void => {
    useState(c, parts.main, layout, QUITS);
    keepWaysApart(c, parts, layout);
    const body = [
      ...prologue(c, f, parts, layout, trace),
      parts.main,
      room(c, layout, trace, growstack),
      ...save(c, parts, layout, trace),
      ...trace.pop,
    ];
    if (parts.zero) body.push(parts.zero);
    raw._BinaryenFunctionSetBody!(f, m.block(null, body, raw._BinaryenFunctionGetResults!(f)));
  };
  return { f, name, id, finish };
}

const MOST = { calls: FRAME_INDEX_MASK, bytes: 4 * FRAME_LOCALS_MASK, functions: 1 << (32 - FRAME_FUNC_SHIFT) };

/** A frame's word has no room for more. */
function checkSize(name: string, { calls, bytes, id }: { calls: number; bytes: number; id: number }): void {
  if (id >= MOST.functions) throw new Error(`gopark: more than ${MOST.functions} functions may park: ${name} is one too many`);
  if (calls <= MOST.calls && bytes <= MOST.bytes) return;
  throw new Error(`gopark: ${name} is too large to be parked: it has ${calls} calls that may park, of at most ${MOST.calls}, ` +
    `and ${bytes} bytes of locals that are used behind such a call, of at most ${MOST.bytes}; split it`);
}

/** Has the body fall through while it runs (thread.ts). */
function keepWaysApart(c: Context, { main, rewindIndex }: Parts, { state }: Layout): void {
  const { raw, m } = c;
  const block = raw._BinaryenLocalSetGetValue!(main);
  const name = c.name(raw._BinaryenBlockGetName!(block));
  const list = threadWays(c, childrenOf(c, block), { state, index: rewindIndex }, "ways|");
  raw._BinaryenLocalSetSetValue!(main, m.block(name, list, raw._BinaryenExpressionGetType!(block)));
}

/** Body of resumeframe(id): calls function `id` with zero arguments, keeps its result in the M. */
export function resumeSwitch(c: Context, list: readonly Frame[]): Expr {
  const { m, b, raw } = c;
  if (!list.length) return m.unreachable();
  return switchOf(c, m.local.get(0, b.i32!), list.map(({ f, name }) => {
    const params = expandType(c, raw._BinaryenFunctionGetParams!(f));
    const results = raw._BinaryenFunctionGetResults!(f);
    const call = m.call(name, [...params].map(t => zeroOf(c, t)), results);
    return results == b.none ? call : storeAt(c, results, M0 + M_RET, m.i32.const(0), call);
  }));
}

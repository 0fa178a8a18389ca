// SPDX-License-Identifier: MIT
/**
 * Generates the functions that depend on the program: calls of the host, and the switch that
 * runs exports on goroutines.
 *
 * @module
 */

import { G0, G_SLOT0, G_STACK, M0, M_CURG, M_HOSTG, SCHED, SCHED_WATCH, SLOT_SIZE, WATCH_TRACE } from "../abi/layout.ts";
import { loadAt, loadFrom, mustCross, storeAt, zeroOf } from "./access.ts";
import { expandType, hasFunction, redefine, switchOf, type Context, type Expr } from "./binaryen.ts";
import type { ExportFact, Facts, ImportFact } from "./facts.ts";

/** The exports a module can have arguments for: the runtime reserves so many slots. */
const MAX_ARGS = 16;

/**
 * Puts a guard round each import of the user's: while the host runs, the running goroutine is
 * G 0, so that parking in what the host calls back into is an error and not a torn stack. A
 * blocking import becomes a function that parks: it begins the call, waits, and returns what
 * the host left.
 *
 *     f(args)  ->  m.hostg = g; m.curg = g0; import(args); m.curg = g; [return *hostwait()]
 *
 * One that is not blocking is an event of the execution trace, if there is a trace and a goroutine calls it.
 * If a call takes a context, nothing is called when that is done, and what is called ends when that is.
 * `called`: where the runtime's functions are.
 */
export function wrapImports(c: Context, imports: readonly ImportFact[], facts: Facts, called: string): void {
  const { m, b, raw } = c;
  for (const fact of imports) {
    const { module, name, internalName, blocking } = fact;
    if (!hasFunction(c, internalName)) continue;
    const f = raw._BinaryenGetFunction!(m.ptr, c.cstr(internalName));
    const host = `${internalName}|host`;
    const params = raw._BinaryenFunctionGetParams!(f);
    const results = raw._BinaryenFunctionGetResults!(f);
    const types = [...expandType(c, params)];
    if (blocking) mustCross(c, `import ${module}.${name}`, [...types, results]);
    m.addFunctionImport(host, module, name, params, results);
    const call = m.call(host, types.map((t, i) => m.local.get(i, t)), results);
    const [saved, note, result] = [types.length, types.length + 1, types.length + 2]; // note: also whether the call is traced
    const setcurg = (value: Expr) => m.i32.store(M0 + M_CURG, 4, m.i32.const(0), value);
    const traced = blocking ? null : traceCall(c, note, called);
    const sethostg = m.i32.store(M0 + M_HOSTG, 4, m.i32.const(0), m.local.get(saved, b.i32!));
    const body = [
      m.local.set(saved, loadAt(c, b.i32!, M0 + M_CURG)),
      m.if(m.i32.ne(m.local.get(saved, b.i32!), m.i32.const(G0)), traced ? m.block(null, [sethostg, traced.begin]) : sethostg),
      setcurg(m.i32.const(G0)),
      results == b.none ? call : m.local.set(result, call),
      setcurg(m.local.get(saved, b.i32!)),
      ...(traced ? [traced.end] : []),
    ];
    const context = blocking ? facts.contextOf(fact) : -1;
    if (context >= 0) {
      const ctx = () => m.local.get(context, b.i32!);
      const zero = results == b.none ? 0 : zeroOf(c, results);
      body.unshift(m.if(m.call(`${called}contextdone`, [ctx()], b.i32!), m.return(zero)));
      body.push(m.local.set(note, m.call(`${called}watchcontext`, [ctx()], b.i32!)));
    }
    const wait = () => m.call(`${called}hostwait`, [], b.i32!);
    if (blocking) body.push(results == b.none ? m.drop(wait()) : m.local.set(result, loadFrom(c, results, 0, wait())));
    if (context >= 0) body.push(m.call(`${called}unwatchcontext`, [m.local.get(context, b.i32!), m.local.get(note, b.i32!)], b.none!));
    if (results != b.none) body.push(m.local.get(result, results));
    redefine(c, internalName, [b.i32!, b.i32!, ...(results == b.none ? [] : [results])], () => m.block(null, body, results));
  }
}

/** What stands before and behind a call that is to be traced: `note`, a local, says whether it is. */
function traceCall(c: Context, note: number, called: string): { begin: Expr; end: Expr } {
  const { m, b } = c;
  const watched = m.i32.and(loadAt(c, b.i32!, SCHED + SCHED_WATCH), m.i32.const(WATCH_TRACE));
  return {
    begin: m.if(m.local.tee(note, watched, b.i32!), m.call(`${called}tracecall`, [], b.none!)),
    end: m.if(m.local.get(note, b.i32!), m.call(`${called}tracecalled`, [], b.none!)),
  };
}

/**
 * Names the table's functions anew. A reference to an import has no exact type; what was an import
 * when asc put it into the table is a function of the module now, for which the type must be exact.
 */
export function renewTable(c: Context): void {
  const { m, raw, name, cstr } = c;
  for (let i = 0, n = raw._BinaryenGetNumElementSegments!(m.ptr); i < n; ++i) {
    // The first each time: what is added goes to the end.
    const segment = raw._BinaryenGetElementSegmentByIndex!(m.ptr, 0);
    const length = raw._BinaryenElementSegmentGetLength!(segment);
    const functions = Array.from({ length }, (_, k) => cstr(name(raw._BinaryenElementSegmentGetData!(segment, k))));
    const offset = raw._BinaryenExpressionCopy!(raw._BinaryenElementSegmentGetOffset!(segment), m.ptr);
    const own = cstr(name(raw._BinaryenElementSegmentGetName!(segment)));
    const table = cstr(name(raw._BinaryenElementSegmentGetTable!(segment)));
    raw._BinaryenRemoveElementSegment!(m.ptr, own);
    addSegment(c, { own, table, functions, offset });
  }
}

interface ElementSegment { own: number; table: number; functions: readonly number[]; offset: Expr }

function addSegment({ m, raw }: Context, { own, table, functions, offset }: ElementSegment): void {
  const names = raw._malloc!(4 * functions.length);
  functions.forEach((ptr, k) => raw.__i32_store!(names + 4 * k, ptr));
  raw._BinaryenAddActiveElementSegment!(m.ptr, table, own, names, functions.length, offset);
  raw._free!(names);
}

/** Defines callexport(id): calls an export with the arguments on the goroutine's stack, leaves the result in its slot. */
export function defineCallExport(c: Context, name: string, exports: readonly ExportFact[]): void {
  if (!hasFunction(c, name)) return;
  redefine(c, name, [], () => {
    const { m, b } = c;
    const known = exports.filter(e => hasFunction(c, e.internalName));
    if (!known.length) return m.unreachable();
    return switchOf(c, m.local.get(0, b.i32!), known.map(e => callExport(c, e)));
  });
}

function callExport(c: Context, { internalName, name }: ExportFact): Expr {
  const { m, b, raw } = c;
  const f = raw._BinaryenGetFunction!(m.ptr, c.cstr(internalName));
  const params = [...expandType(c, raw._BinaryenFunctionGetParams!(f))];
  const results = raw._BinaryenFunctionGetResults!(f);
  if (params.length > MAX_ARGS) throw new Error(`gopark: export ${name} has more than ${MAX_ARGS} parameters`);
  mustCross(c, `export ${name}`, [...params, results]);
  const curg = () => loadAt(c, b.i32!, M0 + M_CURG);
  const stack = () => m.i32.load(G_STACK, 4, curg());
  const call = m.call(internalName, params.map((t, i) => loadFrom(c, t, i * SLOT_SIZE, stack())), results);
  if (results == b.none) return call;
  // The G's address is the same before and after: goroutines do not move.
  return storeAt(c, results, G_SLOT0, curg(), call);
}

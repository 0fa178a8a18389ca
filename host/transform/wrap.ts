// SPDX-License-Identifier: MIT
/**
 * Generates the functions that depend on the program: blocking host calls, the switch that
 * runs exports on goroutines, and what JavaScript gets when it calls an export directly.
 *
 * @module
 */

import { G0, G_SLOT0, G_STACK, M0, M_CURG, SLOT_SIZE } from "../abi/layout.ts";
import { loadAt, loadFrom, storeAt } from "./access.ts";
import { expandType, hasFunction, redefine, type Context, type Expr } from "./binaryen.ts";
import type { ExportFact, ImportFact } from "./facts.ts";

/** The exports a module can have arguments for: the runtime reserves so many slots. */
const MAX_ARGS = 16;
const FUNCTION_EXPORT = 0;

/**
 * Makes a blocking import a function that parks: it begins the call, waits, and returns what
 * the host left.
 *
 *     f(args)  ->  import(args); return *hostwait()
 */
export function wrapBlocking(c: Context, imports: readonly ImportFact[], hostwait: string): void {
  const { m, b, raw } = c;
  for (const { module, name, internalName, blocking } of imports) {
    if (!blocking || !hasFunction(c, internalName)) continue;
    const f = raw._BinaryenGetFunction!(m.ptr, c.cstr(internalName));
    const begin = `${internalName}|begin`;
    m.addFunctionImport(begin, module, name, raw._BinaryenFunctionGetParams!(f), raw._BinaryenFunctionGetResults!(f));
    redefine(c, internalName, [], (params, results) => {
      const call = m.call(begin, params.map((t, i) => m.local.get(i, t)), results);
      const wait = m.call(hostwait, [], b.i32!);
      if (results == b.none) return m.block(null, [call, m.drop(wait)]);
      return m.block(null, [m.drop(call), loadFrom(c, results, 0, wait)], results);
    });
  }
}

/** Defines callexport(id): calls an export with the arguments on the goroutine's stack, leaves the result in its slot. */
export function defineCallExport(c: Context, name: string, exports: readonly ExportFact[]): void {
  if (!hasFunction(c, name)) return;
  redefine(c, name, [], () => {
    const { m, b } = c;
    const known = exports.filter(e => hasFunction(c, e.internalName));
    if (!known.length) return m.unreachable();
    const labels = known.map(e => `e${e.id}`);
    let code: Expr = m.switch(labels, labels[0]!, m.local.get(0, b.i32!));
    for (const e of known) code = m.block(null, [m.block(`e${e.id}`, [code]), callExport(c, e), m.return()]);
    return code;
  });
}

function callExport(c: Context, { internalName, name }: ExportFact): Expr {
  const { m, b, raw } = c;
  const f = raw._BinaryenGetFunction!(m.ptr, c.cstr(internalName));
  const params = [...expandType(c, raw._BinaryenFunctionGetParams!(f))];
  const results = raw._BinaryenFunctionGetResults!(f);
  if (params.length > MAX_ARGS) throw new Error(`gopark: export ${name} has more than ${MAX_ARGS} parameters`);
  const curg = () => loadAt(c, b.i32!, M0 + M_CURG);
  const stack = () => m.i32.load(G_STACK, 4, curg());
  const call = m.call(internalName, params.map((t, i) => loadFrom(c, t, i * SLOT_SIZE, stack())), results);
  if (results == b.none) return call;
  // The G's address is the same before and after: goroutines do not move.
  return storeAt(c, results, G_SLOT0, curg(), call);
}

/** Makes exports that may park run on G 0 when JavaScript calls them directly, where parking is an error. */
export function guardExports(c: Context, frames: ReadonlySet<string>): void {
  const { m, raw } = c;
  for (let i = 0; i < m.getNumExports(); ++i) {
    const e = m.getExportByIndex(i) as unknown as number;
    const internal = c.name(raw._BinaryenExportGetValue!(e));
    if (raw._BinaryenExportGetKind!(e) != FUNCTION_EXPORT || !frames.has(internal)) continue;
    const name = c.name(raw._BinaryenExportGetName!(e));
    const guard = `${internal}|js`;
    if (!hasFunction(c, guard)) addGuard(c, guard, internal);
    m.removeExport(name);
    m.addFunctionExport(guard, name);
    i = -1; // the list has changed
  }
}

function addGuard(c: Context, guard: string, internal: string): void {
  const { m, b, raw } = c;
  const f = raw._BinaryenGetFunction!(m.ptr, c.cstr(internal));
  const params = raw._BinaryenFunctionGetParams!(f);
  const results = raw._BinaryenFunctionGetResults!(f);
  const types = [...expandType(c, params)];
  const curg = types.length;
  const setcurg = (value: Expr) => m.i32.store(M0 + M_CURG, 4, m.i32.const(0), value);
  const call = m.call(internal, types.map((t, i) => m.local.get(i, t)), results);
  const body = [m.local.set(curg, loadAt(c, b.i32!, M0 + M_CURG)), setcurg(m.i32.const(G0))];
  if (results == b.none) body.push(call, setcurg(m.local.get(curg, b.i32!)));
  else body.push(m.local.set(curg + 1, call), setcurg(m.local.get(curg, b.i32!)), m.local.get(curg + 1, results));
  m.addFunction(guard, params, results, results == b.none ? [b.i32!] : [b.i32!, results], m.block(null, body, results));
}

// SPDX-License-Identifier: MIT
/**
 * Makes a WASI command: imports that are not WASI's are bound to functions of assembly/wasi/,
 * and the only exports are the memory and _start, which runs the module level, then main.
 *
 *     import host.readFile(path)   ->   function readFile(path) { gosched(); return gopark_host_readFile(path) }
 *
 * What is @blocking lets other goroutines run first, and what takes a context gives up when that is done.
 *
 * It runs first, so that the other passes see a program that imports nothing.
 *
 * @module
 */

import { zeroOf } from "./access.ts";
import { expandType, hasFunction, redefine, type Context, type Func } from "./binaryen.ts";
import { nameOf } from "./graph.ts";
import type { ExportFact, Facts, ImportFact } from "./facts.ts";

export const WASI = "wasi_snapshot_preview1";
export const START = "_start";
const GOSCHED = "~lib/gopark/assembly/sched/proc/gosched";
const RUN = "~lib/gopark/assembly/wasi/start/gopark_wasi_run";
/** Imports of the runtime's that passes behind this one resolve. */
const RESOLVED_LATER = new Set(["asyncify", "gopark/transform"]);
const BINDING = /^~lib\/gopark\/assembly\/wasi\/\w+\/gopark_(\w+)$/;

interface Import {
  readonly module: string;
  readonly base: string;
  readonly internalName: string;
}

/** The module's function imports. */
function functionImports(c: Context): Import[] {
  const { m, raw } = c;
  const list: Import[] = [];
  for (let i = 0, n = m.getNumFunctions(); i < n; ++i) {
    const f = m.getFunctionByIndex(i) as Func;
    if (raw._BinaryenFunctionGetBody(f)) continue;
    const [module, base] = [raw._BinaryenFunctionImportGetModule!(f), raw._BinaryenFunctionImportGetBase!(f)];
    list.push({ module: c.name(module), base: c.name(base), internalName: nameOf(c, f) });
  }
  return list;
}

/** Functions of assembly/wasi/ by what they are bound to: `host_readFile`. */
function bindings(c: Context): Map<string, string> {
  const found = new Map<string, string>();
  for (let i = 0, n = c.m.getNumFunctions(); i < n; ++i) {
    const name = nameOf(c, c.m.getFunctionByIndex(i) as Func);
    const match = BINDING.exec(name);
    if (match) found.set(match[1]!, name);
  }
  return found;
}

/** Binds what can be bound; returns the imports of the user's that are left. `called`: where the runtime's functions are. */
export function bindImports(c: Context, facts: Facts, called: string): ImportFact[] {
  const known = bindings(c);
  const done = new Set<string>();
  for (const { module, base, internalName } of functionImports(c)) {
    const target = known.get(`${module}_${base}`.replace(/\W/g, "_"));
    if (module == WASI || !target) continue;
    const declared = facts.imports.find(f => f.internalName == internalName);
    const context = declared?.blocking ? facts.contextOf(declared) : -1;
    const bound = { internalName, target, declared, context };
    checkTypes(c, `${module}.${base}`, bound, facts);
    bind(c, bound, called);
    done.add(internalName);
  }
  const left = facts.imports.filter(({ internalName }) => !done.has(internalName));
  const waiting = left.find(({ module, blocking }) => module == WASI && blocking);
  if (waiting) throw new Error(`gopark: ${WASI}.${waiting.name} does not wait: it cannot be @blocking`);
  return left;
}

interface Bound {
  readonly internalName: string;
  readonly target: string;
  /** A program's own declaration; there is none for the standard library's imports. */
  readonly declared: ImportFact | undefined;
  /** The number of the parameter that is a context, -1 if there is none. */
  readonly context: number;
}

/**
 * Makes an import a function that calls what it is bound to. If it takes a context, that is looked at before and, as it
 * may be done meanwhile, behind the others' turn; what then waits ends with it, as wrap.ts has it of a host's.
 */
function bind(c: Context, { internalName, target, declared, context }: Bound, called: string): void {
  const { m, b, raw } = c;
  const f = raw._BinaryenGetFunction!(m.ptr, c.cstr(internalName));
  const results = raw._BinaryenFunctionGetResults!(f);
  const types = [...expandType(c, raw._BinaryenFunctionGetParams!(f))];
  const [note, result] = [types.length, types.length + 1];
  const args = types.map((type, i) => m.local.get(i, type)).filter((_, i) => i != context);
  const call = m.call(target, args, results);
  const ctx = () => m.local.get(context, b.i32!);
  const unlessDone = () => context < 0 ? [] :
    [m.if(m.call(`${called}contextdone`, [ctx()], b.i32!), m.return(results == b.none ? 0 : zeroOf(c, results)))];
  const body = unlessDone();
  if (declared?.blocking) body.push(m.call(GOSCHED, [], b.none!), ...unlessDone());
  if (context < 0) body.push(call);
  else {
    body.push(m.local.set(note, m.call(`${called}watchcontext`, [ctx()], b.i32!)));
    body.push(results == b.none ? call : m.local.set(result, call));
    body.push(m.call(`${called}unwatchcontext`, [ctx(), m.local.get(note, b.i32!)], b.none!));
    if (results != b.none) body.push(m.local.get(result, results));
  }
  const vars = context < 0 ? [] : [b.i32!, ...(results == b.none ? [] : [results])];
  redefine(c, internalName, vars, () => m.block(null, body, results));
}

/** A program's own declaration must have the types of what it is bound to; it may have a context, and the null that then comes of it. */
function checkTypes(c: Context, what: string, { internalName, target, declared, context }: Bound, facts: Facts): void {
  const others = <T>(params: readonly T[]) => params.filter((_, i) => i != context);
  const has = facts.signatureOf(target);
  const text = (params: readonly string[], result: string) => `(${params.join(", ")}): ${result}`;
  const fits = (result: string) => declared && text(others(declared.params), declared.result) == text(has!.params, result);
  if (declared && has && !fits(has.result) && !(context >= 0 && fits(`${has.result} | null`))) {
    throw new Error(`gopark: import ${what} is declared as ${text(declared.params, declared.result)}; it is ${text(has.params, has.result)}`);
  }
  const types = (name: string) => {
    const f = c.raw._BinaryenGetFunction!(c.m.ptr, c.cstr(name));
    const params = [...expandType(c, c.raw._BinaryenFunctionGetParams!(f))];
    return `${name == internalName ? others(params) : params}:${c.raw._BinaryenFunctionGetResults!(f)}`;
  };
  if (types(internalName) != types(target)) throw new Error(`gopark: import ${what} has other types than ${target}`);
}

/** Takes every export away but the memory, `kept` and a new _start. Returns main. */
export function commandExports(c: Context, facts: Facts, kept: ReadonlySet<string>): ExportFact {
  const { m, raw, b } = c;
  const main = facts.exports.find(({ name }) => name == "main");
  if (!main) throw new Error("gopark: a WASI command needs a main: export function main(): void { … }");
  if (main.params.length) throw new Error("gopark: main must not have parameters");
  let start = "";
  const names: string[] = [];
  for (let i = 0, n = raw._BinaryenGetNumExports!(m.ptr); i < n; ++i) {
    const e = raw._BinaryenGetExportByIndex!(m.ptr, i);
    const name = c.name(raw._BinaryenExportGetName!(e));
    if (name == START) start = c.name(raw._BinaryenExportGetValue!(e));
    if (name != "memory" && !kept.has(name)) names.push(name);
  }
  names.forEach(name => m.removeExport(name));
  const body = hasFunction(c, start) ? [m.call(start, [], b.none!)] : [];
  body.push(m.call(RUN, [m.i32.const(main.id)], b.none!));
  m.addFunction(START, b.none!, b.none!, [], m.block(null, body));
  m.addFunctionExport(START, START);
  return main;
}

/** Fails the build if anything but WASI is imported in the end. */
export function checkImports(c: Context): void {
  const left = functionImports(c).filter(({ module }) => module != WASI && !RESOLVED_LATER.has(module));
  if (!left.length) return;
  const names = left.map(({ module, base }) => `${module}.${base}`);
  throw new Error(`gopark: WASI has no ${names.join(", ")}: this program needs a host, or other imports`);
}

// SPDX-License-Identifier: MIT
/**
 * Makes a WASI command: imports that are not WASI's are bound to functions of assembly/wasi/,
 * and the only exports are the memory and _start, which runs the module level, then main.
 *
 *     import host.readFile(path)   ->   function readFile(path) { return gopark_host_readFile(path) }
 *
 * It runs first, so that the other passes see a program that imports nothing.
 *
 * @module
 */

import { expandType, hasFunction, redefine, type Context, type Func } from "./binaryen.ts";
import { nameOf } from "./graph.ts";
import type { ExportFact, Facts, ImportFact } from "./facts.ts";

export const WASI = "wasi_snapshot_preview1";
export const START = "_start";
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

/** Binds what can be bound; returns the imports of the user's that are left. */
export function bindImports(c: Context, facts: Facts): ImportFact[] {
  const known = bindings(c);
  const bound = new Set<string>();
  for (const { module, base, internalName } of functionImports(c)) {
    const target = known.get(`${module}_${base}`.replace(/\W/g, "_"));
    if (module == WASI || !target) continue;
    checkTypes(c, `${module}.${base}`, { internalName, target }, facts);
    const call = () => {
      const f = c.raw._BinaryenGetFunction!(c.m.ptr, c.cstr(internalName));
      const params = expandType(c, c.raw._BinaryenFunctionGetParams!(f));
      const args = [...params].map((type, i) => c.m.local.get(i, type));
      return c.m.call(target, args, c.raw._BinaryenFunctionGetResults!(f));
    };
    redefine(c, internalName, [], call);
    bound.add(internalName);
  }
  const left = facts.imports.filter(({ internalName }) => !bound.has(internalName));
  const waiting = left.find(({ module, blocking }) => module == WASI && blocking);
  if (waiting) throw new Error(`gopark: ${WASI}.${waiting.name} does not wait: it cannot be @blocking`);
  return left;
}

interface Bound {
  readonly internalName: string;
  readonly target: string;
}

/** A program's own declaration must have the types of what it is bound to. */
function checkTypes(c: Context, what: string, { internalName, target }: Bound, facts: Facts): void {
  const declared = facts.imports.find(f => f.internalName == internalName);
  const has = facts.signatureOf(target);
  const text = ({ params, result }: { params: readonly string[]; result: string }) => `(${params.join(", ")}): ${result}`;
  if (declared && has && text(declared) != text(has)) {
    throw new Error(`gopark: import ${what} is declared as ${text(declared)}; it is ${text(has)}`);
  }
  const types = (name: string) => {
    const f = c.raw._BinaryenGetFunction!(c.m.ptr, c.cstr(name));
    return `${c.raw._BinaryenFunctionGetParams!(f)}:${c.raw._BinaryenFunctionGetResults!(f)}`;
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

// SPDX-License-Identifier: MIT
/**
 * Who calls whom: directly by name, through the table by signature.
 *
 * @module
 */

import { definedFunctions, walk, type Context, type Func } from "./binaryen.ts";

/** What a function calls. */
export interface Calls {
  readonly calls: Set<string>;
  /** Signatures of its calls through the table. */
  readonly signatures: Set<string>;
}

/** What never returns: nothing of the program runs behind these. */
export const NORETURN = /^~lib\/gopark\/assembly\/(sys\/fatal\/|api\/transform\/gopark_(panic|outofmemory))/;

const TRAMPOLINE = /^~lib\/gopark\/assembly\/.*~anonymous\|\d+$/;

/** Whether the function is one of gopark's own entry trampolines, which only the scheduler calls. */
export function isTrampoline(name: string): boolean {
  return TRAMPOLINE.test(name);
}

/** A function's name in the module. */
export function nameOf({ raw, name }: Context, f: Func): string {
  return name(raw._BinaryenFunctionGetName!(f));
}

/** The calls of every function that has a body. */
export function callGraph(c: Context): Map<string, Calls> {
  const { raw } = c;
  const graph = new Map<string, Calls>();
  for (const f of definedFunctions(c)) {
    const node: Calls = { calls: new Set(), signatures: new Set() };
    graph.set(nameOf(c, f), node);
    walk(raw, raw._BinaryenFunctionGetBody!(f), (e, kind) => {
      if (kind == "Call") node.calls.add(c.name(raw._BinaryenCallGetTarget!(e)));
      else if (kind == "CallIndirect") {
        node.signatures.add(`${raw._BinaryenCallIndirectGetParams!(e)}:${raw._BinaryenCallIndirectGetResults!(e)}`);
      }
    });
  }
  return graph;
}

/** The functions in the table, by index. */
export function tableEntries(c: Context): { index: number; name: string }[] {
  const { m, raw } = c;
  const entries: { index: number; name: string }[] = [];
  for (let i = 0, n = raw._BinaryenGetNumElementSegments!(m.ptr); i < n; ++i) {
    const segment = raw._BinaryenGetElementSegmentByIndex!(m.ptr, i);
    const offset = raw._BinaryenConstGetValueI32!(raw._BinaryenElementSegmentGetOffset!(segment));
    for (let k = 0, len = raw._BinaryenElementSegmentGetLength!(segment); k < len; ++k) {
      const name = raw._BinaryenElementSegmentGetData!(segment, k);
      if (name) entries.push({ index: offset + k, name: c.name(name) });
    }
  }
  return entries;
}

/** The functions in the table by signature, trampolines left out. */
export function tableFunctions(c: Context): Map<string, string[]> {
  const { m, raw } = c;
  const bySignature = new Map<string, string[]>();
  for (const { name } of tableEntries(c)) {
    if (isTrampoline(name)) continue;
    const f = raw._BinaryenGetFunction!(m.ptr, c.cstr(name));
    const signature = `${raw._BinaryenFunctionGetParams!(f)}:${raw._BinaryenFunctionGetResults!(f)}`;
    const list = bySignature.get(signature);
    if (list) list.push(name);
    else bySignature.set(signature, [name]);
  }
  return bySignature;
}

/** Who calls each function, directly or through the table; calls made in functions that `without` names do not count. */
export function callersIn(graph: ReadonlyMap<string, Calls>, c: Context, without: (name: string) => boolean): Map<string, string[]> {
  const table = tableFunctions(c);
  const callers = new Map<string, string[]>();
  const edge = (callee: string, caller: string) => {
    const list = callers.get(callee);
    if (list) list.push(caller);
    else callers.set(callee, [caller]);
  };
  for (const [name, { calls, signatures }] of graph) {
    if (without(name)) continue;
    calls.forEach(callee => edge(callee, name));
    for (const signature of signatures) table.get(signature)?.forEach(callee => edge(callee, name));
  }
  return callers;
}

/** The functions that can reach one of `targets`, without the targets that no other reaches. */
export function reaching(targets: Iterable<string>, callers: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>();
  for (const target of targets) callers.get(target)?.forEach(caller => found.add(caller));
  for (const name of found) callers.get(name)?.forEach(caller => found.add(caller));
  return found;
}

/** The functions of `among` that can reach themselves within `among`: Tarjan's algorithm. */
export function recursive(c: Context, among: ReadonlySet<string>): string[] {
  const graph = callGraph(c);
  const byTable = tableFunctions(c);
  const callees = ({ calls, signatures }: Calls) =>
    [...calls, ...[...signatures].flatMap(s => byTable.get(s) ?? [])].filter(name => among.has(name));
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found: string[] = [];
  const visit = (name: string): void => {
    index.set(name, index.size);
    low.set(name, index.get(name)!);
    stack.push(name);
    onStack.add(name);
    const next = callees(graph.get(name)!);
    for (const callee of next) {
      if (!index.has(callee)) visit(callee);
      if (onStack.has(callee)) low.set(name, Math.min(low.get(name)!, low.get(callee)!));
    }
    if (low.get(name) != index.get(name)) return;
    const component = stack.splice(stack.lastIndexOf(name));
    component.forEach(member => onStack.delete(member));
    if (component.length > 1 || next.includes(name)) found.push(...component);
  };
  for (const name of among) if (!index.has(name)) visit(name);
  return found;
}

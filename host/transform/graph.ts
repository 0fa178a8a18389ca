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

/** The functions in the table by signature, trampolines left out. */
export function tableFunctions(c: Context): Map<string, string[]> {
  const { m, raw } = c;
  const bySignature = new Map<string, string[]>();
  for (let i = 0, n = raw._BinaryenGetNumElementSegments!(m.ptr); i < n; ++i) {
    const segment = raw._BinaryenGetElementSegmentByIndex!(m.ptr, i);
    for (let k = 0, len = raw._BinaryenElementSegmentGetLength!(segment); k < len; ++k) {
      const namePtr = raw._BinaryenElementSegmentGetData!(segment, k);
      if (!namePtr) continue;
      const name = c.name(namePtr);
      if (isTrampoline(name)) continue;
      const f = raw._BinaryenGetFunction!(m.ptr, namePtr);
      const signature = `${raw._BinaryenFunctionGetParams!(f)}:${raw._BinaryenFunctionGetResults!(f)}`;
      const list = bySignature.get(signature);
      if (list) list.push(name);
      else bySignature.set(signature, [name]);
    }
  }
  return bySignature;
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
  const found: string[] = [];
  const visit = (name: string): void => {
    index.set(name, index.size);
    low.set(name, index.get(name)!);
    stack.push(name);
    const next = callees(graph.get(name)!);
    for (const callee of next) {
      if (!index.has(callee)) visit(callee);
      if (stack.includes(callee)) low.set(name, Math.min(low.get(name)!, low.get(callee)!));
    }
    if (low.get(name) != index.get(name)) return;
    const component = stack.splice(stack.indexOf(name));
    if (component.length > 1 || next.includes(name)) found.push(...component);
  };
  for (const name of among) if (!index.has(name)) visit(name);
  return found;
}

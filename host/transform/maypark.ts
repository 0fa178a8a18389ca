// SPDX-License-Identifier: MIT
/**
 * Computes which functions may park: exactly those that asyncify must rewrite.
 *
 * A function parks if it begins to unwind itself (bottom-most), or calls one that may park:
 * directly, or through the table, where every function of the call's signature is a possible
 * callee. Two kinds of code stay out: trampolines, on which nothing follows the call, so that
 * they need no frame; and the scheduler, into which unwinding ends.
 *
 * @module
 */

import { definedFunctions, walk, type Context, type Func } from "./binaryen.ts";

const TRAMPOLINE = /^~lib\/gopark\/assembly\/.*~anonymous\|\d+$/;
const SCHEDULER = /^(~lib\/gopark\/assembly\/(sys|memory|sched|profile|api\/host|api\/transform)\/|~lib\/rt\/|~start$|~visit)/;

export interface MayPark {
  /** Functions that begin to unwind. */
  readonly bottom: ReadonlySet<string>;
  /** Functions that may park in a call and go on behind it. */
  readonly frames: ReadonlySet<string>;
}

interface Node {
  readonly calls: Set<string>;
  readonly signatures: Set<string>;
}

/** Whether the function is one of gopark's own entry trampolines. */
export function isTrampoline(name: string): boolean {
  return TRAMPOLINE.test(name);
}

/** Names of the functions that call `import`, an imported function's name in the module. */
export function callersOf(c: Context, target: string): Set<string> {
  const names = new Set<string>();
  for (const f of definedFunctions(c)) {
    walk(c.raw, c.raw._BinaryenFunctionGetBody!(f), (e, kind) => {
      if (kind == "Call" && c.name(c.raw._BinaryenCallGetTarget!(e)) == target) names.add(nameOf(c, f));
    });
  }
  return names;
}

/** Names of the functions that trampolines call directly: those that may park would, inlined, lose their frame. */
export function calledByTrampolines(c: Context): Set<string> {
  const names = new Set<string>();
  for (const [name, node] of graph(c)) {
    if (isTrampoline(name)) node.calls.forEach(callee => names.add(callee));
  }
  return names;
}

function nameOf({ raw, name }: Context, f: Func): string {
  return name(raw._BinaryenFunctionGetName!(f));
}

function graph(c: Context): Map<string, Node> {
  const { raw } = c;
  const nodes = new Map<string, Node>();
  for (const f of definedFunctions(c)) {
    const node: Node = { calls: new Set(), signatures: new Set() };
    nodes.set(nameOf(c, f), node);
    walk(raw, raw._BinaryenFunctionGetBody!(f), (e, kind) => {
      if (kind == "Call") node.calls.add(c.name(raw._BinaryenCallGetTarget!(e)));
      else if (kind == "CallIndirect") {
        node.signatures.add(`${raw._BinaryenCallIndirectGetParams!(e)}:${raw._BinaryenCallIndirectGetResults!(e)}`);
      }
    });
  }
  return nodes;
}

/** Table functions by signature, trampolines left out. */
function tableFunctions(c: Context): Map<string, string[]> {
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
      bySignature.set(signature, [...(bySignature.get(signature) ?? []), name]);
    }
  }
  return bySignature;
}

/** Computes the set, to a fixed point, from the bottom-most functions up. */
export function mayPark(c: Context, bottom: ReadonlySet<string>): MayPark {
  const nodes = graph(c);
  const table = tableFunctions(c);
  const callers = new Map<string, string[]>();
  const edge = (callee: string, caller: string) => {
    const list = callers.get(callee);
    if (list) list.push(caller);
    else callers.set(callee, [caller]);
  };
  for (const [name, node] of nodes) {
    if (isTrampoline(name) || SCHEDULER.test(name) || bottom.has(name)) continue;
    node.calls.forEach(callee => edge(callee, name));
    for (const signature of node.signatures) table.get(signature)?.forEach(callee => edge(callee, name));
  }
  const frames = new Set<string>();
  const work = [...bottom];
  while (work.length) {
    for (const caller of callers.get(work.pop()!) ?? []) {
      if (frames.has(caller)) continue;
      frames.add(caller);
      work.push(caller);
    }
  }
  return { bottom, frames };
}

// SPDX-License-Identifier: MIT
/**
 * Takes asc's shadow stack out of functions in which no collection can happen.
 *
 *     sp -= 8; check; *sp = 0; *(sp + 4) = v; … v.x …; sp += 8   ->   … v.x …
 *
 * asc stores every managed value that is alive to its shadow stack, in every function. A value
 * needs to be there only while the collector may run, that is across a call that may allocate,
 * park, or reach the host. Most leaf functions make none. Runs before optimisation, on asc's
 * code as it comes.
 *
 * @module
 */

import { callGraph, nameOf, tableFunctions } from "./graph.ts";
import { definedFunctions, kindOf, rewrite, type Context, type Expr } from "./binaryen.ts";

const SP = "~lib/memory/__stack_pointer";
const CHECK = "~stack_check";
const COLLECTS = /^~lib\/gopark\/assembly\/memory\/(malloc\/__(new|renew|collect)|mgc\/gcstart)$/;
/** Nothing runs behind these, and they allocate nothing. */
const DIES = /^~lib\/gopark\/assembly\/(sys\/fatal|api\/transform\/gopark_(panic|outofmemory))/;
/** Imports through which no other code of the module runs. */
const QUIET = /^(~lib\/gopark\/assembly\/sys\/(os|intrinsics)\/|~lib\/builtins\/)/;
const TOUCHES = /^~lib\/gopark\/assembly\/(memory\/mgc|sched\/)/;

/** Strips every function that cannot collect; `bottom` park, but hold nothing when they do. */
export function stripShadow(c: Context, bottom: ReadonlySet<string>): void {
  const collecting = mayCollect(c, bottom);
  for (const f of definedFunctions(c)) {
    const name = nameOf(c, f);
    if (collecting.has(name) || name == CHECK || TOUCHES.test(name)) continue;
    const body = c.raw._BinaryenFunctionGetBody!(f);
    const stripped = rewrite(c.raw, body, (e, kind) => strip(c, e, kind));
    if (stripped != body) c.raw._BinaryenFunctionSetBody!(f, stripped);
  }
}

function mayCollect(c: Context, bottom: ReadonlySet<string>): Set<string> {
  const graph = callGraph(c);
  const table = tableFunctions(c);
  const callers = new Map<string, string[]>();
  const edge = (callee: string, caller: string) => callers.set(callee, [...(callers.get(callee) ?? []), caller]);
  const work: string[] = [...bottom];
  for (const [name, { calls, signatures }] of graph) {
    if (DIES.test(name)) continue;
    if (COLLECTS.test(name)) work.push(name);
    for (const callee of calls) {
      if (!graph.has(callee) && !QUIET.test(callee)) work.push(name);
      edge(callee, name);
    }
    for (const signature of signatures) table.get(signature)?.forEach(callee => edge(callee, name));
  }
  const found = new Set<string>(work.filter(name => !bottom.has(name)));
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    for (const caller of callers.get(name) ?? []) {
      if (found.has(caller)) continue;
      found.add(caller);
      work.push(caller);
    }
  }
  return found;
}

function strip({ raw, m, name }: Context, e: Expr, kind: string): Expr {
  const isSp = (x: Expr) => kindOf(raw, x) == "GlobalGet" && name(raw._BinaryenGlobalGetGetName!(x)) == SP;
  switch (kind) {
    case "GlobalSet":
      return name(raw._BinaryenGlobalSetGetName!(e)) == SP ? m.nop() : e;
    case "Call":
      return name(raw._BinaryenCallGetTarget!(e)) == CHECK ? m.nop() : e;
    case "Store":
      return isSp(raw._BinaryenStoreGetPtr!(e)) ? m.drop(raw._BinaryenStoreGetValue!(e)) : e;
    case "MemoryFill":
      return isSp(raw._BinaryenMemoryFillGetDest!(e)) ? m.nop() : e;
    default:
      return e;
  }
}

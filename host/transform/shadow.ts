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
import { addLocal, definedFunctions, kindOf, rewrite, walk, type Context, type Expr, type Func } from "./binaryen.ts";

const SP = "~lib/memory/__stack_pointer";
const CHECK = "~stack_check";
const COLLECTS = /^~lib\/gopark\/assembly\/memory\/(malloc\/__(new|renew|collect)|mgc\/gcstart)$/;
/** Nothing runs behind these, and they allocate nothing. */
const DIES = /^~lib\/gopark\/assembly\/(sys\/fatal|api\/transform\/gopark_(panic|outofmemory))/;
/** Imports through which no other code of the module runs. */
const QUIET = /^(~lib\/gopark\/assembly\/sys\/(env|wasi|intrinsics)\/|~lib\/builtins\/)/;
const TOUCHES = /^~lib\/gopark\/assembly\/(memory\/mgc|sched\/)/;

/** Strips every function that cannot collect; `bottom` park, but hold nothing when they do. */
export function stripShadow(c: Context, bottom: ReadonlySet<string>): void {
  const collecting = mayCollect(c, bottom);
  for (const f of definedFunctions(c)) {
    const name = nameOf(c, f);
    if (name == CHECK || TOUCHES.test(name)) continue;
    const body = c.raw._BinaryenFunctionGetBody!(f);
    const made = collecting.has(name) ? addressLast(c, f, body) : rewrite(c.raw, body, (e, kind) => strip(c, e, kind));
    if (made != body) c.raw._BinaryenFunctionSetBody!(f, made);
  }
}

/**
 * Has every slot's address taken behind the call whose result goes there: the call may park, and
 * its frame be resumed at another depth of the shadow stack.
 *
 *     store(sp, (call f))   ->   t = (call f); store(sp, t)
 */
function addressLast(c: Context, f: Func, body: Expr): Expr {
  const { raw, m, b } = c;
  let temp = -1;
  return rewrite(raw, body, (e, kind) => {
    if (kind != "Store" || !isSp(c, raw._BinaryenStoreGetPtr!(e))) return e;
    const value = raw._BinaryenStoreGetValue!(e);
    const type = raw._BinaryenExpressionGetType!(value);
    if (type != b.i32 || !hasCall(c, value)) return e;
    if (temp < 0) temp = addLocal(c, f, type);
    raw._BinaryenStoreSetValue!(e, m.local.get(temp, type));
    return m.block(null, [m.local.set(temp, value), e]);
  });
}

function hasCall({ raw }: Context, e: Expr): boolean {
  let found = false;
  walk(raw, e, (_, kind) => {
    found ||= kind == "Call" || kind == "CallIndirect";
  });
  return found;
}

function isSp({ raw, name }: Context, e: Expr): boolean {
  return kindOf(raw, e) == "GlobalGet" && name(raw._BinaryenGlobalGetGetName!(e)) == SP;
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

function strip(c: Context, e: Expr, kind: string): Expr {
  const { raw, m, name } = c;
  switch (kind) {
    case "GlobalSet":
      return name(raw._BinaryenGlobalSetGetName!(e)) == SP ? m.nop() : e;
    case "Call":
      return name(raw._BinaryenCallGetTarget!(e)) == CHECK ? m.nop() : e;
    case "Store":
      return isSp(c, raw._BinaryenStoreGetPtr!(e)) ? m.drop(raw._BinaryenStoreGetValue!(e)) : e;
    case "MemoryFill":
      return isSp(c, raw._BinaryenMemoryFillGetDest!(e)) ? m.nop() : e;
    default:
      return e;
  }
}

// SPDX-License-Identifier: MIT
/**
 * Has the collector visit what is filled with references behind its back.
 *
 *     call splice(a, start, n)      ->   call revisit(call splice(a, start, n))
 *     call __new(size, id)          ->   call revisit(call __new(size, id))        in the program's functions
 *     call Box#constructor(0, …)    ->   call revisit(call Box#constructor(0, …))  where they write memory themselves
 *
 * To the collector a new object is one that was visited: while a cycle marks, nothing but the barrier marks what
 * is stored in it. std's splice copies elements into a new array without one, and so do programs and packages with `store` and
 * `memory.copy`: on asc's own runtime what is new is visited later, with what they have put there. A step of marking begins
 * with an allocation, so what is filled before the next one is seen. Fields and elements are set by functions with
 * the barrier: who only does that pays nothing. Runs on asc's code as it comes.
 *
 * @module
 */

import { constantOf, definedFunctions, kindOf, rewrite, walk, type Context, type Expr } from "./binaryen.ts";
import type { Facts } from "./facts.ts";
import { nameOf } from "./graph.ts";
import { NEW } from "./newobject.ts";
import { SP } from "./shadow.ts";

const SPLICE = /^~lib\/array\/Array<.*>#splice$/;
const CONSTRUCTOR = /#constructor$/;

/** Passes every result of splice, and new objects that the program may fill itself, through `revisit`. */
export function revisitFilled(c: Context, facts: Facts, revisit: string): void {
  const { m, raw, b, name } = c;
  for (const f of definedFunctions(c)) {
    const own = nameOf(c, f);
    const body = raw._BinaryenFunctionGetBody!(f);
    const user = facts.functions.get(own)?.user;
    const writes = user && writesMemory(c, body);
    const news = writes || user && !CONSTRUCTOR.test(own);
    const made = rewrite(raw, body, (e, kind) => {
      if (kind != "Call") return e;
      const target = name(raw._BinaryenCallGetTarget!(e));
      const filled = SPLICE.test(target) || news && target == NEW || writes && constructs(c, e, target);
      return filled ? m.call(revisit, [e], b.i32!) : e;
    });
    if (made != body) raw._BinaryenFunctionSetBody!(f, made);
  }
}

/** Tells whether a call is of `new`: super gives its constructor an object. */
function constructs({ raw }: Context, call: Expr, target: string): boolean {
  return CONSTRUCTOR.test(target) && constantOf(raw, raw._BinaryenCallGetOperandAt!(call, 0)) === 0;
}

/** Tells whether memory is written but for asc's shadow stack. */
function writesMemory({ raw, name }: Context, body: Expr): boolean {
  let found = false;
  walk(raw, body, (e, kind) => {
    if (kind == "MemoryCopy") found = true;
    if (kind != "Store") return;
    const ptr = raw._BinaryenStoreGetPtr!(e);
    if (kindOf(raw, ptr) != "GlobalGet" || name(raw._BinaryenGlobalGetGetName!(ptr)) != SP) found = true;
  });
  return found;
}

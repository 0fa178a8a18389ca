// SPDX-License-Identifier: MIT
/**
 * Has the collector visit what Array#splice returns.
 *
 *     call splice(a, start, n)   ->   call revisit(call splice(a, start, n))
 *
 * std copies the elements into a new array without telling the collector, to which a new object is
 * one that was visited: while a cycle marks, nothing else would mark what is in it only. Runs on asc's code as it comes.
 *
 * @module
 */

import { definedFunctions, rewrite, type Context } from "./binaryen.ts";

const SPLICE = /^~lib\/array\/Array<.*>#splice$/;

/** Passes the result of every splice through `revisit`. */
export function revisitSpliced(c: Context, revisit: string): void {
  const { m, raw, b, name } = c;
  for (const f of definedFunctions(c)) {
    const body = raw._BinaryenFunctionGetBody!(f);
    const made = rewrite(raw, body, (e, kind) =>
      kind == "Call" && SPLICE.test(name(raw._BinaryenCallGetTarget!(e))) ? m.call(revisit, [e], b.i32!) : e);
    if (made != body) raw._BinaryenFunctionSetBody!(f, made);
  }
}

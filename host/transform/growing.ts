// SPDX-License-Identifier: MIT
/**
 * Asks whether an array has room before std is called to make some.
 *
 *     ensureCapacity(a, n, 2, true)   ->   if (n > a.byteLength >> 2) ensureCapacity(a, n, 2, true)
 *
 * std's function begins with that test, and what follows it is long: inlined into Array#push, it
 * makes of it a function too large to be inlined itself, though it grows an array one time in
 * hundreds. So it stays a function, and what pushes has a load and a test. Runs on asc's code as it
 * comes, before the optimiser.
 *
 * @module
 */

import { VIEW_BYTELENGTH } from "../abi/layout.ts";
import { addLocal, constantOf, definedFunctions, hasFunction, kindOf, rewrite, type Context, type Expr, type Func } from "./binaryen.ts";

export const GROW = "~lib/array/ensureCapacity";

/** Puts the test in front of every call. */
export function testCapacity(c: Context): void {
  const { raw, name } = c;
  if (!hasFunction(c, GROW)) return;
  for (const f of definedFunctions(c)) {
    const body = raw._BinaryenFunctionGetBody!(f);
    const made = rewrite(raw, body, (e, kind) =>
      kind == "Call" && name(raw._BinaryenCallGetTarget!(e)) == GROW ? testedCall(c, f, e) : e);
    if (made != body) raw._BinaryenFunctionSetBody!(f, made);
  }
}

function testedCall(c: Context, f: Func, call: Expr): Expr {
  const { raw, m, b } = c;
  const [array, newSize, alignLog2] = [0, 1, 2].map(i => raw._BinaryenCallGetOperandAt!(call, i)) as [Expr, Expr, Expr];
  const shift = constantOf(raw, alignLog2);
  if (shift === undefined) return call;
  const held: Expr[] = [];
  const [a, n] = [array, newSize].map((operand, i) => {
    if (kindOf(raw, operand) == "LocalGet") return raw._BinaryenLocalGetGetIndex!(operand);
    const local = addLocal(c, f, b.i32!);
    held.push(m.local.set(local, operand));
    raw._BinaryenCallSetOperandAt!(call, i, m.local.get(local, b.i32!));
    return local;
  }) as [number, number];
  const capacity = m.i32.shr_u(m.i32.load(VIEW_BYTELENGTH, 4, m.local.get(a, b.i32!)), m.i32.const(shift));
  return m.block(null, [...held, m.if(m.i32.gt_u(m.local.get(n, b.i32!), capacity), call)]);
}

// SPDX-License-Identifier: MIT
/**
 * Keeps what asc's stubs are told across a park at their beginning.
 *
 *     ~argumentsLength = 2; f@varargs(a, b, 0)   ->   f@varargs: t = ~argumentsLength; park(); ~argumentsLength = t; …
 *
 * The stub that fills in the arguments that a call leaves out reads their number from a global, which
 * another goroutine sets for its own call.
 *
 * @module
 */

import { addLocal, type Context, type Expr, type Func } from "./binaryen.ts";

const STUB = "@varargs";
const COUNT = "~argumentsLength";

/** The call, at the beginning of a function; what parks there keeps the number of arguments. */
export function keepCount(c: Context, f: Func, name: string, call: Expr): Expr {
  const { m, b, raw, cstr } = c;
  if (!name.endsWith(STUB) || !raw._BinaryenGetGlobal!(m.ptr, cstr(COUNT))) return call;
  const count = addLocal(c, f, b.i32!);
  return m.block(null, [
    m.local.set(count, m.global.get(COUNT, b.i32!)),
    call,
    m.global.set(COUNT, m.local.get(count, b.i32!)),
  ]);
}

// SPDX-License-Identifier: MIT
/**
 * Has maps and sets keep neighbours together: keys that are close lie in buckets that are close.
 *
 *     HASH<i32>(key)   ->   HASH<i32>(key >> 4) ^ key & 15
 *
 * std's hash scatters consecutive numbers over all buckets, so programs that number what they have miss the cache
 * with each of them. Here 16 consecutive numbers share a cache line of buckets, and so do entries that follow each
 * other; which line is std's hash as before. Of an object the number is its address in units of a cell. Maps and
 * sets keep the order of insertion, so nothing else can tell. Keys of fewer than 32 bits, floats and strings stay as
 * they are, as does HASH wherever else it is called. Runs on asc's code as it comes, before the optimiser.
 *
 * @module
 */

import { addLocal, definedFunctions, rewrite, type Context, type Expr, type Func } from "./binaryen.ts";
import { nameOf } from "./graph.ts";

const METHOD = /^~lib\/(map\/Map|set\/Set)<.*>#/;
const HASH = /^~lib\/util\/hash\/HASH<(.*)>$/;
const INTEGER = /^([iu](32|64)|[iu]size)$/;
/** No class of std's that hashes by value. */
const CLASS = /^(?!~lib\/string\/String).*\//;
/** Keys that share a line of buckets, as a power of two; and units of a cell, as another. */
const NEAR = 4;
const CELL = 4;

/** Rewrites the hashes that maps and sets take of keys with an order. */
export function keepNear(c: Context): void {
  const { raw, name } = c;
  for (const f of definedFunctions(c)) {
    if (!METHOD.test(nameOf(c, f))) continue;
    const body = raw._BinaryenFunctionGetBody!(f);
    const made = rewrite(raw, body, (e, kind) => {
      const key = kind == "Call" && HASH.exec(name(raw._BinaryenCallGetTarget!(e)))?.[1];
      return key && (INTEGER.test(key) || CLASS.test(key)) ? nearHash(c, f, e, INTEGER.test(key) ? 0 : CELL) : e;
    });
    if (made != body) raw._BinaryenFunctionSetBody!(f, made);
  }
}

/** The hash of a key of which the lowest `unit` bits say nothing. */
function nearHash(c: Context, f: Func, call: Expr, unit: number): Expr {
  const { m, raw, b } = c;
  const key = raw._BinaryenCallGetOperandAt!(call, 0);
  const type = raw._BinaryenExpressionGetType!(key);
  const local = addLocal(c, f, type);
  const wide = type == b.i64!;
  const at = m.local.tee(local, key, type);
  raw._BinaryenCallSetOperandAt!(call, 0,
    wide ? m.i64.shr_u(at, m.i64.const(BigInt(unit + NEAR))) : m.i32.shr_u(at, m.i32.const(unit + NEAR)));
  const low = wide ? m.i32.wrap(m.local.get(local, type)) : m.local.get(local, type);
  return m.i32.xor(call, m.i32.and(m.i32.shr_u(low, m.i32.const(unit)), m.i32.const((1 << NEAR) - 1)));
}

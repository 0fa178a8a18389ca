// SPDX-License-Identifier: MIT
/**
 * Refuses references of the host's, externref and the like, where a frame would have to keep them:
 * linear memory cannot. Beside parks they are like any value.
 *
 *     x = make(); take(x); gosched()   builds
 *     x = make(); gosched(); take(x)   does not: x is alive behind the park
 *
 * Binaryen's pass throws what has no name.
 *
 * @module
 */

import { canCross, mustCross } from "./access.ts";
import { STATE } from "./frame.ts";
import { expandType, kindOf, walk, type Context, type Expr, type Func } from "./binaryen.ts";
import { liveAcrossCalls } from "./liveness.ts";
import type { MayPark } from "./maypark.ts";

/** Runs `asyncify`. Throws with the function's name where a reference would have to cross a park. */
export function refuseReferences(c: Context, parking: MayPark, asyncify: () => void): void {
  for (const name of parking.frames) check(c, name, parking);
  try {
    asyncify();
  } catch (thrown) {
    // Operands, too, are alive while a later one parks; and the pass takes more for alive than is.
    const having = [...parking.frames].filter(name => hasReferences(c, name));
    if (thrown instanceof Error || !having.length) throw thrown;
    throw new Error(`gopark: ${having.join(" or ")}: a reference of the host's cannot cross a park`);
  }
}

function hasReferences(c: Context, name: string): boolean {
  let found = false;
  const { raw, b } = c;
  walk(raw, raw._BinaryenFunctionGetBody!(raw._BinaryenGetFunction!(c.m.ptr, c.cstr(name))), e => {
    const type = raw._BinaryenExpressionGetType!(e);
    found ||= type != b.unreachable && !canCross(c, type);
  });
  return found;
}

function check(c: Context, name: string, parking: MayPark): void {
  const { m, raw, cstr } = c;
  const f = raw._BinaryenGetFunction!(m.ptr, cstr(name));
  const params = [...expandType(c, raw._BinaryenFunctionGetParams!(f))];
  mustCross(c, name, [...params, raw._BinaryenFunctionGetResults!(f)]);
  const types = [...params, ...varsOf(c, f)];
  if (types.every(type => canCross(c, type))) return;
  const parks = (call: Expr) => parksAt(c, call, parking);
  const live = liveAcrossCalls(c, raw._BinaryenFunctionGetBody!(f), types.length, STATE, parks);
  mustCross(c, name, live.map(index => types[index]!));
}

function varsOf({ raw }: Context, f: Func): number[] {
  return Array.from({ length: raw._BinaryenFunctionGetNumVars!(f) }, (_, i) => raw._BinaryenFunctionGetVar!(f, i));
}

function parksAt({ raw, name }: Context, call: Expr, { frames, bottom }: MayPark): boolean {
  if (kindOf(raw, call) != "Call") return true;
  const callee = name(raw._BinaryenCallGetTarget!(call));
  return frames.has(callee) || bottom.has(callee);
}

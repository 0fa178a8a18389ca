// SPDX-License-Identifier: MIT
/**
 * Tells whether a program allocates objects without references of sizes that it does not say: strings, buffers, arrays of
 * numbers. Without them the allocator needs no spans of objects of different sizes (assembly/memory/mixed.ts).
 *
 * @module
 */

import { constantOf, definedFunctions, walk, type Context, type Expr } from "./binaryen.ts";
import { NEWUNZEROED } from "./filled.ts";
import { nameOf } from "./graph.ts";
import { MALLOC, NEW } from "./newobject.ts";

/** Looks at every allocation but the allocator's own; `noscan` are the classes of which objects hold no references. */
export function allocatesMixed(c: Context, noscan: ReadonlySet<number>): boolean {
  const { raw, name } = c;
  const isMixed = (call: Expr) => {
    const target = name(raw._BinaryenCallGetTarget!(call));
    if (target != NEW) return target == NEWUNZEROED;
    const [size, id] = [0, 1].map(i => constantOf(raw, raw._BinaryenCallGetOperandAt!(call, i)));
    return size === undefined && (id === undefined || noscan.has(id));
  };
  return definedFunctions(c).some((f) => {
    let found = false;
    if (!nameOf(c, f).startsWith(`${MALLOC}/`)) walk(raw, raw._BinaryenFunctionGetBody!(f), (e, kind) => void (found ||= kind == "Call" && isMixed(e)));
    return found;
  });
}

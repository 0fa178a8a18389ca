// SPDX-License-Identifier: MIT
/**
 * Spares what std fills at once the zeros.
 *
 *     out = __new(size, 2); memory.copy(out, …, size)   ->   out = newunzeroed(size, 2); …
 *
 * A string that is concatenated, cut or joined is written from end to end before anything can see it. Named are the
 * functions of std of which all that they allocate is so on each path; those of few bytes are not worth it. Runs on asc's code
 * as it comes, before the optimiser.
 *
 * @module
 */

import { definedFunctions, hasFunction, rewrite, type Context } from "./binaryen.ts";
import { nameOf } from "./graph.ts";
import { MALLOC, NEW } from "./newobject.ts";

export const NEWUNZEROED = `${MALLOC}/newunzeroed`;
const FILLS = new RegExp("^~lib/(" +
  "string/String#(concat|padEnd|padStart|repeat|slice|substr|substring|trim|trimEnd|trimStart)|" +
  "util/string/joinStringArray|arraybuffer/ArrayBuffer#slice)$");

/** Has those functions call the allocator that does not zero. */
export function fillUnzeroed(c: Context): void {
  const { raw, name, cstr } = c;
  if (!hasFunction(c, NEWUNZEROED)) return;
  for (const f of definedFunctions(c)) {
    if (!FILLS.test(nameOf(c, f))) continue;
    rewrite(raw, raw._BinaryenFunctionGetBody!(f), (e, kind) => {
      if (kind == "Call" && name(raw._BinaryenCallGetTarget!(e)) == NEW) raw._BinaryenCallSetTarget!(e, cstr(NEWUNZEROED));
      return e;
    });
  }
}

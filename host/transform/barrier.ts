// SPDX-License-Identifier: MIT
/**
 * Puts the test of the write barrier where references are stored.
 *
 *     call __link(parent, child, multiple)   ->   c = child; if (gcphase) call shade(c)
 *
 * asc calls __link behind each store of a reference. While no cycle marks, a load and a test are
 * all there is to do, and the optimiser does not inline a function that calls another. Runs before
 * optimisation, and leaves __link itself alone, for calls through it by name.
 *
 * @module
 */

import { addLocal, definedFunctions, rewrite, type Context } from "./binaryen.ts";
import { nameOf } from "./graph.ts";

const MALLOC = "~lib/gopark/assembly/memory/malloc/";
const LINK = `${MALLOC}__link`;
const SHADE = `${MALLOC}shade`;

/** Inlines the test of every call of __link; `gcphase` is the address of the phase. */
export function inlineBarrier(c: Context, gcphase: number): void {
  const { raw, m, b, name } = c;
  for (const f of definedFunctions(c)) {
    if (nameOf(c, f) == LINK) continue;
    const body = raw._BinaryenFunctionGetBody!(f);
    let temp = -1;
    const made = rewrite(raw, body, (e, kind) => {
      if (kind != "Call" || name(raw._BinaryenCallGetTarget!(e)) != LINK) return e;
      if (temp < 0) temp = addLocal(c, f, b.i32!);
      const [parent, child, multiple] = [0, 1, 2].map(i => raw._BinaryenCallGetOperandAt!(e, i));
      return m.block(null, [
        m.drop(parent!),
        m.local.set(temp, child!),
        m.drop(multiple!),
        m.if(m.i32.load(0, 4, m.i32.const(gcphase)), m.call(SHADE, [m.local.get(temp, b.i32!)], b.none!)),
      ]);
    });
    if (made != body) raw._BinaryenFunctionSetBody!(f, made);
  }
}

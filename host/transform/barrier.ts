// SPDX-License-Identifier: MIT
/**
 * Puts the test of the write barrier where references are stored.
 *
 *     call __link(parent, child, multiple)   ->   c = child; if (gcphase) shade(c)
 *
 * asc calls __link behind each store of a reference. While no cycle marks, a load and a test are
 * all there is to do. Runs behind the optimiser, which so sees setters that are small enough to be
 * inlined, and null where null is stored: that needs no barrier.
 *
 * @module
 */

import { addLocal, constantOf, definedFunctions, kindOf, type Context, type Expr, type Func } from "./binaryen.ts";
import { nameOf } from "./graph.ts";
import { rewriteCalls, type CallSite, type CallSites } from "./sites.ts";

const MALLOC = "~lib/gopark/assembly/memory/malloc/";
export const LINK = `${MALLOC}__link`;
export const SHADE = `${MALLOC}shade`;

/** Inlines the test of every call of __link; `gcphase` is the address of the phase. */
export function inlineBarrier(c: Context, gcphase: number, sites: CallSites): void {
  for (const f of definedFunctions(c)) {
    const own = sites.get(nameOf(c, f))!;
    if (own.some(({ target }) => target == LINK)) inlineIn(c, f, gcphase, own);
  }
}

function inlineIn(c: Context, f: Func, gcphase: number, sites: CallSite[]): void {
  const { raw, name } = c;
  rewriteCalls(c, f, sites, (call) => {
    if (name(raw._BinaryenCallGetTarget!(call)) != LINK) return null;
    if (constantOf(raw, raw._BinaryenCallGetOperandAt!(call, 1)) === 0) return { made: dropParent(c, call), target: null };
    return { made: testPhase(c, f, call, gcphase), target: SHADE };
  });
}

function dropParent({ raw, m }: Context, call: Expr): Expr {
  const parent = raw._BinaryenCallGetOperandAt!(call, 0);
  return kindOf(raw, parent) == "LocalGet" ? m.nop() : m.drop(parent);
}

/** The call itself stays, so that its place is still known. */
function testPhase(c: Context, f: Func, call: Expr, gcphase: number): Expr {
  const { raw, m, b, cstr } = c;
  const [parent, child, multiple] = [0, 1, 2].map(i => raw._BinaryenCallGetOperandAt!(call, i));
  const held = kindOf(raw, child!) == "LocalGet";
  const local = held ? raw._BinaryenLocalGetGetIndex!(child!) : addLocal(c, f, b.i32!);
  raw._BinaryenCallSetTarget!(call, cstr(SHADE));
  raw._BinaryenCallSetOperandAt!(call, 0, m.local.get(local, b.i32!));
  for (const i of [2, 1]) raw._BinaryenCallRemoveOperandAt!(call, i);
  const test = m.if(m.i32.load(0, 4, m.i32.const(gcphase)), call);
  return m.block(null, [m.drop(parent!), held ? m.nop() : m.local.set(local, child!), m.drop(multiple!), test]);
}

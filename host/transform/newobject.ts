// SPDX-License-Identifier: MIT
/**
 * Allocates small objects of a known class in place: takes the first cell of the mcache's run of
 * their size, and calls the allocator at its end.
 *
 *     __new(24, 7)   ->   p = run[2].from; if (p != run[2].to) run[2].from = p + 32; else p = newslow(2, 32); header and zeros; p
 *
 * Every path that finds a cell makes no call, so it needs no frame on the trace and shows the
 * collector nothing. Words that are written at once are not zeroed before (fresh.ts). Runs behind
 * the optimiser, which so sees constructors that are small enough to be inlined. Not in builds that
 * watch each allocation (GO_DEBUG, GO_TORTURE, GO_TORTURE_STEP), and not where size counts. Cost:
 * some 30 bytes a place.
 *
 * @module
 */

import { CELL, HEADER_SIZE, MCACHE, NOSCAN_CLASSES } from "../abi/layout.ts";
import { addLocal, constantOf, definedFunctions, hasFunction, type Context, type Expr, type Func } from "./binaryen.ts";
import { writtenWords } from "./fresh.ts";
import { nameOf } from "./graph.ts";
import { rewriteCalls, type CallSite, type CallSites } from "./sites.ts";

export const MALLOC = "~lib/gopark/assembly/memory/malloc";
export const NEW = `${MALLOC}/__new`;
export const NEWSLOW = `${MALLOC}/newslow`;
/** Larger objects are zeroed by a loop. */
const LARGEST = 64;

/**
 * Inlines the allocator's fast path at every call of it with a constant size and class; `sites` know each by what it calls then.
 * Objects of the classes in `noscan` hold no references.
 */
export function inlineNew(c: Context, sites: CallSites, noscan: ReadonlySet<number>): void {
  if (!hasFunction(c, NEWSLOW)) return;
  for (const f of definedFunctions(c)) {
    const own = sites.get(nameOf(c, f))!;
    if (!nameOf(c, f).startsWith(`${MALLOC}/`) && own.some(({ target }) => target == NEW)) inlineIn(c, f, own, noscan);
  }
}

function inlineIn(c: Context, f: Func, sites: CallSite[], noscan: ReadonlySet<number>): void {
  const written = writtenWords(c, c.raw._BinaryenFunctionGetBody!(f), sizeOf);
  rewriteCalls(c, f, sites, (call) => {
    const size = sizeOf(c, call);
    return size === undefined ? null : { made: inlineCall(c, f, call, size, noscan, written.get(call)), target: NEWSLOW };
  });
}

/** The size that a call allocates, if it is to be inlined. */
function sizeOf({ raw, name }: Context, call: Expr): number | undefined {
  if (name(raw._BinaryenCallGetTarget!(call)) != NEW) return undefined;
  const [size, id] = [0, 1].map(i => constantOf(raw, raw._BinaryenCallGetOperandAt!(call, i)));
  return size !== undefined && id !== undefined && size >>> 0 <= LARGEST ? size : undefined;
}

function inlineCall(c: Context, f: Func, call: Expr, size: number, noscan: ReadonlySet<number>, written: ReadonlySet<number> | undefined): Expr {
  const { raw, m, b } = c;
  const id = constantOf(raw, raw._BinaryenCallGetOperandAt!(call, 1))!;
  const units = (size + HEADER_SIZE + CELL - 1) / CELL >> 0;
  const sizeclass = units + (noscan.has(id) ? NOSCAN_CLASSES : 0);
  const p = addLocal(c, f, b.i32!);
  const ptr = () => m.local.get(p, b.i32!);
  const cell = units * CELL;
  const run = MCACHE + 8 * sizeclass;
  // The call itself stays, so that its place is still known.
  raw._BinaryenCallSetTarget!(call, c.cstr(NEWSLOW));
  raw._BinaryenCallSetOperandAt!(call, 0, m.i32.const(sizeclass));
  raw._BinaryenCallSetOperandAt!(call, 1, m.i32.const(cell));
  const header = (BigInt(size) << 32n) | BigInt(id >>> 0);
  const words = Array.from({ length: Math.max(1, (size + 7) >> 3) }, (_, i) => i).filter(i => !written?.has(i));
  return m.block(null, [
    m.if(m.i32.ne(m.local.tee(p, m.i32.load(run, 4, m.i32.const(0)), b.i32!), m.i32.load(run + 4, 4, m.i32.const(0))),
      m.i32.store(run, 4, m.i32.const(0), m.i32.add(ptr(), m.i32.const(cell))),
      m.local.set(p, call)),
    m.i64.store(0, 8, m.i32.sub(ptr(), m.i32.const(HEADER_SIZE)), m.i64.const(header)),
    ...words.map(i => m.i64.store(8 * i, 8, ptr(), m.i64.const(0n))),
    ptr(),
  ], b.i32!);
}

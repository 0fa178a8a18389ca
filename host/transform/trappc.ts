// SPDX-License-Identifier: MIT
/**
 * Has the program say where it might trap, in builds with `--traps` (for asc: `--use GO_TRAPS=1`):
 * for engines that name no offsets in the module.
 *
 *     load(p)            ->   m.trappc = pc; load(p)
 *     store(p, call f)   ->   store(p, { t = call f; m.trappc = pc; t })
 *
 * The pc is stored behind the operands, which have pcs of their own; not where it is there already,
 * whatever way control has come. The host believes it when the innermost frame of the engine's
 * stack is of the pc's function (host/instance/trapstack.ts). What the runtime's own functions
 * and generated code do has no pc, and is left alone.
 *
 * Runs before references get their places and what may park is rewritten: nothing comes between
 * the store and its instruction. Cost: a store and some ten bytes a place.
 *
 * @module
 */

import { M0, M_TRAPPC, MEMORY_BASE } from "../abi/layout.ts";
import { constantOf, definedFunctions, kindOf, type Context, type Expr, type Func } from "./binaryen.ts";
import { behindOperands } from "./place.ts";
import type { Spot } from "./resolve.ts";
import { alongPaths, UNKNOWN } from "./trace.ts";

/** The name that `--use` gives a value. */
export const TRAPS = "GO_TRAPS";

/** Adds the stores. The spots are located. */
export function addTrapPcs(c: Context, spots: readonly Spot[]): void {
  const pcs = new Map(spots.filter(({ e, pc }) => pc && traps(c, e)).map(({ e, pc }) => [e, pc]));
  for (const f of definedFunctions(c)) storeIn(c, f, pcs);
}

function storeIn(c: Context, f: Func, pcs: ReadonlyMap<Expr, number>): void {
  const { raw, m } = c;
  const known = { pc: UNKNOWN }; // what M has, where control has come to
  const body = raw._BinaryenFunctionGetBody!(f);
  const made = visit(body);
  if (made != body) raw._BinaryenFunctionSetBody!(f, made);

  function visit(e: Expr): Expr {
    alongPaths(c, e, known, visit);
    const pc = pcs.get(e) ?? known.pc;
    const there = pc == known.pc;
    known.pc = isCall(c, e) ? UNKNOWN : pc;
    return there ? e : behindOperands(c, f, e, [m.i32.store(M0 + M_TRAPPC, 4, m.i32.const(0), m.i32.const(pc))]);
  }
}

function isCall({ raw }: Context, e: Expr): boolean {
  return ["Call", "CallIndirect"].includes(kindOf(raw, e));
}

/** Whether a spot can trap, as it is by now. Divisors that are no constants and `unreachable` panic before (mark.ts). */
function traps(c: Context, e: Expr): boolean {
  const { raw } = c;
  switch (kindOf(raw, e)) {
    case "Call":
    case "Unreachable":
      return false;
    case "Load":
      return !isRuntimes(c, raw._BinaryenLoadGetPtr!(e), raw._BinaryenLoadGetOffset!(e));
    case "Store":
      return !isRuntimes(c, raw._BinaryenStoreGetPtr!(e), raw._BinaryenStoreGetOffset!(e));
    case "Binary":
      return divides(c, e);
    case "Unary":
      return truncates(c, raw._BinaryenUnaryGetOp!(e));
    default:
      return true;
  }
}

/** Whether an address is in the runtime's part of the memory, which every memory has. */
function isRuntimes({ raw }: Context, ptr: Expr, offset: number): boolean {
  const base = constantOf(raw, ptr);
  return base !== undefined && (base >>> 0) + (offset >>> 0) < MEMORY_BASE;
}

function divides({ raw, b }: Context, e: Expr): boolean {
  const signed = [b.DivSInt32, b.DivSInt64].includes(raw._BinaryenBinaryGetOp!(e));
  const divisor = raw._BinaryenBinaryGetRight!(e);
  if (kindOf(raw, divisor) != "Const") return signed;
  const wide = raw._BinaryenExpressionGetType!(divisor) == b.i64;
  const value = Number(raw[`_BinaryenConstGetValueI${wide ? 64 : 32}`]!(divisor));
  return value == 0 || (signed && value == -1);
}

/** Those that saturate do not trap, nor do those that keep the bits. */
function truncates({ b }: Context, op: number): boolean {
  return ["S", "U"].some(sign => [32, 64].some(from => [32, 64].some(to => b[`Trunc${sign}Float${from}ToInt${to}`] == op)));
}

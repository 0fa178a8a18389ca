// SPDX-License-Identifier: MIT
/**
 * Hides the panics of std's element accessors from the optimiser.
 *
 *     call abort(message, file, line, column); unreachable   ->   marker; unreachable   ->   the call again
 *
 * The optimiser inlines small functions that call nothing. An accessor of an array has a test, a load, and a call
 * that is never made: for that it would stay a function. Its marker, which the optimiser keeps before what
 * traps, stands for the call until resolve.ts puts it back at each copy. What looks at calls in between has to ask here.
 *
 * @module
 */

import { constantOf, type Context, type Expr } from "./binaryen.ts";

const ACCESSOR = /^~lib\/(?!gopark\/).*#__[gs]et$/;

/** The calls of abort that markers stand for. */
export class Throws {
  /** The functions that make such a call. */
  readonly throwers = new Set<string>();
  private readonly byMarker = new Map<number, readonly number[]>();
  private readonly on: boolean;

  constructor(on: boolean) {
    this.on = on;
  }

  /** Takes a call in function `name` for what that marker stands for; false if the call has to stay. */
  hide({ raw }: Context, name: string, call: Expr, marker: number): boolean {
    if (!this.on || !ACCESSOR.test(name)) return false;
    const operands = Array.from({ length: raw._BinaryenCallGetNumOperands!(call) }, (_, i) =>
      constantOf(raw, raw._BinaryenCallGetOperandAt!(call, i)));
    if (!operands.every(operand => operand !== undefined)) return false;
    this.throwers.add(name);
    this.byMarker.set(marker, operands);
    return true;
  }

  /** Whether that marker stands for a call. */
  has(marker: number): boolean {
    return this.byMarker.has(marker);
  }

  /** The operands of the call that a marker stands for. */
  operands({ m }: Context, marker: number): Expr[] {
    return this.byMarker.get(marker)!.map(value => m.i32.const(value));
  }
}

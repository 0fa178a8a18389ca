// SPDX-License-Identifier: MIT
/**
 * Loads and stores of any type that can cross a park.
 *
 * @module
 */

import type { Context, Expr } from "./binaryen.ts";

const CROSSING = ["none", "i32", "i64", "f32", "f64", "v128"];
const REFERENCES = ["externref", "funcref", "anyref", "eqref", "i31ref", "structref", "arrayref", "stringref"];

function unsupported(type: number): never {
  throw new Error(`gopark: a value of type ${type} cannot cross a park`);
}

/** Whether linear memory can hold values of a type. */
export function canCross({ b }: Context, type: number): boolean {
  return CROSSING.some(name => b[name] == type);
}

/** Throws when a type is among those of `what` that cannot cross a park. */
export function mustCross(c: Context, what: string, types: readonly number[]): void {
  const type = types.find(t => !canCross(c, t));
  if (type === undefined) return;
  const name = REFERENCES.find(r => c.b[r] == type) ?? "reference of the host's";
  throw new Error(`gopark: ${what}: ${/^[aei]/.test(name) ? "an" : "a"} ${name} cannot cross a park`);
}

/** Bytes of a value. */
export function sizeOf({ b }: Context, type: number): number {
  switch (type) {
    case b.i32:
    case b.f32: return 4;
    case b.i64:
    case b.f64: return 8;
    case b.v128: return 16;
    default: return unsupported(type);
  }
}

/** Loads a value from `base` + offset. */
export function loadFrom({ m, b }: Context, type: number, offset: number, base: Expr): Expr {
  switch (type) {
    case b.i32: return m.i32.load(offset, 4, base);
    case b.i64: return m.i64.load(offset, 4, base);
    case b.f32: return m.f32.load(offset, 4, base);
    case b.f64: return m.f64.load(offset, 4, base);
    case b.v128: return m.v128.load(offset, 4, base);
    default: return unsupported(type);
  }
}

/** Loads a value from a fixed address. */
export function loadAt(c: Context, type: number, address: number): Expr {
  return loadFrom(c, type, address, c.m.i32.const(0));
}

/** Stores a value to `base` + offset. */
export function storeAt({ m, b }: Context, type: number, offset: number, base: Expr, value: Expr): Expr {
  switch (type) {
    case b.i32: return m.i32.store(offset, 4, base, value);
    case b.i64: return m.i64.store(offset, 4, base, value);
    case b.f32: return m.f32.store(offset, 4, base, value);
    case b.f64: return m.f64.store(offset, 4, base, value);
    case b.v128: return m.v128.store(offset, 4, base, value);
    default: return unsupported(type);
  }
}

/** The zero of a type. */
export function zeroOf({ m, b }: Context, type: number): Expr {
  switch (type) {
    case b.i32: return m.i32.const(0);
    case b.i64: return m.i64.const(0n);
    case b.f32: return m.f32.const(0);
    case b.f64: return m.f64.const(0);
    case b.v128: return m.v128.const(new Array<number>(16).fill(0));
    default: return unsupported(type);
  }
}

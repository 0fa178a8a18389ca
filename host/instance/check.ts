// SPDX-License-Identifier: MIT
/**
 * Checks JavaScript values against AssemblyScript types, before anything is allocated.
 *
 * Numbers are not wrapped into range: a value that the type cannot hold is a mistake.
 *
 * @module
 */
import type { Type } from "../abi/types.ts";

/** A typed array of either kind of element. */
export type TypedArray =
  | Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array
  | Uint32Array | Float32Array | Float64Array | BigInt64Array | BigUint64Array;

/** A class of typed arrays. */
export interface TypedArrayConstructor {
  new (elements: ArrayLike<never> | number): TypedArray;
  new (buffer: ArrayBuffer, ptr: number, length: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
}

/** Returns JavaScript's class for AssemblyScript's typed array class. */
export function typedArrayClass(name: string): TypedArrayConstructor {
  const js = name === "Int64Array" || name === "Uint64Array" ? `Big${name}` : name;
  return (globalThis as unknown as Record<string, TypedArrayConstructor>)[js]!;
}

/** Throws a TypeError that says `where` the value is, unless `value` is one of `type`. */
export function check(type: Type, value: unknown, where: string): void {
  const fault = faultOf(type, value);
  if (fault !== null) throw new TypeError(`${where}${fault}`);
}

/** Returns what is wrong, beginning with the path to it, or null. */
function faultOf(type: Type, value: unknown): string | null {
  if (value === null && type.nullable) return null;
  if (type.kind === "object" || type.kind === "context") return `: ${type.name} does not cross the boundary: ${CROSSING}`;
  if (type.of && isArrayLike(value) && type.kind !== "typedarray") {
    return elementFault(type.of, value);
  }
  return fits(type, value) ? null : `: want ${type.name}, got ${describe(value)}`;
}

const CROSSING = "numbers, bigint, bool, string, arrays and typed arrays do";

function elementFault(of: Type, values: ArrayLike<unknown>): string | null {
  for (let i = 0; i < values.length; i++) {
    const fault = faultOf(of, values[i]);
    if (fault !== null) return `[${i}]${fault}`;
  }
  return null;
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function fits(type: Type, value: unknown): boolean {
  switch (type.kind) {
    case "bool": return typeof value === "boolean";
    case "int": return Number.isInteger(value) && inRange(type, BigInt(value as number));
    case "long": return typeof value === "bigint" && inRange(type, value);
    case "float": return typeof value === "number";
    case "string": return typeof value === "string";
    case "arraybuffer": return value instanceof ArrayBuffer;
    case "typedarray": return fitsTypedArray(type, value);
    case "void": return true;
    default: return false;
  }
}

function inRange(type: Type, value: bigint): boolean {
  const bits = BigInt(type.bits);
  if (!type.signed) return value >= 0n && value < 1n << bits;
  const half = 1n << (bits - 1n);
  return value >= -half && value < half;
}

function fitsTypedArray(type: Type, value: unknown): boolean {
  if (value instanceof typedArrayClass(type.base)) return true;
  return type.of !== null && Array.isArray(value) && elementFault(type.of, value) === null;
}

/** Shows a value as an error message names it. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") {
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "object") return `a value of class ${value.constructor?.name ?? "Object"}`;
  return typeof value === "function" ? "a function" : String(value);
}

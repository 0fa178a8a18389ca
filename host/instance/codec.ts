// SPDX-License-Identifier: MIT
/**
 * Carries values over the boundary: lift makes JavaScript's of the guest's, lower the reverse.
 *
 * A raw value is what wasm passes: a number or a bigint, for a reference its address (objects.ts).
 * Lowering allocates, and any allocation may collect: what was allocated stays pinned until its
 * owner says that it is reachable.
 *
 * @module
 */
import type { Type } from "../abi/types.ts";
import { isManaged } from "../abi/types.ts";
import type { MemoryView } from "../memory/view.ts";
import { type TypedArray, typedArrayClass } from "./check.ts";
import { type Heap, Objects } from "./objects.ts";

export type Raw = number | bigint;

/** What was allocated for one call, pinned. */
export class Pins {
  readonly #heap: Heap;
  readonly #pinned: number[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  add(ptr: number): number {
    if (ptr) this.#pinned.push(this.#heap.__pin(ptr));
    return ptr;
  }

  release(): void {
    for (const ptr of this.#pinned) this.#heap.__unpin(ptr);
    this.#pinned.length = 0;
  }
}

/** Lifts and lowers for one instance. */
export class Codec {
  readonly objects: Objects;
  readonly #view: MemoryView;

  constructor(heap: Heap, view: MemoryView) {
    this.objects = new Objects(heap, view);
    this.#view = view;
  }

  pins(): Pins {
    return new Pins(this.objects.heap);
  }

  /** Lifts the value in the 16-byte slot at `ptr`. */
  liftSlot(type: Type, ptr: number): unknown {
    if (type.kind === "void") return undefined;
    if (type.kind === "long") return this.lift(type, this.#view.i64(ptr));
    if (type.kind !== "float") return this.lift(type, this.#view.u32(ptr));
    return type.bits === 32 ? this.#view.f32(ptr) : this.#view.f64(ptr);
  }

  lift(type: Type, raw: Raw): unknown {
    switch (type.kind) {
      case "void": return undefined;
      case "bool": return (Number(raw) & 1) === 1;
      case "int": return liftInt(type, Number(raw));
      case "long": return liftLong(type, raw as bigint);
      case "float": return raw;
      default: return this.#liftReference(type, Number(raw) >>> 0);
    }
  }

  #liftReference(type: Type, ptr: number): unknown {
    if (!ptr) return null;
    switch (type.kind) {
      case "string": return this.objects.string(ptr);
      case "arraybuffer": return this.objects.arrayBuffer(ptr);
      case "typedarray": return this.objects.elements(type, ptr);
      case "array":
      case "staticarray": return Array.from<Raw, unknown>(this.objects.elements(type, ptr), (raw) => this.lift(type.of!, raw));
      default: throw new TypeError(`${type.name} does not cross the boundary`);
    }
  }

  /** Lowers a checked value; what it allocates is in `pins`. */
  lower(type: Type, value: unknown, pins: Pins): Raw {
    switch (type.kind) {
      case "void": return 0;
      case "bool": return value ? 1 : 0;
      case "int":
      case "long":
      case "float": return value as Raw;
      default: return value === null ? 0 : pins.add(this.#lowerReference(type, value, pins));
    }
  }

  #lowerReference(type: Type, value: unknown, pins: Pins): number {
    switch (type.kind) {
      case "string": return this.objects.newString(value as string);
      case "arraybuffer": return this.objects.newArrayBuffer(value as ArrayBuffer);
      case "typedarray": return this.objects.newArray(type, asTypedArray(type, value));
      default: return this.objects.newArray(type, this.#lowerElements(type.of!, value, pins));
    }
  }

  #lowerElements(of: Type, values: unknown, pins: Pins): ArrayLike<unknown> {
    if (ArrayBuffer.isView(values)) return values as unknown as ArrayLike<unknown>;
    return (values as unknown[]).map((v) => this.lower(of, v, pins));
  }

  /** Writes a lowered value to a slot; small integers arrive extended to 32 bits. */
  storeSlot(type: Type, ptr: number, raw: Raw): void {
    if (type.kind === "long") this.#view.setI64(ptr, raw as bigint);
    else if (type.kind === "float" && type.bits === 32) this.#view.setF32(ptr, raw as number);
    else if (type.kind === "float") this.#view.setF64(ptr, raw as number);
    else if (type.kind !== "void") this.#view.setI32(ptr, raw as number);
  }

  /** Returns what a wasm function gets from a host function that returned `raw`. */
  zero(type: Type): Raw {
    return type.kind === "long" ? 0n : 0;
  }
}

function liftInt(type: Type, raw: number): number {
  const unused = 32 - type.bits;
  const shifted = raw << unused;
  return type.signed ? shifted >> unused : shifted >>> unused;
}

function liftLong(type: Type, raw: bigint): bigint {
  return type.signed ? BigInt.asIntN(64, raw) : BigInt.asUintN(64, raw);
}

function asTypedArray(type: Type, value: unknown): TypedArray {
  const Class = typedArrayClass(type.base);
  return value instanceof Class ? value : new Class(value as never[]);
}

/** Returns newcall's mask: bit i is set when argument i is a reference. */
export function managedMask(params: readonly Type[]): number {
  return params.reduce((mask, type, i) => mask | (isManaged(type) ? 1 << i : 0), 0);
}

// SPDX-License-Identifier: MIT
/**
 * Makes and reads strings, buffers and arrays in the guest's heap, in the shapes that asc gives them.
 *
 * Elements are raw values. Whatever is made here is unpinned, and any making may collect.
 *
 * @module
 */
import type { GuestExports } from "../abi/exports.ts";
import {
  ARRAY_LENGTH, ARRAY_SIZE, ID_ARRAYBUFFER, ID_STRING, RT_SIZE, VIEW_BYTELENGTH, VIEW_DATASTART, VIEW_SIZE,
} from "../abi/layout.ts";
import { isManaged, type Type } from "../abi/types.ts";
import type { MemoryView } from "../memory/view.ts";
import { type TypedArray, typedArrayClass, type TypedArrayConstructor } from "./check.ts";

const SHORT = 192; // below, a decoder takes longer than it saves
const CHUNK = 4096; // so many arguments any engine takes

/** Lone surrogates, which AssemblyScript's strings may have, are none of a decoder's business. */
const utf16 = new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true });

/** What of a guest is needed to make objects. */
export type Heap = Pick<GuestExports, "memory" | "__new" | "__pin" | "__unpin">;

/** The objects of one instance. */
export class Objects {
  readonly heap: Heap;
  readonly #view: MemoryView;

  constructor(heap: Heap, view: MemoryView) {
    this.heap = heap;
    this.#view = view;
  }

  #array<A extends TypedArray>(Class: new (buffer: ArrayBuffer, ptr: number, n: number) => A, ptr: number, n: number): A {
    return new Class(this.heap.memory.buffer as ArrayBuffer, ptr, n);
  }

  #new(size: number, id: number): number {
    return this.heap.__new(size, id) >>> 0;
  }

  string(ptr: number): string {
    const units = this.#array(Uint16Array, ptr, this.#view.u32(ptr - RT_SIZE) >>> 1);
    if (units.length > SHORT) {
      try {
        return utf16.decode(units);
      } catch {
        // It has a lone surrogate, or its memory is shared, of which some engines decode nothing.
      }
    }
    let text = "";
    for (let i = 0; i < units.length; i += CHUNK) text += String.fromCharCode(...units.subarray(i, i + CHUNK));
    return text;
  }

  newString(text: string): number {
    const ptr = this.#new(2 * text.length, ID_STRING);
    const units = this.#array(Uint16Array, ptr, text.length);
    for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
    return ptr;
  }

  arrayBuffer(ptr: number): ArrayBuffer {
    return this.#view.bytes(ptr, this.#view.u32(ptr - RT_SIZE)).buffer;
  }

  newArrayBuffer(buffer: ArrayBuffer): number {
    const ptr = this.#new(buffer.byteLength, ID_ARRAYBUFFER);
    this.#array(Uint8Array, ptr, buffer.byteLength).set(new Uint8Array(buffer));
    return ptr;
  }

  /** Copies the elements of an array of any kind. */
  elements(type: Type, ptr: number): TypedArray {
    const Class = elementClass(type);
    const view = this.#view;
    const size = Class.BYTES_PER_ELEMENT;
    if (type.kind === "staticarray") return this.#array(Class, ptr, view.u32(ptr - RT_SIZE) / size).slice();
    const length = type.kind === "array" ? view.u32(ptr + ARRAY_LENGTH) : view.u32(ptr + VIEW_BYTELENGTH) / size;
    return this.#array(Class, view.u32(ptr + VIEW_DATASTART), length).slice();
  }

  newArray(type: Type, elements: ArrayLike<unknown>): number {
    const Class = elementClass(type);
    const size = elements.length * Class.BYTES_PER_ELEMENT;
    const { heap } = this;
    const bare = type.kind === "staticarray";
    const data = this.#new(size, bare ? type.id : ID_ARRAYBUFFER);
    let ptr = data;
    if (!bare) {
      heap.__pin(data);
      const array = type.kind === "array";
      ptr = this.#new(array ? ARRAY_SIZE : VIEW_SIZE, type.id);
      heap.__unpin(data);
      const words = [data, data, size, elements.length];
      this.#array(Uint32Array, ptr, array ? 4 : 3).set(array ? words : words.slice(0, 3));
    }
    this.#array(Class, data, elements.length).set(elements as never);
    return ptr;
  }
}

/** The typed array that has elements of the same size and meaning. */
function elementClass({ kind, base, of }: Type): TypedArrayConstructor {
  if (kind === "typedarray") return typedArrayClass(base);
  if (isManaged(of!)) return typedArrayClass("Uint32Array");
  const { kind: number, bits, signed } = of!;
  return typedArrayClass(number === "float" ? `Float${bits}Array` : `${signed ? "Int" : "Uint"}${Math.max(bits, 8)}Array`);
}

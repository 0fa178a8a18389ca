// SPDX-License-Identifier: MIT
/**
 * Reads a WebAssembly core dump: the memory of a command that has trapped.
 *
 * A core is a module (WebAssembly/tool-conventions, Coredump.md): its memory has the size, its
 * active data segments the contents that are not zero, and custom sections say what ran.
 * `wasmtime run -D coredump=FILE` writes one.
 *
 * @module
 */
import { CoreError } from "../abi/errors.ts";
import type { MemorySource } from "./view.ts";

const CUSTOM = 0;
const IMPORTS = 2;
const MEMORY = 5;
const CODE = 10;
const DATA = 11;
const PAGE = 65536;
const HAS_MAX = 1;
const I32_CONST = 0x41;
const END = 0x0b;

/** What a core has of its command. */
export interface CoreFile {
  readonly memory: MemorySource;
  /** The engine's stack, innermost first. */
  readonly frames: readonly CoreFrame[];
}

/** A function by its index, and where in its code the frame is. */
export interface CoreFrame {
  readonly index: number;
  readonly codeOffset: number;
}

/** Reads through bytes; whatever would end past them throws. */
class Cursor {
  readonly #bytes: Uint8Array;
  readonly #file: string;
  at: number;

  constructor(bytes: Uint8Array, file: string, at = 0) {
    this.#bytes = bytes;
    this.#file = file;
    this.at = at;
  }

  get more(): boolean {
    return this.at < this.#bytes.length;
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  take(n: number): Uint8Array {
    if (this.at + n > this.#bytes.length) {
      throw new CoreError(`${this.#file}: truncated: ${n} bytes at ${this.at} end past its ${this.#bytes.length}`);
    }
    return this.#bytes.subarray(this.at, (this.at += n));
  }

  /** An unsigned LEB128. */
  u32(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.u32()));
  }

  sub(n: number): Cursor {
    return new Cursor(this.take(n), this.#file);
  }
}

/** Reads a core. Throws CoreError for any other file, and for a truncated one. */
export function readCoreFile(bytes: Uint8Array, file: string): CoreFile {
  const magic = [0x00, 0x61, 0x73, 0x6d];
  if (!magic.every((byte, i) => bytes[i] === byte)) throw new CoreError(`${file} is not a WebAssembly core dump`);
  const sections = readSections(new Cursor(bytes, file, 8));
  if (!sections.has("core")) throw new CoreError(`${file} is a WebAssembly module, but not a core dump (it has no core section)`);
  const memory = sections.get(MEMORY);
  if (!memory) throw new CoreError(`${file}: truncated: the core dump has no memory`);
  const data = sections.get(DATA);
  const stack = sections.get("corestack");
  const buffer = fill(readMemory(memory, file) * PAGE, data ? readData(data, file) : [], file);
  return { memory: { buffer }, frames: stack ? readStack(stack) : [] };
}

/** Sections by number, custom ones by name. */
function readSections(cursor: Cursor): Map<number | string, Cursor> {
  const sections = new Map<number | string, Cursor>();
  while (cursor.more) {
    const id = cursor.byte();
    const section = cursor.sub(cursor.u32());
    sections.set(id === CUSTOM ? section.name() : id, section);
  }
  return sections;
}

/** Returns where in a module the code of each function begins, by index; 0 of an import. Throws CoreError. */
export function codeStarts(bytes: Uint8Array, file: string): number[] {
  const cursor = new Cursor(bytes, file, 8);
  let [imports, starts] = [0, [] as number[]];
  while (cursor.more) {
    const id = cursor.byte();
    const end = cursor.u32() + cursor.at;
    if (id === IMPORTS) imports = cursor.u32(); // a command imports functions only
    if (id === CODE) {
      for (let n = cursor.u32(); n > 0; n--) {
        const size = cursor.u32();
        starts.push(cursor.at);
        cursor.take(size);
      }
    }
    cursor.at = end;
  }
  return [...new Array<number>(imports).fill(0), ...starts];
}

function readMemory(section: Cursor, file: string): number {
  const count = section.u32();
  if (count !== 1) throw new CoreError(`${file}: the core dump has ${count} memories, not one`);
  const flags = section.byte();
  const pages = section.u32();
  if (flags & HAS_MAX) section.u32();
  return pages;
}

interface Segment {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

function readData(section: Cursor, file: string): Segment[] {
  const segments: Segment[] = [];
  for (let n = section.u32(); n > 0; n--) {
    const kind = section.byte();
    if (kind !== 0 || section.byte() !== I32_CONST) throw new CoreError(`${file}: not a core dump's data segment`);
    const offset = signed32(section);
    if (section.byte() !== END) throw new CoreError(`${file}: not a core dump's data segment`);
    segments.push({ offset, bytes: section.take(section.u32()) });
  }
  return segments;
}

/** The operand of i32.const is a signed LEB128: an address, once its upper bits are gone. */
function signed32(section: Cursor): number {
  let [value, shift] = [0, 0];
  for (;;) {
    const byte = section.byte();
    value |= (byte & 127) << shift;
    shift += 7;
    if (byte >= 128) continue;
    if (byte & 64 && shift < 32) value |= -1 << shift;
    return value >>> 0;
  }
}

function fill(size: number, segments: readonly Segment[], file: string): ArrayBuffer {
  const memory = new Uint8Array(size);
  for (const { offset, bytes } of segments) {
    if (offset + bytes.length > size) {
      throw new CoreError(`${file}: ${bytes.length} bytes at 0x${offset.toString(16)} end past its memory (${size} bytes)`);
    }
    memory.set(bytes, offset);
  }
  return memory.buffer;
}

/** corestack: a thread's name, then frames: 0, instance, function, offset, locals, operands. */
function readStack(section: Cursor): CoreFrame[] {
  section.byte();
  section.name();
  const frames: CoreFrame[] = [];
  for (let n = section.u32(); n > 0; n--) {
    section.byte();
    section.u32();
    frames.push({ index: section.u32(), codeOffset: section.u32() });
    skipValues(section);
    skipValues(section);
  }
  return frames;
}

const F32 = 0x7d;
const F64 = 0x7c;
const MISSING = 0x01;

function skipValues(section: Cursor): void {
  for (let n = section.u32(); n > 0; n--) {
    const type = section.byte();
    if (type === F32 || type === F64) section.take(type === F32 ? 4 : 8);
    else if (type !== MISSING) section.u32(); // i32 and i64: a LEB128 of any length
  }
}

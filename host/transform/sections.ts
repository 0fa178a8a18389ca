// SPDX-License-Identifier: MIT
/**
 * Reads a module's bytes: where its functions are, and its sections.
 *
 * @module
 */

const HEADER = 8; // magic and version
const CUSTOM = 0;
const CODE = 10;

/** From the first byte to the one behind the last. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

interface Section extends Range {
  readonly id: number;
  /** Where its contents begin. */
  readonly body: number;
}

/** Reads numbers as WebAssembly writes them. */
class Cursor {
  private readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  text(): string {
    const len = this.number();
    this.at += len;
    return new TextDecoder().decode(this.bytes.subarray(this.at - len, this.at));
  }
}

function sectionsOf(binary: Uint8Array): Section[] {
  const list: Section[] = [];
  for (let start = HEADER; start < binary.length; ) {
    const cursor = new Cursor(binary, start + 1);
    const size = cursor.number();
    list.push({ id: binary[start]!, start, body: cursor.at, end: cursor.at + size });
    start = cursor.at + size;
  }
  return list;
}

/** Where each function that is not imported has its code. */
export function functionRanges(binary: Uint8Array): Range[] {
  const code = sectionsOf(binary).find(({ id }) => id == CODE);
  if (!code) return [];
  const cursor = new Cursor(binary, code.body);
  return Array.from({ length: cursor.number() }, () => {
    const size = cursor.number();
    const start = cursor.at;
    cursor.at += size;
    return { start, end: cursor.at };
  });
}

/** The module without the custom section `name`, which must lie behind the code. */
export function withoutSection(binary: Uint8Array, name: string): Uint8Array {
  const found = sectionsOf(binary).find(({ id, body }) => id == CUSTOM && new Cursor(binary, body).text() == name);
  return found ? concat(binary.subarray(0, found.start), binary.subarray(found.end)) : binary;
}

/** The module with one more custom section at its end. */
export function withSection(binary: Uint8Array, name: string, contents: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(name);
  const head = [...varint(text.length), ...text];
  return concat(binary, Uint8Array.from([CUSTOM, ...varint(head.length + contents.length), ...head]), contents);
}

/** A number from 0 up to 32 bits, 7 bits a byte, lowest first. */
export function varint(n: number): number[] {
  const bytes: number[] = [];
  for (; n > 0x7f; n >>>= 7) bytes.push(n & 0x7f | 0x80);
  return [...bytes, n];
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// SPDX-License-Identifier: MIT
/**
 * Limits how far a compiled module's memory can grow.
 *
 * @module
 */

const HEADER = 8;
const MEMORY_SECTION = 5;

/** Returns the pages a module starts with, and the module with at most `extra` more. */
export function limitMemory(wasm: Uint8Array, extra: number): Uint8Array<ArrayBuffer> {
  let at = HEADER;
  const leb = () => {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = wasm[at++]!;
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    return value >>> 0;
  };
  while (at < wasm.length) {
    const start = at;
    const id = wasm[at++]!;
    const size = leb();
    const end = at + size;
    if (id === MEMORY_SECTION) {
      const [count, flags] = [leb(), leb()];
      if (count !== 1 || flags & ~1) throw new Error(`${count} memories with flags ${flags}: not one plain memory`);
      const initial = leb();
      const limits = [1, 1, ...encode(initial), ...encode(initial + extra)];
      return join(wasm.subarray(0, start), [MEMORY_SECTION, ...encode(limits.length), ...limits], wasm.subarray(end));
    }
    at = end;
  }
  throw new Error("the module has no memory of its own");
}

function encode(value: number): number[] {
  const bytes = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

function join(...parts: (Uint8Array | number[])[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

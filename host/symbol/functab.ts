// SPDX-License-Identifier: MIT
/**
 * Turns what engines call a frame, a function's index and an offset in the module, into a pc.
 *
 * The transform wrote the table; host/transform/functab.ts says how.
 *
 * @module
 */
import { AbiError } from "../abi/errors.ts";

interface Entries {
  readonly pc: number;
  readonly offsets: readonly number[];
  readonly pcs: readonly number[];
}

/** The reader of one table; nothing is decoded before the first question. */
export class FuncTab {
  readonly #bytes: Uint8Array;
  #at = 0;
  #functions: readonly Entries[] | null = null;

  constructor(section: ArrayBuffer) {
    this.#bytes = new Uint8Array(section);
  }

  /** Returns the pc at an offset, or the one that stands for the function; 0 when that is on no stack. */
  pc(index: number, offset?: number): number {
    this.#functions ??= this.#decode();
    if (index === 0 && offset !== undefined) return this.#exactly(offset);
    const entries = this.#functions[index];
    if (!entries) return 0;
    const { pc, offsets, pcs } = entries;
    if (offset === undefined) return pc;
    const i = offsets.findLastIndex((at) => at <= offset);
    return i < 0 ? pc : pcs[i]!;
  }

  /** Deno calls every function number 0, which is an import and has no code: the offsets are right. */
  #exactly(offset: number): number {
    for (const { offsets, pcs } of this.#functions!) {
      const i = offsets.indexOf(offset);
      if (i >= 0) return pcs[i]!;
    }
    return 0;
  }

  #decode(): Entries[] {
    this.#at = 0;
    let offset = 0;
    return Array.from({ length: this.#number() }, () => {
      const first = this.#number();
      const count = this.#number();
      const entries = { pc: first, offsets: [] as number[], pcs: [] as number[] };
      for (let i = 0, pc = first; i < count; i++) {
        entries.offsets.push((offset += this.#number()));
        entries.pcs.push((pc += unzigzag(this.#number())));
      }
      return entries;
    });
  }

  #number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new AbiError("function table: cut off");
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }
}

function unzigzag(n: number): number {
  return (n >>> 1) ^ -(n & 1);
}

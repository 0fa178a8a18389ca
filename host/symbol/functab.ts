// SPDX-License-Identifier: MIT
/**
 * Turns what engines call a frame, a function's index and an offset in the module, into a pc.
 *
 * The transform wrote the table; host/transform/functab.ts says how.
 *
 * @module
 */
import { AbiError } from "../abi/errors.ts";

/** The reader of one table; nothing is decoded before the first question. */
export class FuncTab {
  readonly #bytes: Uint8Array;
  #at = 0;
  /** Of whole functions, by index. */
  #functions: number[] | null = null;
  readonly #offsets: number[] = [];
  readonly #pcs: number[] = [];

  constructor(section: ArrayBuffer) {
    this.#bytes = new Uint8Array(section);
  }

  /**
   * Returns the pc at an offset, or the one that stands for the function; 0 when that is on no stack. An offset
   * alone is enough: Deno calls every function number 0.
   */
  pc(index: number, offset?: number): number {
    const functions = (this.#functions ??= this.#decode());
    if (offset === undefined) return functions[index] ?? 0;
    return this.#pcs[this.#offsets.findLastIndex((at) => at <= offset)] ?? 0;
  }

  #decode(): number[] {
    let offset = 0;
    return Array.from({ length: this.#number() }, () => {
      const first = this.#number();
      for (let i = this.#number(), pc = first; i; i--) {
        this.#offsets.push((offset += this.#number()));
        this.#pcs.push((pc += unzigzag(this.#number())));
      }
      return first;
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

// SPDX-License-Identifier: MIT
/**
 * Turns a pc into functions, files and lines by the table that the transform wrote.
 *
 * A pc is the number of a record. A record whose code was inlined names its caller's record as
 * parent, so one pc stands for one frame or for a chain of them, innermost first.
 *
 * @module
 */
import { AbiError } from "../abi/errors.ts";
import {
  PCTAB_ENTRIES, PCTAB_FILE, PCTAB_FUNC, PCTAB_HEADER, PCTAB_LINE, PCTAB_MAGIC, PCTAB_PARENT, PCTAB_RECORD,
} from "../abi/layout.ts";

/** One frame of a stack. Frozen: many stacks share it. */
export interface Frame {
  /** The number of the frame's own record. */
  readonly pc: number;
  readonly function: string;
  readonly file: string;
  readonly line: number;
  /** The lowest pc of the same function: what `+0x…` in Go's texts counts from. */
  readonly entry: number;
}

/** The reader of one pc table. */
export class PcTab {
  readonly #bytes: Uint8Array;
  readonly #data: DataView;
  readonly #count: number;
  readonly #frames: Frame[] = [];
  readonly #strings = new Map<number, string>();
  #entries: Map<number, number> | null = null;

  /** Takes the custom section's bytes. Throws AbiError unless they hold a whole table. */
  constructor(section: ArrayBuffer) {
    this.#bytes = new Uint8Array(section);
    this.#data = new DataView(section);
    const size = section.byteLength;
    if (size < PCTAB_HEADER || this.#data.getUint32(0, true) !== PCTAB_MAGIC) {
      throw new AbiError(`pc table: bad magic in its ${size} bytes`);
    }
    this.#count = this.#data.getUint32(4, true);
    const whole = this.#data.getUint32(12, true);
    if (whole > size || PCTAB_HEADER + this.#count * PCTAB_RECORD > size) {
      throw new AbiError(`pc table: ${this.#count} records in ${size} bytes, says ${whole}`);
    }
  }

  /** Returns the frames of a stack of pcs, innermost first. */
  frames(stack: ArrayLike<number>): Frame[] {
    const out: Frame[] = [];
    for (let i = 0; i < stack.length; i++) {
      let pc = stack[i]!;
      do {
        out.push(this.frame(pc));
        pc = this.#field(pc, PCTAB_PARENT);
      } while (pc);
    }
    return out;
  }

  /** Reports whether a record has that number. */
  has(pc: number): boolean {
    return pc > 0 && pc < this.#count;
  }

  /** Returns the innermost frame of a pc. Throws AbiError when no record has that number. */
  frame(pc: number): Frame {
    if (!this.has(pc)) {
      throw new AbiError(`pc 0x${pc.toString(16)}: the pc table has ${this.#count} records`);
    }
    return (this.#frames[pc] ??= Object.freeze({
      pc,
      function: this.#string(this.#field(pc, PCTAB_FUNC)),
      file: this.#string(this.#field(pc, PCTAB_FILE)),
      line: this.#field(pc, PCTAB_LINE),
      entry: this.#entry(this.#field(pc, PCTAB_FUNC)),
    }));
  }

  /** Returns the pc of the start of an export, by its number, or of a function, by its index in the table; 0: unknown. */
  start(kind: "export" | "function", index: number): number {
    const at = (i: number) => this.#data.getUint32(PCTAB_ENTRIES + 4 * i, true);
    const [starts, count, exports] = [at(0), at(1), at(2)];
    const i = kind === "export" ? index : exports + index;
    return i < (kind === "export" ? exports : count) ? this.#data.getUint32(starts + 4 * i, true) : 0;
  }

  #field(pc: number, field: number): number {
    return this.#data.getUint32(PCTAB_HEADER + pc * PCTAB_RECORD + field, true);
  }

  #string(offset: number): string {
    let text = this.#strings.get(offset);
    if (text === undefined) {
      const start = offset + 2;
      const len = this.#data.getUint16(offset, true);
      text = new TextDecoder().decode(this.#bytes.subarray(start, start + len));
      this.#strings.set(offset, text);
    }
    return text;
  }

  /** Finds a function's first record; the whole table is indexed the first time. */
  #entry(func: number): number {
    if (!this.#entries) {
      this.#entries = new Map();
      for (let pc = this.#count - 1; pc > 0; pc--) {
        this.#entries.set(this.#field(pc, PCTAB_FUNC), pc);
      }
    }
    return this.#entries.get(func)!;
  }
}

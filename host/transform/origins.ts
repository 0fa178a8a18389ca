// SPDX-License-Identifier: MIT
/**
 * Notes on instructions in which function they were written, for after optimisation.
 *
 * Binaryen keeps an instruction's debug location (a file's number, line, column) through all its
 * passes, inlining included. The file's number here is that of a file and a function: one number
 * for each function.
 *
 * @module
 */

import { kindOf, type Context, type Expr, type Func } from "./binaryen.ts";
import { NATIVE, type Place } from "./facts.ts";
import { escaped } from "./sourcemap.ts";

/** A file as one function sees it. */
export interface Origin {
  readonly func: string;
  readonly file: string;
}

const TRAPS = new Set(["Call", "CallIndirect", "Load", "Store", "Unreachable", "MemoryInit", "MemoryCopy", "MemoryFill",
  "SIMDLoad", "SIMDLoadStoreLane", "AtomicRMW", "AtomicCmpxchg", "AtomicWait", "AtomicNotify", "TableGet", "TableSet"]);

/** Whether the engine's stack can name an instruction: it may trap, or is a call. */
export function mayTrap({ raw, b }: Context, e: Expr, kind = kindOf(raw, e)): boolean {
  if (kind == "Binary") return divides(b, raw._BinaryenBinaryGetOp!(e));
  if (kind != "Unary") return TRAPS.has(kind);
  const from = raw._BinaryenExpressionGetType!(raw._BinaryenUnaryGetValue!(e));
  const to = raw._BinaryenExpressionGetType!(e);
  return (from == b.f32 || from == b.f64) && (to == b.i32 || to == b.i64);
}

function divides(b: Record<string, number>, op: number): boolean {
  return [b.DivSInt32, b.DivUInt32, b.RemSInt32, b.RemUInt32, b.DivSInt64, b.DivUInt64, b.RemSInt64, b.RemUInt64].includes(op);
}

/** The origins that there are, by the number of their file. */
export class Origins {
  private readonly byKey = new Map<string, number>();
  private readonly byNumber = new Map<number, Origin>();
  private readonly c: Context;

  constructor(c: Context) {
    this.c = c;
  }

  /** Notes where an instruction of `f` is written. */
  note(f: Func, func: string, e: Expr, { file, line, column }: Place): void {
    this.c.raw._BinaryenFunctionSetDebugLocation!(f, e, this.number(func, file), line, column);
  }

  /** The origin with that number; undefined if it is another file's. */
  get(number: number): Origin | undefined {
    return this.byNumber.get(number);
  }

  private number(func: string, file: string): number {
    const key = `${func}\n${file}`;
    let number = this.byKey.get(key);
    if (number === undefined) {
      number = addFile(this.c, file);
      this.byKey.set(key, number);
      this.byNumber.set(number, { func, file });
    }
    return number;
  }
}

/** Adds a file for debug locations to name, even if its name is there already. Returns its number. */
export function addFile({ m, raw, cstr }: Context, name: string): number {
  return raw._BinaryenModuleAddDebugInfoFileName!(m.ptr, cstr(name == NATIVE ? "" : escaped(name)));
}

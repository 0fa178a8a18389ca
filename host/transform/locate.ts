// SPDX-License-Identifier: MIT
/**
 * Gives each instruction that may trap, and each call, a debug location that stands for its pc.
 *
 * The chain of calls above it is known from the markers before it, if only it is known in which
 * function it was written. That is in its debug location (origins.ts), which Binaryen lets nobody
 * read. But it writes source maps: one of the module as it is, and one in which each of these
 * instructions has a number for its location. Both have the same code, and so the same offsets.
 *
 * From here on the number of a location's file says the pc; the file's name, the line and the
 * column stay what they are, for source maps and texts. functab.ts reads the pcs back.
 *
 * @module
 */

import type { Context } from "./binaryen.ts";
import type { Facts, Place } from "./facts.ts";
import type { Marker } from "./mark.ts";
import { addFile, type Origin, type Origins } from "./origins.ts";
import type { PcTable } from "./pctab.ts";
import { chainPc, type Resolved, type Spot } from "./resolve.ts";
import { segmentsOf } from "./sourcemap.ts";

/** The pc of each file's number that stands for one. */
export type FilePcs = ReadonlyMap<number, number>;

interface Written extends Place {
  readonly origin: Origin | undefined;
}

/** Numbers the pcs of all spots, and notes them on the instructions. Runs before anything moves a spot. */
export function locate(c: Context, facts: Facts, { spots }: Resolved, table: PcTable, origins: Origins): FilePcs {
  const written = whereWritten(c, spots, origins);
  const numbers = new Map<string, number>();
  const pcs = new Map<number, number>();
  for (const spot of spots) {
    const at = written.get(spot);
    const pc = (spot.pc = pcOf(spot, at, facts, table));
    const file = at?.file ?? "";
    const key = `${pc}\n${file}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = addFile(c, file);
      numbers.set(key, number);
      pcs.set(number, pc);
    }
    c.raw._BinaryenFunctionSetDebugLocation!(spot.f, spot.e, number, at?.line ?? 0, at?.column ?? 0);
  }
  return pcs;
}

function pcOf({ inlining, call, leaf, position }: Spot, at: Written | undefined, facts: Facts, table: PcTable): number {
  const shown = (name: string) => facts.functions.get(name)?.traced ?? false;
  const func = at?.origin?.func;
  const own: Marker | undefined = call || func === undefined ? undefined : { func, callee: "", place: at! };
  const calls = own ? [own, ...inlining.callers(own.func, position)] : inlining.chain(leaf, position);
  return chainPc(calls, inlining.name, facts, table, shown);
}

/** Where each spot, or what it is an operand of, was written. */
function whereWritten(c: Context, spots: readonly Spot[], origins: Origins): Map<Spot, Written> {
  const emit = () => withoutStackIR(c, () => segmentsOf(c.m.emitBinary("spots")));
  const before = emit();
  const number = addFile(c, "spots");
  spots.forEach(({ f, e }, i) => c.raw._BinaryenFunctionSetDebugLocation!(f, e, number, i, 0));
  const after = emit();
  const found = new Map<Spot, Written>();
  let i = 0;
  for (const { offset, source, line } of after.segments) {
    if (source != number) continue;
    while (i + 1 < before.segments.length && before.segments[i + 1]!.offset <= offset) ++i;
    const segment = before.segments[i];
    if (!segment || segment.offset > offset || segment.source < 0) continue;
    const origin = origins.get(segment.source);
    const file = origin?.file ?? before.sources[segment.source]!;
    found.set(spots[line]!, { origin, file, line: segment.line, column: segment.column });
  }
  for (const spot of spots) {
    let up: Spot | undefined = spot;
    while (up && !found.has(up)) up = up.up;
    if (up) found.set(spot, found.get(up)!);
  }
  return found;
}

/** What Binaryen does to the code when it writes it is of no use for a map that is thrown away. */
function withoutStackIR<T>({ raw }: Context, f: () => T): T {
  const [generate, optimize] = [raw._BinaryenGetGenerateStackIR!(), raw._BinaryenGetOptimizeStackIR!()];
  raw._BinaryenSetGenerateStackIR!(0);
  raw._BinaryenSetOptimizeStackIR!(0);
  try {
    return f();
  } finally {
    raw._BinaryenSetGenerateStackIR!(generate);
    raw._BinaryenSetOptimizeStackIR!(optimize);
  }
}

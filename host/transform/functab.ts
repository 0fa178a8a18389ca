// SPDX-License-Identifier: MIT
/**
 * Says which pc an offset in the finished module is: engines name the frames of a trap by function
 * index and offset. The host needs it for the trap itself and for functions that keep no trace.
 *
 * The section is numbers of 7 bits a byte: how many functions; then for each, by its index, the
 * pc that stands for it and how many entries it has; an entry is an offset, as the distance to
 * the entry before it in the module, and a pc, as the zigzag distance to the pc before it in the
 * function. A pc holds from its offset to the next one's, in whatever function that is, for not every
 * engine knows the index. 0: on no stack.
 *
 * @module
 */

import { FUNCTAB_SECTION } from "../abi/manifest.ts";
import type { Context } from "./binaryen.ts";
import type { Facts } from "./facts.ts";
import type { FilePcs } from "./locate.ts";
import type { Marker } from "./mark.ts";
import type { PcTable } from "./pctab.ts";
import { original } from "./resolve.ts";
import { functionRanges, varint, withoutSection, withSection } from "./sections.ts";
import { segmentsOf, withoutDoubles, type Emitted, type Segment } from "./sourcemap.ts";

/** Binaryen's section for a map's address; a map that the user has not asked for has none. */
const URL_SECTION = "sourceMappingURL";

/** Gives each function of the program that still exists the pc that stands for it: of its first call of itself, else its start. */
export function functionPcs({ m, raw, name }: Context, facts: Facts, markers: readonly Marker[], table: PcTable): Map<string, number> {
  const recursion = new Map<string, Marker>();
  for (const marker of markers) {
    if (marker.func == marker.callee && !recursion.has(marker.func)) recursion.set(marker.func, marker);
  }
  const pcs = new Map<string, number>();
  for (let i = 0, n = m.getNumFunctions(); i < n; ++i) {
    const internalName = name(raw._BinaryenFunctionGetName!(m.getFunctionByIndex(i)));
    const fact = facts.functions.get(original(internalName));
    if (!fact?.traced) continue;
    const start = { func: original(internalName), callee: "", place: fact.place };
    pcs.set(internalName, table.add(recursion.get(start.func) ?? start, 0));
  }
  return pcs;
}

/** What the section is made of. */
export interface Pcs {
  /** Of whole functions, by name. */
  readonly functions: ReadonlyMap<string, number>;
  /** Of places, by the number of their file. */
  readonly places: FilePcs;
}

/** Has the module's emission add the section: only what is written last has the right offsets. */
export function emitFunctab(c: Context, pcs: Pcs): void {
  const { m } = c;
  const emit = m.emitBinary.bind(m);
  const emitWith = (url?: string | null): Emitted | Uint8Array => {
    if (url === undefined) return emit(); // asc compares sizes
    const emitted = emit(url ?? "map");
    const section = encode(segmentsOf(emitted).segments, emitted.binary, startPcs(c, pcs.functions), pcs.places);
    const binary = withSection(emitted.binary, FUNCTAB_SECTION, section);
    if (url === null) return { binary: withoutSection(binary, URL_SECTION), sourceMap: "" };
    return { binary, sourceMap: withoutDoubles(emitted) };
  };
  m.emitBinary = emitWith as typeof m.emitBinary;
}

/** The pc of each function as a whole, by its index. */
function startPcs({ m, raw, name }: Context, pcs: ReadonlyMap<string, number>): { imports: number; pcs: number[] } {
  const functions = Array.from({ length: m.getNumFunctions() }, (_, i) => m.getFunctionByIndex(i));
  const defined = functions.filter(f => raw._BinaryenFunctionGetBody!(f));
  const imports = functions.length - defined.length; // which come first in the binary
  return { imports, pcs: defined.map(f => pcs.get(name(raw._BinaryenFunctionGetName!(f))) ?? 0) };
}

function encode(segments: readonly Segment[], binary: Uint8Array, { imports, pcs }: ReturnType<typeof startPcs>, places: FilePcs): Uint8Array {
  const bytes: number[] = varint(imports + pcs.length);
  const add = (...numbers: number[]) => numbers.forEach(n => bytes.push(...varint(n)));
  for (let i = 0; i < imports; ++i) add(0, 0);
  let next = 0;
  let offset = 0;
  let last = 0; // the pc where the function before ends
  functionRanges(binary).forEach(({ start, end }, i) => {
    const entries: number[] = [];
    let pc = pcs[i]!;
    if (pc != last) {
      entries.push(start - offset, 0);
      offset = start;
    }
    for (; next < segments.length && segments[next]!.offset < end; ++next) {
      const segment = segments[next]!;
      const at = places.get(segment.source);
      if (segment.offset < start || at === undefined || at == pc) continue;
      entries.push(segment.offset - offset, zigzag(at - pc));
      offset = segment.offset;
      pc = at;
    }
    add(pcs[i]!, entries.length / 2, ...entries);
    last = pc;
  });
  return Uint8Array.from(bytes);
}

function zigzag(n: number): number {
  return (n << 1 ^ n >> 31) >>> 0;
}

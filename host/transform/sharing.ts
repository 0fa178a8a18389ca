// SPDX-License-Identifier: MIT
/**
 * Makes a module whose memory is shared one that several instances can have:
 *
 *     (data (i32.const 1048576) "…") …   ->   (data "…") …
 *     (export "_initialize" (func ~start))   ->   if (cmpxchg WORLD.started 0 1) == 0: memory.init …; ~start()
 *
 * asc's segments are active ones: they are written whenever the module is instantiated, so a second instance
 * would write over the data of a program that runs. Runs last, when all segments are there. Costs a function
 * of some bytes.
 *
 * @module
 */

import { WORLD, WORLD_STARTED } from "../abi/layout.ts";
import type { Context, Expr } from "./binaryen.ts";
import { INITIALIZE } from "./options.ts";

const MEMORY = "0";
const START = "gopark.start";
/** Zeros that join two segments take less than another memory.init. */
const GAP = 32;

/** The limits of a memory that is imported, in pages. */
export interface MemoryFact {
  readonly initial: number;
  readonly maximum: number | null;
  readonly shared: boolean;
  readonly module: string;
  readonly name: string;
}

/** Returns what the module wants of the memory that it imports; null: it has its own. */
export function memoryFact({ m, raw, cstr, name }: Context): MemoryFact | null {
  const memory = cstr(MEMORY);
  const module = name(raw._BinaryenMemoryImportGetModule!(m.ptr, memory));
  if (!module) return null;
  return {
    initial: raw._BinaryenMemoryGetInitial!(m.ptr, memory),
    maximum: raw._BinaryenMemoryHasMax!(m.ptr, memory) ? raw._BinaryenMemoryGetMax!(m.ptr, memory) : null,
    shared: raw._BinaryenMemoryIsShared!(m.ptr, memory) != 0,
    module,
    name: name(raw._BinaryenMemoryImportGetBase!(m.ptr, memory)),
  };
}

interface Segment {
  readonly name: string;
  readonly passive: boolean;
  readonly offset: number;
  readonly data: Uint8Array;
}

/** Has the first instance alone write the data and run module-level code. */
export function initialiseOnce(c: Context, { initial, maximum, module, name }: MemoryFact): void {
  const { m, raw, b, cstr } = c;
  const list = joined(segments(c));
  const passive = list.map(({ name, data }) => ({ name, offset: 0, data, passive: true }));
  m.setMemory(initial, maximum!, null, passive, true, false, MEMORY);
  m.addMemoryImport(MEMORY, module, name, true);
  const begin = c.name(raw._BinaryenExportGetValue!(raw._BinaryenGetExport!(m.ptr, cstr(INITIALIZE))));
  const first = m.i32.eqz(m.i32.atomic.rmw.cmpxchg(WORLD_STARTED, m.i32.const(WORLD), m.i32.const(0), m.i32.const(1), MEMORY));
  const copies = list.filter((segment) => !segment.passive).map(({ name, offset, data }): Expr =>
    m.memory.init(name, m.i32.const(offset), m.i32.const(0), m.i32.const(data.length), MEMORY));
  m.addFunction(START, b.none!, b.none!, [], m.if(first, m.block(null, [...copies, m.call(begin, [], b.none!)])));
  m.removeExport(INITIALIZE);
  m.addFunctionExport(START, INITIALIZE);
}

/** Makes one segment of those that lie close together: asc writes one for each string. */
function joined(list: readonly Segment[]): Segment[] {
  const out = list.filter(({ passive }) => passive);
  const active = list.filter(({ passive, data }) => !passive && data.length).sort((a, b) => a.offset - b.offset);
  for (const next of active) {
    const last = out.at(-1);
    if (!last || last.passive || next.offset - last.offset - last.data.length > GAP) {
      out.push(next);
      continue;
    }
    const data = new Uint8Array(Math.max(last.data.length, next.offset - last.offset + next.data.length));
    data.set(last.data);
    data.set(next.data, next.offset - last.offset);
    out[out.length - 1] = { ...last, data };
  }
  return out;
}

function segments({ m, raw, name }: Context): Segment[] {
  return Array.from({ length: raw._BinaryenGetNumDataSegments!(m.ptr) }, (_, i) => {
    const segment = raw._BinaryenGetDataSegmentByIndex!(m.ptr, i);
    const ptr = raw._BinaryenDataSegmentGetName!(segment);
    const passive = raw._BinaryenGetDataSegmentPassive!(segment) != 0;
    const size = raw._BinaryenGetDataSegmentByteLength!(segment);
    const at = raw._malloc!(size);
    raw._BinaryenCopyDataSegmentData!(segment, at);
    const data = Uint8Array.from({ length: size }, (_, k) => raw.__i32_load8_u!(at + k));
    raw._free!(at);
    return { name: name(ptr), passive, offset: passive ? 0 : raw._BinaryenGetDataSegmentByteOffset!(m.ptr, segment), data };
  });
}

// SPDX-License-Identifier: MIT
/**
 * Says which function of the finished module is which: a pc for each function's index, where engines
 * name frames by index. The host needs it for traps in functions that keep no trace.
 *
 * @module
 */

import { FUNCTAB_SECTION } from "../abi/manifest.ts";
import type { Context } from "./binaryen.ts";
import type { Facts } from "./facts.ts";
import type { Marker } from "./mark.ts";
import type { PcTable } from "./pctab.ts";
import { original } from "./resolve.ts";

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

/** Writes the section. Runs last: nothing may move a function afterwards. */
export function emitFunctab({ m, raw, name }: Context, pcs: ReadonlyMap<string, number>): void {
  const index = new Uint32Array(m.getNumFunctions());
  let imports = 0;
  for (let i = 0; i < index.length; ++i) {
    if (!raw._BinaryenFunctionGetBody!(m.getFunctionByIndex(i))) ++imports;
  }
  // The binary has all imports first.
  let [imported, defined] = [0, imports];
  for (let i = 0; i < index.length; ++i) {
    const f = m.getFunctionByIndex(i);
    const at = raw._BinaryenFunctionGetBody!(f) ? defined++ : imported++;
    index[at] = pcs.get(name(raw._BinaryenFunctionGetName!(f))) ?? 0;
  }
  m.addCustomSection(FUNCTAB_SECTION, new Uint8Array(index.buffer));
}

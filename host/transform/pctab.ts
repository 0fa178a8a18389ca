// SPDX-License-Identifier: MIT
/**
 * Builds the pc table: what function, file and line a pc is, and through which inlining.
 *
 * A pc is the number of a record; a record's parent is the call it was inlined into. Shape:
 * assembly/shared/layout.ts.
 *
 * @module
 */

import {
  PCTAB_ENTRIES, PCTAB_FILE, PCTAB_FUNC, PCTAB_HEADER, PCTAB_LINE, PCTAB_MAGIC, PCTAB_PARENT, PCTAB_RECORD,
} from "../abi/layout.ts";
import type { Context } from "./binaryen.ts";
import type { Facts } from "./facts.ts";
import { tableEntries } from "./graph.ts";
import type { Marker } from "./mark.ts";

interface Entry {
  readonly title: string;
  readonly file: string;
  readonly line: number;
  readonly parent: number;
}

/** Most pcs there can be: a parked frame keeps a pc in 22 bits. */
const LIMIT = 1 << 22;

/** The table while it grows. */
export class PcTable {
  private readonly entries: Entry[] = [{ title: "", file: "", line: 0, parent: 0 }];
  private readonly byKey = new Map<string, number>();
  private readonly facts: Facts;

  constructor(facts: Facts) {
    this.facts = facts;
  }

  /** The pc of a call, inlined into the call `parent` (0: not inlined). */
  add(marker: Marker, parent: number): number {
    const title = this.facts.functions.get(marker.func)?.title ?? marker.func;
    const { file, line } = marker.place;
    const key = `${title}\n${file}\n${line}\n${parent}`;
    let pc = this.byKey.get(key);
    if (pc === undefined) {
      pc = this.entries.push({ title, file, line, parent }) - 1;
      if (pc >= LIMIT) throw new Error(`gopark: more than ${LIMIT} call sites`);
      this.byKey.set(key, pc);
    }
    return pc;
  }

  /** The table's bytes; `starts` are the pcs of the starts of exports, then of functions in the module's table. */
  encode(exports: readonly number[], functions: readonly number[]): Uint8Array {
    const starts = [...exports, ...functions];
    const startsAt = PCTAB_HEADER + this.entries.length * PCTAB_RECORD;
    const strings = new Strings(startsAt + 4 * starts.length);
    const refs = this.entries.map(({ title, file }) => ({ func: strings.add(title), file: strings.add(file) }));
    const bytes = new Uint8Array(strings.end);
    const view = new DataView(bytes.buffer);
    [PCTAB_MAGIC, this.entries.length, strings.start, strings.end].forEach((v, i) => view.setUint32(4 * i, v, true));
    [startsAt, starts.length, exports.length].forEach((v, i) => view.setUint32(PCTAB_ENTRIES + 4 * i, v, true));
    starts.forEach((v, i) => view.setUint32(startsAt + 4 * i, v, true));
    this.entries.forEach(({ line, parent }, i) => {
      const at = PCTAB_HEADER + i * PCTAB_RECORD;
      view.setUint32(at + PCTAB_FUNC, refs[i]!.func, true);
      view.setUint32(at + PCTAB_FILE, refs[i]!.file, true);
      view.setUint32(at + PCTAB_LINE, line, true);
      view.setUint32(at + PCTAB_PARENT, parent, true);
    });
    strings.copyTo(bytes);
    return bytes;
  }
}

function startPc(name: string, facts: Facts, table: PcTable): number {
  const fact = facts.functions.get(name);
  return fact?.traced ? table.add({ func: name, callee: "", place: fact.place }, 0) : 0;
}

/** The pc of the start of each export. */
export function exportPcs(facts: Facts, table: PcTable): number[] {
  return facts.exports.map(({ internalName }) => startPc(internalName, facts, table));
}

/** The pc of the start of each function in the module's table, for goroutines that have not run yet. */
export function entryPcs(c: Context, facts: Facts, table: PcTable): number[] {
  const pcs: number[] = [];
  for (const { index, name } of tableEntries(c)) pcs[index] = startPc(name, facts, table);
  return Array.from(pcs, pc => pc ?? 0);
}

/** Strings behind the records, each once. */
class Strings {
  readonly start: number;
  end: number;
  private readonly offsets = new Map<string, number>();

  constructor(start: number) {
    this.start = this.end = start;
  }

  add(s: string): number {
    const known = this.offsets.get(s);
    if (known !== undefined) return known;
    const at = this.end;
    this.offsets.set(s, at);
    this.end += 2 + encode(s).length;
    return at;
  }

  copyTo(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer);
    for (const [s, at] of this.offsets) {
      const utf8 = encode(s);
      view.setUint16(at, utf8.length, true);
      bytes.set(utf8, at + 2);
    }
  }
}

function encode(s: string): Uint8Array {
  return new TextEncoder().encode(s).subarray(0, 0xffff);
}

// SPDX-License-Identifier: MIT
/**
 * Encodes a count profile as Go's debug=1 text, byte for byte.
 *
 * Go aligns the frames of a record with a tabwriter (minimal width 1, tabs of 8, padding 1):
 * each column is as wide as its widest cell and one more, rounded up to whole tabs.
 *
 * @module
 */
import type { Frame } from "../symbol/pctab.ts";
import { type Profile, rowKey, type Sample } from "./model.ts";

const TAB = 8;

/** Prints the profile: a title, then for each stack its count, its pcs and its frames. */
export function encodeText(profile: Profile): string {
  const total = profile.samples.reduce((sum, s) => sum + s.values[0]!, 0);
  return `${profile.name} profile: total ${total}\n` + profile.samples.map(record).join("");
}

function record(sample: Sample): string {
  const cells = shown(sample.frames).map((f) => [
    "#",
    hex(f.pc),
    `${f.function}+${hex(f.pc - f.entry)}`,
    `${f.file}:${f.line}`,
  ]);
  return `${sample.values[0]} ${rowKey(sample.pcs)}\n${align(cells)}\n`;
}

/** Hides the runtime's own functions at the top of a stack, unless the stack has no others. */
function shown(frames: readonly Frame[]): readonly Frame[] {
  const first = frames.findIndex((f) => !f.function.startsWith("runtime."));
  return first < 0 ? frames : frames.slice(first).filter((f) => f.function !== "runtime.goexit");
}

function hex(n: number): string {
  return `0x${n.toString(16)}`;
}

/** Pads every cell but the last of its line with tabs, up to its column's width. */
function align(lines: readonly string[][]): string {
  const widths = (lines[0] ?? []).map((_, column) => {
    const widest = Math.max(...lines.map((line) => runes(line[column]!)));
    return Math.ceil((widest + 1) / TAB) * TAB;
  });
  return lines.map((line) => line.map((cell, column) => {
    if (column === line.length - 1) return cell + "\n";
    return cell + "\t".repeat(Math.ceil((widths[column]! - runes(cell)) / TAB));
  }).join("")).join("");
}

/** Counts characters as Go does, not UTF-16 units. */
function runes(text: string): number {
  return [...text].length;
}

// SPDX-License-Identifier: MIT
/**
 * Encodes profiles as Go's debug=1 text, byte for byte.
 *
 * Go aligns the frames of a record with a tabwriter (minimal width 1, tabs of 8, padding 1):
 * each column is as wide as its widest cell and one more, rounded up to whole tabs.
 *
 * @module
 */
import { ProfileError } from "../abi/errors.ts";
import type { Frame } from "../symbol/pctab.ts";
import { BLOCK_BOTTOM, type BlockRecord, longestFirst } from "./block.ts";
import { HEAP_BOTTOM, inUseBytes, inUseObjects, type MemRecord } from "./heap.ts";
import { labelledKey, nonEmpty, type Profile, rowKey, type Sample } from "./model.ts";

const TAB = 8;

/** Throws ProfileError for a text form that there is not: of the number `debug`, or of the CPU profile. */
export function noText(debug: number): never {
  throw new ProfileError(debug === 1 || debug === 2 ? "the CPU profile has no text form" : `text form ${debug}: there are 1 and 2`);
}

/** Prints a count profile: a title, then for each stack its count, its pcs and its frames. */
export function encodeText(profile: Profile): string {
  const total = profile.samples.reduce((sum, s) => sum + s.values[0]!, 0);
  return `${profile.name} profile: total ${total}\n` + profile.samples.map(record).join("");
}

function record(s: Sample): string {
  return `${s.values[0]} ${labelledKey(s)}\n${stackLines(s.frames)}\n`;
}

/**
 * Prints heap and allocs, which have one text: what was sampled, not what it stands for, the least
 * in use first. The rate is doubled, as the first heap profilers did and pprof expects.
 */
export function encodeHeapText(records: readonly MemRecord[], rate: number, stats: HeapStats): string {
  const total = records.reduce(plus, { objects: 0, bytes: 0, allocObjects: 0, allocBytes: 0 });
  // If all were in use, pprof would take the profile for one of the older form with two columns.
  if (total.bytes === total.allocBytes) total.allocBytes++;
  const sorted = [...records].sort((a, b) => inUseBytes(a) - inUseBytes(b));
  return `heap profile: ${counts(total)} @ heap/${2 * rate}\n` +
    `${sorted.map(heapRecord).join("")}\n${encodeMemStats(stats)}`;
}

/** Prints block and mutex, the longest waits first. A cycle is a nanosecond. `fraction`: of mutex. */
export function encodeBlockText(records: readonly BlockRecord[], fraction?: number): string {
  const title = fraction === undefined
    ? "--- contention:\ncycles/second=1000000000\n"
    : `--- mutex:\ncycles/second=1000000000\nsampling period=${fraction}\n`;
  return title + longestFirst(records).map((r) => {
    const { pcs, frames } = nonEmpty(r, BLOCK_BOTTOM);
    return `${r.cycles} ${r.count} ${rowKey(pcs)}\n${frameLines(frames)}\n`;
  }).join("");
}

/** What the block behind the records tells: what the guest's MemStats says. */
export interface HeapStats {
  readonly alloc: number;
  readonly totalAlloc: number;
  readonly sys: number;
  readonly mallocs: number;
  readonly frees: number;
  readonly heapAlloc: number;
  readonly heapSys: number;
  readonly heapIdle: number;
  readonly heapInuse: number;
  readonly heapObjects: number;
  readonly stackInuse: number;
  readonly buckHashSys: number;
  readonly gcSys: number;
  readonly otherSys: number;
  readonly nextGC: number;
  readonly lastGC: number;
  readonly numGC: number;
  readonly numForcedGC: number;
  readonly pauseNs: readonly number[];
  readonly pauseEnd: readonly number[];
  readonly gcCPUFraction: number;
  /** What the whole process has taken at most; absent where that is not known, and of a program that is over. */
  readonly maxRSS?: number | undefined;
}

/**
 * Go's lines about the heap. Zero is what is true here: nothing is looked up, no memory goes back,
 * stacks take what they use, and spans and the mcache lie elsewhere.
 */
export function encodeMemStats(m: HeapStats): string {
  const lines = [
    ["Alloc", m.alloc], ["TotalAlloc", m.totalAlloc], ["Sys", m.sys], ["Lookups", 0],
    ["Mallocs", m.mallocs], ["Frees", m.frees],
    ["HeapAlloc", m.heapAlloc], ["HeapSys", m.heapSys], ["HeapIdle", m.heapIdle], ["HeapInuse", m.heapInuse],
    ["HeapReleased", 0], ["HeapObjects", m.heapObjects],
    ["Stack", `${m.stackInuse} / ${m.stackInuse}`], ["MSpan", "0 / 0"], ["MCache", "0 / 0"],
    ["BuckHashSys", m.buckHashSys], ["GCSys", m.gcSys], ["OtherSys", m.otherSys],
    ["NextGC", m.nextGC], ["LastGC", m.lastGC], ["PauseNs", `[${m.pauseNs.join(" ")}]`], ["PauseEnd", `[${m.pauseEnd.join(" ")}]`],
    ["NumGC", m.numGC], ["NumForcedGC", m.numForcedGC],
    ["GCCPUFraction", goFloat(m.gcCPUFraction)], ["DebugGC", false],
    ...(m.maxRSS === undefined ? [] : [["MaxRSS", m.maxRSS]]),
  ];
  return `# runtime.MemStats\n${lines.map(([name, value]) => `# ${name} = ${value}\n`).join("")}`;
}

/** Prints a number below 1e21 as Go's %v: with an exponent below 1e-4, which has two digits. */
function goFloat(n: number): string {
  return n !== 0 && Math.abs(n) < 1e-4 ? n.toExponential().replace(/-(\d)$/, "-0$1") : String(n);
}

interface Counts {
  objects: number;
  bytes: number;
  allocObjects: number;
  allocBytes: number;
}

function plus(sum: Counts, r: MemRecord): Counts {
  return {
    objects: sum.objects + inUseObjects(r),
    bytes: sum.bytes + inUseBytes(r),
    allocObjects: sum.allocObjects + r.allocObjects,
    allocBytes: sum.allocBytes + r.allocBytes,
  };
}

function counts({ objects, bytes, allocObjects, allocBytes }: Counts): string {
  return `${objects}: ${bytes} [${allocObjects}: ${allocBytes}]`;
}

function heapRecord(r: MemRecord): string {
  const { pcs, frames } = nonEmpty(r, HEAP_BOTTOM);
  const { allocObjects, allocBytes } = r;
  const own = { objects: inUseObjects(r), bytes: inUseBytes(r), allocObjects, allocBytes };
  return `${counts(own)} ${rowKey(pcs)}\n${stackLines(frames)}\n`;
}

function stackLines(frames: readonly Frame[]): string {
  return frameLines(shown(frames));
}

function frameLines(frames: readonly Frame[]): string {
  return align(frames.map((f) => [
    "#",
    hex(f.pc),
    `${f.function}+${hex(f.pc - f.entry)}`,
    `${f.file}:${f.line}`,
  ]));
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

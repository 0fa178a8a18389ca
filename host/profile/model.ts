// SPDX-License-Identifier: MIT
/**
 * Models a profile in pprof's words, between the readers of records and the encoders.
 *
 * @module
 */
import type { Frame } from "../symbol/pctab.ts";
import { type Pseudo, pseudoFrame } from "../symbol/pseudo.ts";

export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

/** Equal stacks, counted. */
export interface Sample {
  /** What the text form prints in its row: one pc for each physical frame. */
  readonly pcs: readonly number[];
  /** Innermost first, inlined ones included. Never empty. */
  readonly frames: readonly Frame[];
  readonly values: readonly number[];
  /** What the program says of it: key, value, …, ordered by key. */
  readonly labels?: readonly string[];
  readonly numLabels?: Readonly<Record<string, number>>;
}

export interface Profile {
  readonly name: string;
  readonly sampleTypes: readonly ValueType[];
  readonly periodType: ValueType;
  readonly period: number;
  readonly samples: readonly Sample[];
  readonly timeNanos: bigint;
  readonly durationNanos: bigint;
  readonly comments?: readonly string[];
  /** What readers show first; without it, the last sample type. */
  readonly defaultSampleType?: string;
}

/** The module that a profile's addresses belong to. */
export interface Mapping {
  readonly file: string;
  readonly buildId: string;
}

/** A stack as the runtime recorded it, and the frames it stands for. */
export interface Stack {
  readonly pcs: ArrayLike<number>;
  readonly frames: readonly Frame[];
  /** What the program says of the goroutine: key, value, …, ordered by key. */
  readonly labels?: readonly string[];
}

/**
 * Counts equal stacks, as Go's printCountProfile does: the most frequent first, then by key.
 * A stack without a frame gets `bottom`, since no reader of profiles accepts an empty one.
 */
export function countProfile(
  name: string,
  stacks: readonly Stack[],
  bottom: Pseudo,
  timeNanos: bigint,
): Profile {
  const type = { type: name, unit: "count" };
  return {
    name,
    sampleTypes: [type],
    periodType: type,
    period: 1,
    samples: countStacks(stacks, bottom),
    timeNanos,
    durationNanos: 0n,
  };
}

function countStacks(stacks: readonly Stack[], bottom: Pseudo): Sample[] {
  const groups = new Map<string, { stack: Stack; count: number }>();
  for (const stack of stacks) {
    const key = labelledKey(stack);
    const group = groups.get(key);
    if (group) group.count++;
    else groups.set(key, { stack, count: 1 });
  }
  return [...groups]
    .sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1))
    .map(([, { stack, count }]) => ({ ...nonEmpty(stack, bottom), values: [count] }));
}

/** Returns the stack as a sample has it: with the frame `bottom`, if it has none. */
export function nonEmpty({ pcs, frames, labels }: Stack, bottom: Pseudo): Pick<Sample, "pcs" | "frames" | "labels"> {
  const labelled = labels?.length ? { labels } : {};
  if (frames.length) return { pcs: Array.from(pcs), frames, ...labelled };
  const frame = pseudoFrame(bottom);
  return { pcs: [frame.pc], frames: [frame], ...labelled };
}

/** Prints a stack's pcs, and its labels on a line of their own if it has any, as Go's keys do. */
export function labelledKey({ pcs, labels }: Pick<Stack, "pcs" | "labels">): string {
  const row = rowKey(Array.from(pcs));
  return labels?.length ? `${row}\n# labels: ${showLabels(labels)}` : row;
}

function showLabels(labels: readonly string[]): string {
  const pairs = labels.flatMap((key, i) => (i % 2 ? [] : [`${quote(key)}:${quote(labels[i + 1]!)}`]));
  return `{${pairs.join(", ")}}`;
}

const ESCAPES: Record<string, string> = {
  "\x07": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", '"': '\\"', "\\": "\\\\",
};

/** Quotes as Go's strconv.Quote does: what is not printable there is escaped. A half of a pair, which Go has not, stays. */
function quote(text: string): string {
  return `"${text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cs} ]|["\\]/gu, (c) => ESCAPES[c] ?? escaped(c.codePointAt(0)!))}"`;
}

function escaped(rune: number): string {
  const [prefix, digits] = rune < 0x80 ? ["\\x", 2] as const : rune < 0x10000 ? ["\\u", 4] as const : ["\\U", 8] as const;
  return prefix + rune.toString(16).padStart(digits, "0");
}

/** Prints a stack's pcs as Go's rows do. */
export function rowKey(pcs: readonly number[]): string {
  return "@" + pcs.map((pc) => ` 0x${pc.toString(16)}`).join("");
}

/** Returns what `later` has more than `earlier`, stack by stack, without what did not change. */
export function deltaProfile(earlier: Profile, later: Profile): Profile {
  const before = new Map(earlier.samples.map((s) => [labelledKey(s), s]));
  const samples: Sample[] = [];
  const add = (s: Sample, values: number[]) => {
    if (values.some((v) => v !== 0)) samples.push({ ...s, values });
  };
  for (const s of later.samples) {
    const key = labelledKey(s);
    const old = before.get(key);
    before.delete(key);
    add(s, s.values.map((v, i) => v - (old?.values[i] ?? 0)));
  }
  for (const s of before.values()) add(s, s.values.map((v) => -v));
  return { ...later, samples, durationNanos: later.timeNanos - earlier.timeNanos };
}

// SPDX-License-Identifier: MIT
/**
 * Reads profile.proto back, and makes the tree that a flame graph shows.
 *
 * @module
 */
import { Profile as Proto } from "pprof-format";

export interface Place {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

export interface DecodedSample {
  /** Innermost first. */
  readonly stack: readonly Place[];
  readonly values: readonly number[];
}

export interface DecodedProfile {
  readonly sampleTypes: readonly { readonly type: string; readonly unit: string }[];
  /** The index of the sample type to show first. */
  readonly shown: number;
  readonly samples: readonly DecodedSample[];
  /** What its maker says of it. */
  readonly comments: readonly string[];
}

/** Decodes the bytes of a profile, which are not gzipped any more. */
export function decodeProfile(bytes: Uint8Array): DecodedProfile {
  const proto = Proto.decode(bytes);
  const text = (i: number | bigint) => proto.stringTable.strings[Number(i)] ?? "";
  const functions = new Map(proto.function.map((f) => [Number(f.id), { function: text(f.name), file: text(f.filename) }]));
  const places = new Map(proto.location.map((l) => [Number(l.id), l.line.map((line): Place =>
    ({ ...functions.get(Number(line.functionId))!, line: Number(line.line) }))]));
  const sampleTypes = proto.sampleType.map((t) => ({ type: text(t.type), unit: text(t.unit) }));
  const first = sampleTypes.findIndex((t) => t.type === text(proto.defaultSampleType));
  return {
    sampleTypes,
    shown: first < 0 ? sampleTypes.length - 1 : first,
    samples: proto.sample.map((s) => ({
      stack: s.locationId.flatMap((id) => places.get(Number(id)) ?? []),
      values: s.value.map(Number),
    })),
    comments: proto.comment.map(text),
  };
}

/** A function under its callers. */
export interface Flame {
  readonly name: string;
  readonly file: string;
  /** With all below it. */
  value: number;
  readonly children: Flame[];
}

/** Adds up the samples' values of one type, outermost function first. Nothing negative is shown. */
export function flameTree({ samples }: DecodedProfile, type: number): Flame {
  const root: Flame = { name: "all", file: "", value: 0, children: [] };
  for (const { stack, values } of samples) {
    const value = values[type]!;
    if (value <= 0) continue;
    root.value += value;
    let node = root;
    for (let i = stack.length - 1; i >= 0; i--) {
      node = child(node, stack[i]!);
      node.value += value;
    }
  }
  return root;
}

function child({ children }: Flame, { function: name, file }: Place): Flame {
  let node = children.find((c) => c.name === name && c.file === file);
  if (!node) children.push((node = { name, file, value: 0, children: [] }));
  return node;
}

// SPDX-License-Identifier: MIT
/**
 * Encodes a profile as profile.proto, not yet gzipped.
 *
 * One Location holds one frame, even where inlining would allow several lines: speedscope reads
 * the last line of a Location only. The Mapping says that functions are there, else
 * `go tool pprof` looks for a binary to symbolize from.
 *
 * @module
 */
import { Function as Func, Label, Location, Profile as Proto, Sample, StringTable } from "pprof-format";
import type { Frame } from "../symbol/pctab.ts";
import type { Mapping, Profile, ValueType } from "./model.ts";

const MAPPING_ID = 1;

/** Collects what samples refer to, each thing once. */
class Tables {
  readonly strings = new StringTable();
  readonly locations: Location[] = [];
  readonly functions: Func[] = [];
  readonly #locationIds = new Map<number, number>();
  readonly #functionIds = new Map<string, number>();

  valueType({ type, unit }: ValueType) {
    return { type: this.strings.dedup(type), unit: this.strings.dedup(unit) };
  }

  /** Returns the id of a frame's location. A pc is one frame, whatever stack it is in. */
  location(frame: Frame): number {
    let id = this.#locationIds.get(frame.pc);
    if (!id) {
      id = this.locations.length + 1;
      this.#locationIds.set(frame.pc, id);
      const line = [{ functionId: this.#func(frame), line: frame.line }];
      this.locations.push(
        new Location({ id, mappingId: MAPPING_ID, address: frame.pc, line }),
      );
    }
    return id;
  }

  #func(frame: Frame): number {
    const key = `${frame.function}\n${frame.file}`;
    let id = this.#functionIds.get(key);
    if (!id) {
      id = this.functions.length + 1;
      this.#functionIds.set(key, id);
      const name = this.strings.dedup(frame.function);
      const filename = this.strings.dedup(frame.file);
      // No systemName: pprof would take it for C++ and strip the <i32> of Chan<i32>#send.
      this.functions.push(new Func({ id, name, filename }));
    }
    return id;
  }
}

/** Encodes `profile`, whose addresses are pcs of `mapping`. */
export function encodePprof(profile: Profile, mapping: Mapping): Uint8Array {
  const tables = new Tables();
  const sampleType = profile.sampleTypes.map((t) => tables.valueType(t));
  const sample = profile.samples.map((s) => new Sample({
    locationId: s.frames.map((f) => tables.location(f)),
    value: [...s.values],
    label: encodeLabels(s, tables),
  }));
  return new Proto({
    sampleType,
    sample,
    mapping: [encodeMapping(mapping, tables)],
    location: tables.locations,
    function: tables.functions,
    stringTable: tables.strings,
    timeNanos: profile.timeNanos,
    durationNanos: profile.durationNanos,
    periodType: tables.valueType(profile.periodType),
    period: profile.period,
    comment: (profile.comments ?? []).map((text) => tables.strings.dedup(text)),
    defaultSampleType: tables.strings.dedup(profile.defaultSampleType ?? ""),
  }).encode();
}

function encodeLabels({ labels = [], numLabels = {} }: Profile["samples"][number], { strings }: Tables): Label[] {
  const texts = labels.flatMap((key, i) =>
    i % 2 ? [] : [new Label({ key: strings.dedup(key), str: strings.dedup(labels[i + 1]!) })]);
  const numbers = Object.entries(numLabels).map(([key, num]) => new Label({ key: strings.dedup(key), num }));
  return [...texts, ...numbers];
}

function encodeMapping(mapping: Mapping, tables: Tables) {
  // The limit covers every pc, because pprof drops a location outside its mapping's range.
  const last = tables.locations.reduce((max, l) => Math.max(max, Number(l.address)), 0);
  return {
    id: MAPPING_ID,
    memoryStart: 0,
    memoryLimit: last + 1,
    filename: tables.strings.dedup(mapping.file),
    buildId: tables.strings.dedup(mapping.buildId),
    hasFunctions: true,
    hasFilenames: true,
    hasLineNumbers: true,
    hasInlineFrames: true,
  };
}

// SPDX-License-Identifier: MIT
/**
 * Reads the source maps that Binaryen writes, and makes a user's of one.
 *
 * @module
 */

import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";

/** What Binaryen makes of a module. */
export interface Emitted {
  readonly binary: Uint8Array;
  readonly sourceMap: string | null;
}

/** What stands at an offset and behind it: a source's number (−1: none), line from 1, column. */
export interface Segment {
  readonly offset: number;
  readonly source: number;
  readonly line: number;
  readonly column: number;
}

interface MapJson { sources: string[]; mappings: string }

/** A file's name as Binaryen must be given it: it puts names into the map's JSON as they are. */
export function escaped(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}

/** A map's segments, by rising offset, and its sources. */
export function segmentsOf({ sourceMap }: Emitted): { sources: readonly string[]; segments: Segment[] } {
  const { sources, mappings } = JSON.parse(sourceMap!) as MapJson;
  const segments = (decode(mappings)[0] ?? []).map(([offset, source = -1, line = 0, column = 0]) =>
    ({ offset, source, line: line + 1, column }));
  return { sources, segments };
}

/** The map with each source once, and nothing at all where a source has no name. */
export function withoutDoubles(emitted: Emitted): string {
  const { sources, segments } = segmentsOf(emitted);
  const names = new Map<string, number>();
  const line: SourceMapSegment[] = [];
  let last = "";
  for (const { offset, source, line: row, column } of segments) {
    const name = source < 0 ? "" : sources[source]!;
    const key = name && `${name}\n${row}\n${column}`;
    if (key == last) continue;
    last = key;
    if (!names.has(name) && name) names.set(name, names.size);
    line.push(name ? [offset, names.get(name)!, row - 1, column] : [offset]);
  }
  const map = JSON.parse(emitted.sourceMap!) as MapJson;
  return JSON.stringify({ ...map, sources: [...names.keys()], mappings: encode([line]) });
}

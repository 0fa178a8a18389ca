// SPDX-License-Identifier: MIT
/**
 * Reads the snapshot of a profile that a WASI command has written: GOPARK_PROFILE=KIND=FILE.
 *
 * Its shape is in assembly/shared/layout.ts, its writer is assembly/wasi/snapshot.ts. The pc table is in it,
 * so nothing else is needed to make a profile of it.
 *
 * @module
 */
import { showBuildId } from "../abi/buildid.ts";
import { CoreError } from "../abi/errors.ts";
import {
  ABI_VERSION, BUILD_ID_WORDS, SNAPSHOT_COMMAND, SNAPSHOT_COUNT, SNAPSHOT_HEADER, SNAPSHOT_KIND, SNAPSHOT_LABELS, SNAPSHOT_MAGIC, SNAPSHOT_PCTAB,
  SNAPSHOT_RATE, SNAPSHOT_RECORD, SNAPSHOT_TIME,
} from "../abi/layout.ts";
import { decodeText, decodeUnits } from "./text.ts";
import { MemoryView } from "./view.ts";

export interface Snapshot {
  readonly kind: string;
  /** The command's file name, as its engine called it. */
  readonly command: string;
  readonly buildId: string;
  readonly timeNanos: bigint;
  /** `count` records lie from 0 on. */
  readonly records: MemoryView;
  readonly count: number;
  /** Of each record: key, value, …; empty if no record has any. */
  readonly labels: readonly string[][];
  /** Of the memory profile: bytes between two samples. */
  readonly rate: number;
  readonly pctab: ArrayBuffer;
}

/** Whether a file begins as a snapshot does. */
export function isSnapshot(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true) === SNAPSHOT_MAGIC;
}

/** Reads a snapshot. Throws CoreError for another file, and for one that is empty or truncated. */
export function readSnapshot(bytes: Uint8Array<ArrayBuffer>, file: string): Snapshot {
  if (!bytes.length) throw new CoreError(`${file} is empty: the program has not ended yet, or the engine has trapped: see gopark core`);
  if (!isSnapshot(bytes)) throw new CoreError(`${file} is not a profile's snapshot`);
  if (bytes.length < SNAPSHOT_HEADER) throw truncated(file, bytes.length);
  const view = new MemoryView({ buffer: bytes.slice().buffer });
  const version = view.u32(4);
  if (version !== ABI_VERSION) throw new CoreError(`${file}: a snapshot of gopark ABI ${version}, this one speaks ${ABI_VERSION}`);
  const [count, record] = [view.u32(SNAPSHOT_COUNT), view.u32(SNAPSHOT_RECORD)];
  const sizes = [view.u32(SNAPSHOT_KIND), view.u32(SNAPSHOT_COMMAND), count * record, view.u32(SNAPSHOT_LABELS), view.u32(SNAPSHOT_PCTAB)];
  if (SNAPSHOT_HEADER + sizes.reduce((sum, n) => sum + n, 0) > bytes.length) throw truncated(file, bytes.length);
  let at = SNAPSHOT_HEADER;
  const [kind, command, records, labels, pctab] = sizes.map((size) => view.bytes((at += size) - size, size));
  return {
    kind: decodeText(kind!),
    command: decodeText(command!),
    buildId: showBuildId(Array.from({ length: BUILD_ID_WORDS }, (_, i) => view.u32(8 + 4 * i))),
    timeNanos: BigInt(Math.round(view.f64(SNAPSHOT_TIME))),
    records: new MemoryView({ buffer: records!.buffer }),
    count,
    labels: labels!.length ? readLabelSets(new MemoryView({ buffer: labels!.buffer }), count) : [],
    rate: view.i32(SNAPSHOT_RATE),
    pctab: pctab!.buffer,
  };
}

/** Reads `n` sets of labels, one behind the other. */
function readLabelSets(view: MemoryView, n: number): string[][] {
  let at = 0;
  const word = () => view.u32((at += 4) - 4);
  const text = () => {
    const size = word();
    return decodeUnits(view.bytes((at += size) - size, size));
  };
  return Array.from({ length: n }, () => Array.from({ length: word() }, text));
}

function truncated(file: string, size: number): CoreError {
  return new CoreError(`${file}: a truncated snapshot: ${size} bytes`);
}

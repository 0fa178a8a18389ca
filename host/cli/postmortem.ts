// SPDX-License-Identifier: MIT
/**
 * Makes profiles of programs that are over: from a snapshot, from a core dump.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { PROFILE_DEPTH } from "../abi/layout.ts";
import { node } from "../adapter/node.ts";
import { readBlockProfileRecords, readMemProfileRecords, readStackRecords } from "../memory/record.ts";
import { readSnapshot, type Snapshot } from "../memory/snapshot.ts";
import type { Mapping, Profile, Stack } from "../profile/model.ts";
import { encodePprof } from "../profile/pprof.ts";
import { makeProfile } from "../profile/taken.ts";
import { PcTab } from "../symbol/pctab.ts";
import { save } from "./build.ts";
import { BAD_INPUT, checkOut, CliError } from "./usage.ts";

/** Reads a file of the command line. */
export async function readInput(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${(error as Error).message.split(",")[0]}`, BAD_INPUT);
  }
}

/** Runs `f`; a file that is not what it should be is the user's to mend. */
export async function withFiles<T>(f: () => Promise<T>): Promise<T> {
  try {
    return await f();
  } catch (error) {
    const name = (error as Error).name;
    if (name === "CoreError" || name === "AbiError" || name === "ModuleError") throw new CliError((error as Error).message, BAD_INPUT);
    throw error;
  }
}

/** Writes a profile, gzipped. */
export async function saveProfile(profile: Profile, mapping: Mapping, out: string): Promise<void> {
  await save(out, await node.gzip(encodePprof(profile, mapping)));
  process.stderr.write(`gopark: wrote ${out}\n`);
}

/** Turns a snapshot into a profile. Throws CliError when it is of another kind than asked for. */
export async function profileSnapshot(file: string, kind: string, out: string): Promise<void> {
  checkOut(out, [file]);
  const snapshot = readSnapshot(await readInput(file), file);
  if (snapshot.kind !== kind && !(isMemory(snapshot.kind) && isMemory(kind))) throw new CliError(`${file} is a snapshot of the profile "${snapshot.kind}", not of "${kind}"`);
  await saveProfile(toProfile(snapshot, kind), { file: snapshot.command || file, buildId: snapshot.buildId }, out);
}

/** heap and allocs are the same records, shown another way: a snapshot of one is one of the other. */
function isMemory(kind: string): boolean {
  return kind === "heap" || kind === "allocs";
}

function toProfile(snapshot: Snapshot, kind: string): Profile {
  const { records, count, labels, timeNanos, rate } = snapshot;
  const pctab = new PcTab(snapshot.pctab);
  switch (kind) {
    case "heap": case "allocs":
      return makeProfile(kind, withFrames(readMemProfileRecords(records, 0, count), pctab), timeNanos, rate);
    case "block": case "mutex":
      return makeProfile(kind, withFrames(readBlockProfileRecords(records, 0, count), pctab), timeNanos);
    default: { // goroutines, threads, and what is in profiles of the program's own
      const stacks = readStackRecords(records, 0, count, PROFILE_DEPTH).map((stack, i) => ({ stack, labels: labels[i] ?? [] }));
      return makeProfile(kind, withFrames(stacks, pctab), timeNanos);
    }
  }
}

/** Gives records their frames. */
export function withFrames<R extends { readonly stack: ArrayLike<number> }>(records: readonly R[], pctab: PcTab): (R & Stack)[] {
  return records.map((r) => ({ ...r, pcs: r.stack, frames: pctab.frames(r.stack) }));
}

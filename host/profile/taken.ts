// SPDX-License-Identifier: MIT
/**
 * Makes profiles and texts of what was read of a program at one moment.
 *
 * @module
 */
import { blockProfile, type BlockRecord } from "./block.ts";
import { customProfile } from "./custom.ts";
import { goroutineProfile } from "./goroutine.ts";
import { allocsProfile, heapProfile, type MemRecord } from "./heap.ts";
import type { Profile, Stack } from "./model.ts";
import { encodeBlockText, encodeHeapText, encodeText, type HeapStats } from "./text.ts";
import { threadCreateProfile } from "./threadcreate.ts";

/** What a profile is made of: records of its kind as app.runtime returns them, and what else was true then. */
export interface Taken {
  readonly kind: string;
  readonly records: readonly object[];
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Bytes between two samples of the memory profile. */
  readonly rate: number;
  /** Of so many unlocks the mutex profile counts one. */
  readonly fraction: number;
  /** For the text of heap and allocs only. */
  readonly stats?: HeapStats | undefined;
}

/** Makes the profile. */
export function profileOf(taken: Taken): Profile {
  return makeProfile(taken.kind, stacksOf(taken), BigInt(Math.round(taken.time * 1e3)) * 1000n, taken.rate);
}

/** Makes a profile of the stacks that its kind counts; heap and allocs need the rate. */
export function makeProfile(kind: string, stacks: readonly Stack[], timeNanos: bigint, rate = 0): Profile {
  switch (kind) {
    case "goroutine": case "goroutineleak": return goroutineProfile(stacks, timeNanos, kind);
    case "threadcreate": return threadCreateProfile(stacks, timeNanos);
    case "heap": return heapProfile(stacks as MemRecord[], rate, timeNanos);
    case "allocs": return allocsProfile(stacks as MemRecord[], rate, timeNanos);
    case "block": case "mutex": return blockProfile(kind, stacks as BlockRecord[], timeNanos);
    default: return customProfile(kind, stacks, timeNanos);
  }
}

/** Prints Go's debug=1 text. `maxRSS`: what the process has taken at most, if that is known; heap and allocs tell it. */
export function textOf(taken: Taken, maxRSS?: number): string {
  const { kind, rate, fraction, stats } = taken;
  switch (kind) {
    case "heap": case "allocs": return encodeHeapText(stacksOf(taken) as MemRecord[], rate, { ...stats!, maxRSS });
    case "block": return encodeBlockText(stacksOf(taken) as BlockRecord[]);
    case "mutex": return encodeBlockText(stacksOf(taken) as BlockRecord[], fraction);
    default: return encodeText(profileOf(taken));
  }
}

function stacksOf({ records }: Taken): Stack[] {
  return (records as readonly { readonly stack: Uint32Array; readonly frames: Stack["frames"] }[])
    .map(({ stack, ...rest }) => ({ pcs: stack, ...rest }));
}

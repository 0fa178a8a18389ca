// SPDX-License-Identifier: MIT
/**
 * Names what the endpoint asks of a program.
 *
 * @module
 */
import type { HeapClass, MemStats } from "../memory/record.ts";
import type { GoroutineGroup } from "../profile/groups.ts";

/** A class of the program's, with what of it lives. */
export type NamedHeapClass = HeapClass & { readonly name: string };

/** What a profile may be asked for with. */
export interface Wishes {
  readonly seconds?: number;
  readonly gc?: boolean;
  readonly signal?: AbortSignal;
}

/** What is known at once of a program of this thread, and soon of another thread's. */
type Soon<T> = T | Promise<T>;

/** The program behind an endpoint. Each method but cmdline and kinds throws once it has ended. */
export interface Served {
  /** The module's name, and the arguments that it was started with. */
  cmdline(): readonly string[];
  /** The names of the profiles that there are. */
  kinds(): Soon<readonly string[]>;
  /** Makes a profile, gzipped; with seconds, the difference that they bring. */
  profile(kind: string, wishes?: Wishes): Promise<Uint8Array<ArrayBuffer>>;
  /** Traces for some seconds; returns Chrome trace events as JSON. */
  trace(seconds: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  text(kind: string, debug?: 1 | 2): Promise<string>;
  /** Returns the name of the function that a pc is in, or null. */
  funcForPC(pc: number): Soon<string | null>;
  numGoroutine(): Soon<number>;
  /** How often the scheduler has chosen a goroutine, modulo 2³². */
  schedtick(): Soon<number>;
  readMemStats(): Soon<MemStats>;
  /** Collects, then tells what lives by class. */
  heapHistogram(): Soon<readonly NamedHeapClass[]>;
  /** Returns the goroutines grouped by stack, labels and go statement. Stops a program of another thread's, no other. */
  goroutineGroups(): Soon<readonly GoroutineGroup[]>;
}

/** A request, as far as it counts here: all of it can be sent to a worker but the signal. */
export type Asked = Pick<Request, "url" | "method"> & { readonly signal?: AbortSignal };

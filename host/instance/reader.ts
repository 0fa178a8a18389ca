// SPDX-License-Identifier: MIT
/**
 * Asks the guest for its stacks and records, and copies the answers out.
 *
 * @module
 */
import type { GuestExports } from "../abi/exports.ts";
import { HEAP_CLASS_SIZE, MPROF, MPROF_BBUCKETS, MPROF_MUTEXRATE, MPROF_XBUCKETS, PROFILE_DEPTH, SAMPLER, SAMPLER_RATE, STACK_RECORD_DEPTH, STACK_RECORD_SIZE } from "../abi/layout.ts";
import { isLeaked, listGs, readLabels } from "../memory/goroutines.ts";
import {
  type HeapClass, MEM_RECORD_SIZE, type MemStats, type RawBlockProfileRecord, type RawMemProfileRecord, type RawNamedProfile, readBlockBuckets, readHeapClasses, readMemProfileRecords,
  readNamedProfiles,
  readMemStats, readStackRecords,
} from "../memory/record.ts";
import type { MemoryView } from "../memory/view.ts";
import type { Door } from "./door.ts";
import type { Outputs } from "./output.ts";

/** A kind of records: how the guest writes them, and how they are read. */
interface RecordKind<R> {
  readonly size: number;
  /** Writes `n` records to `ptr` if there are at most as many; returns their number. */
  write(guest: GuestExports, ptr: number, n: number): number;
  read(view: MemoryView, ptr: number, n: number): R[];
}

const GOROUTINES: RecordKind<Uint32Array> = {
  size: STACK_RECORD_SIZE,
  write: (guest, ptr, n) => guest.gopark_goroutineProfile(ptr, n),
  read: readStackRecords,
};

function isCut(stack: Uint32Array): boolean {
  return stack.length === STACK_RECORD_DEPTH;
}

/** Takes memory of the guest's. Throws RangeError when there is none; the program goes on. */
export function alloc(door: Door, size: number): number {
  const buf = door.enter((guest) => guest.gopark_alloc(size)) >>> 0;
  if (!buf) throw new RangeError(`no memory left for an answer of ${size} bytes`);
  return buf;
}

/** The readers over a live instance. */
export class Reader {
  readonly #door: Door;
  readonly #view: MemoryView;
  readonly #outputs: Outputs;

  constructor(door: Door, view: MemoryView, outputs: Outputs) {
    this.#door = door;
    this.#view = view;
    this.#outputs = outputs;
  }

  /** For what is loaded when it is needed. */
  get door(): Door {
    return this.#door;
  }

  numGoroutine(): number {
    return this.#door.enter((guest) => guest.gopark_numGoroutine());
  }

  /** Returns the text of stacks: what the guest prints, so that no memory of its has to hold all of it. */
  stack(all: boolean): string {
    return this.#door.enter((guest) => this.#outputs.capture(() => guest.gopark_stack(all ? 1 : 0)));
  }

  /** Returns each goroutine's pcs. Few have more than a StackRecord: these are asked for once more, with room for all. */
  goroutineProfile(): Uint32Array[] {
    const stacks = this.#records(GOROUTINES);
    const deep = stacks.some(isCut) ? listGs(this.#view) : [];
    return stacks.map((stack, i) => (isCut(stack) ? this.#deep(deep[i]!) : stack));
  }

  #deep(gp: number): Uint32Array {
    return this.#buffered(4 * PROFILE_DEPTH, (guest, buf) => {
      guest.gopark_gstack(gp, buf);
      return readStackRecords(this.#view, buf, 1, PROFILE_DEPTH)[0]!;
    });
  }

  /** Collects to find leaks, and tells which goroutines of goroutineProfile are leaked. */
  goroutineLeaks(): boolean[] {
    this.#door.enter((guest) => guest.gopark_goroutineLeak());
    return listGs(this.#view).map((gp) => isLeaked(this.#view, gp));
  }

  /** Returns the labels of each goroutine of goroutineProfile: key, value, …. */
  goroutineLabels(): string[][] {
    return listGs(this.#view).map((gp) => readLabels(this.#view, gp));
  }

  memProfile(inuseZero: boolean): RawMemProfileRecord[] {
    return this.#records({
      size: MEM_RECORD_SIZE,
      write: (guest, ptr, n) => guest.gopark_memProfile(ptr, n, inuseZero ? 1 : 0),
      read: readMemProfileRecords,
    });
  }

  /** Returns what has been counted of waits, by stack. Nothing is asked of the guest: programs without it have no code for it. */
  blockProfile(): RawBlockProfileRecord[] {
    return readBlockBuckets(this.#view, MPROF + MPROF_BBUCKETS);
  }

  mutexProfile(): RawBlockProfileRecord[] {
    return readBlockBuckets(this.#view, MPROF + MPROF_XBUCKETS);
  }

  /** Lists the program's own profiles. */
  namedProfiles(): RawNamedProfile[] {
    return readNamedProfiles(this.#view);
  }

  /** Returns in how many unlocks one is counted. */
  mutexFraction(): number {
    return this.#view.i32(MPROF + MPROF_MUTEXRATE);
  }

  /** Returns how many bytes there are between two samples of the memory profile. */
  memProfileRate(): number {
    return this.#view.i32(SAMPLER + SAMPLER_RATE);
  }

  /** Collects. Does nothing in a program that is dying. */
  gc(): void {
    this.#door.enter((guest) => guest.gopark_gc(1));
  }

  readMemStats(): MemStats {
    return this.#door.enter((guest) => readMemStats(this.#view, guest.gopark_readMemStats() >>> 0));
  }

  /** Collects, then counts what lives by class. */
  heapHistogram(): HeapClass[] {
    const n = this.#door.enter((guest) => guest.gopark_heapHistogram(0, 0));
    return this.#buffered(n * HEAP_CLASS_SIZE, (guest, buf) => {
      guest.gopark_heapHistogram(buf, n);
      return readHeapClasses(this.#view, buf, n);
    });
  }

  /** Reads in two steps, as Go's callers do: how many there are, then all of them. */
  #records<R>({ size, write, read }: RecordKind<R>): R[] {
    const n = this.#door.enter((guest) => write(guest, 0, 0));
    if (!n) return [];
    return this.#buffered(n * size, (guest, buf) => {
      write(guest, buf, n);
      return read(this.#view, buf, n);
    });
  }

  #buffered<T>(size: number, f: (guest: GuestExports, buf: number) => T): T {
    const buf = alloc(this.#door, size);
    return this.#door.enter((guest) => {
      const result = f(guest, buf);
      guest.gopark_free(buf);
      return result;
    });
  }
}

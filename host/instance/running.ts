// SPDX-License-Identifier: MIT
/**
 * Takes the samples of the CPU profile from another thread, with no help from the program.
 *
 * The trace and its pointer are in the memory that both share, so what runs can be read at any moment.
 * It changes meanwhile: a reading that does not end at the top of the trace, or has pcs that the build has
 * not, is thrown away and taken again.
 *
 * @module
 */
import { AbiError } from "../abi/errors.ts";
import { type Goroutine, readLabels, readRunning } from "../memory/goroutines.ts";
import type { MemoryView } from "../memory/view.ts";
import { CPU_PERIOD, FRAMELESS } from "../profile/cpu.ts";
import { stackOf } from "../profile/dump.ts";
import type { PcTab } from "../symbol/pctab.ts";
import type { Platform } from "./platform.ts";
import { CpuSampler } from "./sampler.ts";
import type { World } from "./world.ts";

const TRIES = 20;
const ELSEWHERE = `sampled from another thread, at any place; ${FRAMELESS}`;

/** What runs, read while it runs. */
export interface Seen {
  readonly goroutine: Goroutine | null;
  readonly pcs: readonly number[];
  readonly labels: readonly string[];
}

/** Reads what runs. Returns null when it has changed under each of some readings. */
export function watchRunning(view: MemoryView, pctab: PcTab): Seen | null {
  for (let i = 0; i < TRIES; i++) {
    try {
      const { running, runtime } = readRunning(view);
      const pcs = running ? stackOf(running, pctab) : runtime;
      const labels = running ? readLabels(view, running.address) : [];
      if (pcs.every((pc) => pctab.has(pc))) return { goroutine: running, pcs, labels };
    } catch (error) {
      if (!(error instanceof AbiError)) throw error;
    }
  }
  return null;
}

export interface RunningParts {
  readonly platform: Platform;
  readonly view: MemoryView;
  readonly pctab: PcTab;
  readonly file: string;
  readonly section: ArrayBuffer;
  readonly world: World;
}

/** Samples until it is stopped, which keeps no event loop running. Time in which the program is idle, or stands still for a reader, is not counted. */
export class Running {
  readonly #parts: RunningParts;
  readonly #sampler: CpuSampler;
  #worked = false;
  #cancel: () => void;

  constructor(parts: RunningParts) {
    const { view, pctab } = parts;
    this.#parts = parts;
    this.#sampler = new CpuSampler({
      ...parts, program: { ended: null }, sampling: { sampler: null, schedtrace: null }, elsewhere: { note: ELSEWHERE, read: () => watchRunning(view, pctab) },
    });
    this.#cancel = this.#again();
  }

  stop(): Promise<Uint8Array<ArrayBuffer>> {
    this.#cancel();
    return this.#sampler.stop();
  }

  #again(): () => void {
    return this.#parts.platform.meanwhile(CPU_PERIOD / 1e6, () => {
      this.#look();
      this.#cancel = this.#again();
    });
  }

  #look(): void {
    const { platform, world } = this.#parts;
    const now = platform.now() * 1e6;
    const works = world.running;
    if (!works) this.#sampler.end();
    else if (this.#worked) this.#sampler.tick(now);
    else this.#sampler.begin(now);
    this.#worked = works;
  }
}

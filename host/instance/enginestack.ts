// SPDX-License-Identifier: MIT
/**
 * Completes the guest's trace from an engine's own stack, when the engine has trapped.
 *
 * Functions that make no traced call have no frame on the trace, and those from which nothing
 * reads it never have one (host/transform/quiet.ts). The engine names frames by the function's index,
 * `wasm-function[12]`, and a section of the module says which function that is. The engine's
 * frames, innermost first, are missing up to the function that the trace ends with.
 *
 * @module
 */
import { FRAME_PC_SHIFT, M0, M_TSP, TRACE_TOP } from "../abi/layout.ts";
import type { PcTab } from "../symbol/pctab.ts";

/** More frames than any engine's stack has room for, fewer than the trace has. */
export const ENGINE_FRAMES = 40_000;

/** Reads an engine's frames with a module's tables. */
export class EngineStack {
  readonly #functab: Uint32Array;
  readonly #pctab: PcTab;

  constructor(functab: ArrayBuffer, pctab: PcTab) {
    this.#functab = new Uint32Array(functab);
    this.#pctab = pctab;
  }

  /** Pushes the frames that the trace lacks. */
  complete(memory: WebAssembly.Memory, thrown: unknown): void {
    const view = new DataView(memory.buffer);
    let tsp = view.getUint32(M0 + M_TSP, true);
    const last = tsp < TRACE_TOP ? this.#function(view.getUint32(tsp, true) >>> FRAME_PC_SHIFT) : null;
    for (const pc of this.#missing(thrown, last).reverse()) {
      tsp -= 4;
      view.setUint32(tsp, pc << FRAME_PC_SHIFT, true);
    }
    view.setUint32(M0 + M_TSP, tsp, true);
  }

  /** The pcs of the engine's frames, innermost first, as far as the function that is traced. */
  #missing(thrown: unknown, traced: string | null): number[] {
    const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
    const pcs: number[] = [];
    for (const [, index] of stack.matchAll(/wasm-function\[(\d+)\]/g)) {
      const pc = this.#functab[Number(index)];
      if (!pc) continue;
      if (this.#pctab.frame(pc).function === traced) break;
      pcs.push(pc);
    }
    return pcs;
  }

  /** The function whose frame a pc is on: the outermost of those inlined into it. */
  #function(pc: number): string | null {
    return pc ? this.#pctab.frames([pc]).at(-1)!.function : null;
  }
}

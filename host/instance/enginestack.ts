// SPDX-License-Identifier: MIT
/**
 * Completes the guest's trace from an engine's own stack, when the engine has trapped.
 *
 * The trace knows the calls of functions that keep one. It does not know where in its function the
 * trap was, what had been inlined there, or functions without a trace (host/transform/quiet.ts). The
 * engine names each frame by the function's index and the offset of the instruction,
 * `wasm-function[12]:0x1a2`, and a section of the module has the pc of that. An engine that names no
 * offset, as Bun's, gets the pc that stands for the function, unless the program helps (trapstack.ts).
 *
 * @module
 */
import { FRAME_PC_SHIFT, FRAME_ROOTS_MASK, M0, M_TSP, TRACE_TOP } from "../abi/layout.ts";
import type { FuncTab } from "../symbol/functab.ts";
import type { PcTab } from "../symbol/pctab.ts";

/** More frames than any engine's stack has room for, fewer than the trace has. */
export const ENGINE_FRAMES = 40_000;

/** A module, where the engine names it, then the function, then where in it. */
const FRAME = /(?:([^\s(@]+):)?wasm-function\[(\d+)\](?::0x([0-9a-f]+))?/;

/** A frame of the engine's stack: of the module that trapped, or of something else. */
export interface EngineFrame {
  readonly index: number;
  readonly offset: number | undefined;
}

/** Reads an engine's frames with a module's tables. */
export class EngineStack {
  protected readonly functab: FuncTab;
  readonly #pctab: PcTab;
  protected readonly stackOf: (error: Error) => string | undefined;

  constructor(functab: FuncTab, pctab: PcTab, stackOf = (error: Error) => error.stack) {
    this.functab = functab;
    this.#pctab = pctab;
    this.stackOf = stackOf;
  }

  /** Replaces the trace by what the engine knows better. */
  complete(memory: WebAssembly.Memory, thrown: unknown): void {
    const view = new DataView(memory.buffer);
    const stack = thrown instanceof Error && this.stackOf(thrown);
    writeTrace(view, this.merge(framesOf(stack || ""), readTrace(view)));
  }

  /**
   * The pcs of the engine's frames, innermost first. The trace, which they contain, says where the
   * program's frames end: what comes behind is another program's, below a host function. Without
   * anything on the trace, that is behind the first frame that is not wasm.
   */
  merge(frames: readonly (EngineFrame | null)[], trace: readonly number[]): number[] {
    const pcs: number[] = [];
    let known = 0; // how many of the trace's
    for (const frame of frames) {
      if (!frame) {
        if (known === trace.length) break;
        continue;
      }
      const next = known < trace.length ? trace[known]! : 0;
      const pc = this.#pc(frame, next);
      if (!pc) continue;
      pcs.push(pc);
      if (next && this.physical(pc) === this.physical(next)) known++;
    }
    return [...pcs, ...trace.slice(known)];
  }

  /** Without an offset, the trace knows better where its functions are. */
  #pc({ index, offset }: EngineFrame, next: number): number {
    const pc = this.functab.pc(index, offset);
    if (offset !== undefined || !pc || !next) return pc;
    return this.physical(pc) === this.physical(next) ? next : pc;
  }

  /** The function whose frame a pc is on: the outermost of those inlined into it. */
  protected physical(pc: number): string {
    return this.#pctab.frames([pc]).at(-1)!.function;
  }
}

/** The frames that an error's stack names, from the first of wasm on. */
function framesOf(stack: string): (EngineFrame | null)[] {
  const lines = stack.split("\n").map((line) => FRAME.exec(line));
  const first = lines.findIndex((match) => match);
  if (first < 0) return [];
  const module = lines[first]![1];
  return lines.slice(first).map((match) => {
    if (!match || match[1] !== module) return null;
    const [, , index, offset] = match;
    return { index: Number(index), offset: offset === undefined ? undefined : parseInt(offset, 16) };
  });
}

/** The trace's pcs, innermost first. */
function readTrace(view: DataView): number[] {
  const pcs: number[] = [];
  for (let at = view.getUint32(M0 + M_TSP, true); at < TRACE_TOP; ) {
    const word = view.getUint32(at, true);
    const pc = word >>> FRAME_PC_SHIFT;
    if (pc) pcs.push(pc);
    at += 4 + 4 * (word & FRAME_ROOTS_MASK);
  }
  return pcs;
}

function writeTrace(view: DataView, pcs: readonly number[]): void {
  const tsp = TRACE_TOP - 4 * pcs.length;
  pcs.forEach((pc, i) => view.setUint32(tsp + 4 * i, pc << FRAME_PC_SHIFT, true));
  view.setUint32(M0 + M_TSP, tsp, true);
}

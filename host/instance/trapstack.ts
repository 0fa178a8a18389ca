// SPDX-License-Identifier: MIT
/**
 * Completes the trace with the place of the trap, where the engine names no offsets and the program has said
 * where it might trap (host/transform/trappc.ts). Loaded with a module that was built so.
 *
 * The place is believed if it is on the innermost frame of the engine's stack: what has trapped in another
 * function, such as the runtime's own, has not said so. Everything outside of it is on the trace, as no function
 * of such a module is without one.
 *
 * @module
 */
import { M0, M_TRAPPC } from "../abi/layout.ts";
import { type EngineFrame, EngineStack } from "./enginestack.ts";

/** A frame of JavaScript or wasm, as V8 and JavaScriptCore write them. */
const FRAME = /^ +at |@/;

/** Reads an engine's frames of a module that was built with --traps. */
export class TrapStack extends EngineStack {
  #trappc = 0;

  override complete(memory: WebAssembly.Memory, thrown: unknown): void {
    this.#trappc = this.#isTrap(thrown) ? new DataView(memory.buffer).getUint32(M0 + M_TRAPPC, true) : 0;
    super.complete(memory, thrown);
  }

  /** `trappc` is the pc of the last instruction that may trap. */
  override merge(frames: readonly (EngineFrame | null)[], trace: readonly number[], trappc = this.#trappc): number[] {
    return super.merge(frames, this.#withTrap(frames, trace, trappc));
  }

  /** Whether an instruction has trapped: a stack that is used up is none, nor is what a host function throws. */
  #isTrap(thrown: unknown): boolean {
    if (!(thrown instanceof WebAssembly.RuntimeError)) return false;
    const innermost = this.stackOf(thrown)?.split("\n").find((line) => FRAME.test(line));
    return innermost !== undefined && innermost.includes("wasm-function[");
  }

  /**
   * The trace with the trap's pc on top. The frame that it is on need not have been on the trace, when it makes no
   * call: of a function that calls itself there is one less, then.
   */
  #withTrap(frames: readonly (EngineFrame | null)[], trace: readonly number[], trappc: number): readonly number[] {
    const starts = frames.map((frame) => (frame ? this.functab.pc(frame.index) : 0));
    if (!trappc || frames[0]?.offset !== undefined || !starts[0]) return trace;
    const own = (pc: number) => pc !== 0 && this.physical(pc) === this.physical(trappc);
    if (!own(starts[0])) return trace;
    const traced = own(trace[0] ?? 0) && starts.filter(own).length <= trace.filter(own).length;
    return [trappc, ...trace.slice(traced ? 1 : 0)];
  }
}

// SPDX-License-Identifier: MIT
/**
 * Puts functions that leave no trace onto it, when one of them has used up the engine's stack.
 *
 * Such functions (host/transform/quiet.ts) are exported under names that carry a pc. An
 * exported function's `name` is its index in the module, and the engine's error names
 * frames by index: `wasm-function[12]`.
 *
 * @module
 */
import { M0, M_TSP, QUIET_EXPORT } from "../abi/layout.ts";

/** More frames than any engine's stack has room for, fewer than the trace has. */
export const OVERFLOW_FRAMES = 40_000;

/** Pushes the pcs of the quiet functions among an error's frames onto the guest's trace. */
export function traceOverflow(exports: object, memory: WebAssembly.Memory, thrown: unknown): void {
  const pcs = quietFrames(exports, thrown instanceof Error ? (thrown.stack ?? "") : "");
  const view = new DataView(memory.buffer);
  let tsp = view.getUint32(M0 + M_TSP, true);
  for (const pc of pcs.reverse()) {
    tsp -= 4;
    view.setUint32(tsp, pc, true);
  }
  view.setUint32(M0 + M_TSP, tsp, true);
}

/** The pcs of the quiet functions in a stack's text, innermost first. */
function quietFrames(exports: object, stack: string): number[] {
  const byIndex = new Map<string, number>();
  for (const [name, value] of Object.entries(exports)) {
    if (name.startsWith(QUIET_EXPORT)) byIndex.set((value as { name: string }).name, Number(name.slice(QUIET_EXPORT.length)));
  }
  const frames = [...stack.matchAll(/wasm-function\[(\d+)\]/g)].map(match => byIndex.get(match[1]!));
  return frames.filter(pc => pc !== undefined);
}

// SPDX-License-Identifier: MIT
/**
 * Prints goroutines as a dying program does: Go's text, as profile/traceback.ts has it in the guest.
 *
 * @module
 */
import type { Goroutine, Goroutines } from "../memory/goroutines.ts";
import type { Frame, PcTab } from "../symbol/pctab.ts";

/** Go prints this many of the innermost, and of the outermost, frames of a deep stack. */
const KEPT = 50;

/** Returns a goroutine's stack: its frames, or where it will start. */
export function stackOf(g: Goroutine, pctab: PcTab): number[] {
  if (g.pcs.length || !g.start) return [...g.pcs];
  const pc = pctab.start(g.start.kind, g.start.index);
  return pc ? [pc] : [];
}

/** Prints all goroutines, a blank line between two. */
export function printGoroutines({ list, runtime }: Goroutines, pctab: PcTab): string {
  const blocks = list.map((g) => printGoroutine(g, pctab));
  if (runtime.length) blocks.unshift(`runtime stack:\n${printFrames(pctab.frames(runtime))}`);
  return blocks.join("\n");
}

/** Prints one goroutine. */
export function printGoroutine(g: Goroutine, pctab: PcTab): string {
  const created = g.gopc ? printCreated(pctab.frame(g.gopc), g.parentgoid) : "";
  return `goroutine ${g.goid} [${g.state}]:\n${printFrames(pctab.frames(stackOf(g, pctab)))}${created}`;
}

function printFrames(frames: readonly Frame[]): string {
  const lines = frames.map((f) => `${f.function}(...)\n\t${f.file}:${f.line}\n`);
  const elided = lines.length - 2 * KEPT;
  if (elided > 0) lines.splice(KEPT, elided, `...${elided} frames elided...\n`);
  return lines.join("");
}

function printCreated({ function: name, file, line }: Frame, goid: number): string {
  return `created by ${name} in goroutine ${goid}\n\t${file}:${line}\n`;
}

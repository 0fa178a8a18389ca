// SPDX-License-Identifier: MIT
/**
 * Names what stands in profiles where no code of the program's does: who called, or was at work.
 *
 * @module
 */
import type { Frame, PcTab } from "./pctab.ts";

/** In this order for ever: profiles of two runs can be compared. */
const PSEUDO = ["runtime.mstart", "runtime.schedule", "runtime.host", "runtime.goexit", "runtime/pprof.lostProfileEvent"] as const;
export type Pseudo = (typeof PSEUDO)[number];

/** Behind every table's last pc. Readers drop a pc of zero, or take it for the end of the stack. */
const FIRST = 0x7fff_ff00;

const FRAMES = PSEUDO.map((name, i): Frame => Object.freeze({ pc: FIRST + i, function: name, file: "", line: 0, entry: FIRST + i }));

/** Returns the function's frame. */
export function pseudoFrame(name: Pseudo): Frame {
  return FRAMES[PSEUDO.indexOf(name)]!;
}

/** Returns the name of the function that has this pc, null if it is none of these. */
export function pseudoFunction(pc: number): string | null {
  return PSEUDO[pc - FIRST] ?? null;
}

/** Returns the name of the function that a pc is in, these included, or null. */
export function funcForPC(pctab: PcTab, pc: number): string | null {
  return pctab.has(pc) ? pctab.frame(pc).function : pseudoFunction(pc);
}

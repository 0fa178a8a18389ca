// SPDX-License-Identifier: MIT
/**
 * asc's options: those that are read here, and those that a module must be built with to be loaded. What
 * refuses a module that lacks an export could only say that it does.
 *
 * @module
 */

import type { Program } from "assemblyscript";

/** The parts that are read or set. */
export interface AscOptions {
  memoryBase: number;
  stackSize: number;
  sourceMap: boolean;
  optimizeLevelHint: number;
  shrinkLevelHint: number;
  debugInfo: boolean;
  sharedMemory: boolean;
  exportMemory: boolean;
  globalAliases: Map<string, string> | null;
  exportStart: string | null;
}

const RUNTIMES = "~lib/rt/index-gopark";
/** The export that runs the module level. */
export const INITIALIZE = "_initialize";

/** The program's options. */
export function optionsOf(program: Program): AscOptions {
  return program.options as unknown as AscOptions;
}

/** Whether the program is built as a WASI command: by --runtime gopark-wasi. */
export function isCommand({ sources }: Program): boolean {
  return sources.some(({ internalPath }) => internalPath == `${RUNTIMES}-wasi`);
}

/** Throws when the module could not be loaded. */
export function checkOptions(program: Program): void {
  const { exportMemory, exportStart } = optionsOf(program);
  if (!program.sources.some(({ internalPath }) => internalPath.startsWith(RUNTIMES))) {
    throw new Error("gopark: --runtime must be gopark, or gopark-wasi for a WASI command");
  }
  if (!exportMemory) throw new Error("gopark: --noExportMemory: whoever runs the module reads its memory");
  if (!isCommand(program) && exportStart != INITIALIZE) {
    throw new Error(`gopark: --exportStart must be ${INITIALIZE}: the host calls it when the module is loaded`);
  }
}

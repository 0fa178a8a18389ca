// SPDX-License-Identifier: MIT
/**
 * Recognizes what an engine throws when wasm traps, by the words of V8, SpiderMonkey and JSC.
 *
 * @module
 */
import {
  TRAP_DIVIDE, TRAP_HOST, TRAP_MEMORY, TRAP_OTHER, TRAP_OVERFLOW, TRAP_STACK, TRAP_TABLE,
  TRAP_UNREACHABLE,
} from "../abi/layout.ts";

// The first that fits. "index out of bounds" alone is SpiderMonkey's word for memory.
const PATTERNS: readonly (readonly [RegExp, number])[] = [
  [/call stack size|too much recursion|stack overflow/i, TRAP_STACK],
  [/unreachable/i, TRAP_UNREACHABLE],
  [/\btable\b|call_indirect|indirect call|signature|null function/i, TRAP_TABLE],
  [/di(vide|vision) by zero|remainder by zero/i, TRAP_DIVIDE],
  [/unrepresentable|integer overflow|conversion to integer|trunc/i, TRAP_OVERFLOW],
  [/out of bounds/i, TRAP_MEMORY],
];

/** Returns the TRAP_ code of something that came out of a call into wasm. */
export function trapCode(thrown: unknown): number {
  if (!isEngineError(thrown)) return TRAP_HOST;
  const found = PATTERNS.find(([pattern]) => pattern.test((thrown as Error).message));
  if (found) return found[1];
  return thrown instanceof WebAssembly.RuntimeError ? TRAP_OTHER : TRAP_HOST;
}

/** Traps are RuntimeErrors; a used-up stack is a RangeError or SpiderMonkey's InternalError. */
function isEngineError(thrown: unknown): boolean {
  if (thrown instanceof WebAssembly.RuntimeError) return true;
  return thrown instanceof Error && PATTERNS[0]![0].test(thrown.message);
}

/** Returns the text of anything that was thrown or rejected with. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  } catch {
    return "an error that has no text";
  }
}

// SPDX-License-Identifier: MIT
/**
 * Computes which functions may park: exactly those that asyncify must rewrite.
 *
 * A function parks if it begins to unwind itself (bottom-most), or calls one that may park:
 * directly, or through the table, where every function of the call's signature is a possible
 * callee. Two kinds of code stay out: trampolines, on which nothing follows the call, so that
 * they need no frame; and the scheduler, into which unwinding ends.
 *
 * @module
 */

import { callersIn, callGraph, isTrampoline, reaching } from "./graph.ts";
import type { Context } from "./binaryen.ts";

/** Code that unwinding ends in, or never reaches. */
export const SCHEDULER = /^(~lib\/gopark\/assembly\/(sys(?!\/intrinsics\/callexport$)|memory|sched|profile|api\/host|api\/transform)\/|~lib\/rt\/|~start$|~visit)/;

export interface MayPark {
  /** Functions that begin to unwind. */
  readonly bottom: ReadonlySet<string>;
  /** Functions that may park in a call and go on behind it. */
  readonly frames: ReadonlySet<string>;
}

/** Names of the functions that call `target`. */
export function callersOf(c: Context, target: string): Set<string> {
  return new Set([...callGraph(c)].filter(([, { calls }]) => calls.has(target)).map(([name]) => name));
}

/** Names of the functions that trampolines call directly: those that may park would, inlined, lose their frame. */
export function calledByTrampolines(c: Context): Set<string> {
  const names = new Set<string>();
  for (const [name, { calls }] of callGraph(c)) {
    if (isTrampoline(name)) calls.forEach(callee => names.add(callee));
  }
  return names;
}

/** Computes the set, to a fixed point, from the bottom-most functions up. */
export function mayPark(c: Context, bottom: ReadonlySet<string>): MayPark {
  const apart = (name: string) => isTrampoline(name) || SCHEDULER.test(name) || bottom.has(name);
  const frames = reaching(bottom, callersIn(callGraph(c), c, apart));
  return { bottom, frames };
}

// SPDX-License-Identifier: MIT
/**
 * What is known of each call once the markers are read: its pc, and what it calls. Passes behind
 * resolve.ts that replace calls keep that true.
 *
 * @module
 */

import { rewrite, type Context, type Expr, type Func } from "./binaryen.ts";

/** What one call in a function is. */
export interface CallSite {
  /** 0: not traced. */
  readonly pc: number;
  /** Name of the function called; empty if through the table. */
  readonly target: string;
}

/** The calls of each function, in evaluation order, by the function's name. */
export type CallSites = Map<string, CallSite[]>;

/** What a call becomes: code that has the same call, of another target, or (null) no call any more. */
export interface Replaced {
  readonly made: Expr;
  readonly target: string | null;
}

/** Replaces direct calls of a function by what `replace` makes of them, if anything; they are visited in the order of their sites. */
export function rewriteCalls({ raw }: Context, f: Func, sites: CallSite[], replace: (call: Expr) => Replaced | null): void {
  let i = 0;
  const body = raw._BinaryenFunctionGetBody!(f);
  const made = rewrite(raw, body, (e, kind) => {
    if (kind != "Call" && kind != "CallIndirect") return e;
    const at = i++;
    const replaced = kind == "Call" ? replace(e) : null;
    if (!replaced) return e;
    if (replaced.target === null) sites.splice(--i, 1);
    else sites[at] = { ...sites[at]!, target: replaced.target };
    return replaced.made;
  });
  if (made != body) raw._BinaryenFunctionSetBody!(f, made);
}

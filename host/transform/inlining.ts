// SPDX-License-Identifier: MIT
/**
 * Tells through which calls a piece of a function was inlined, from the markers before it.
 *
 * While what it was written in is not the function we are in, that was inlined, and its caller is
 * the last marker before the piece that calls it. That is the exact chain, as no pass moves a
 * store to an exported global over a call or over what may trap.
 *
 * @module
 */

import { INDIRECT, type Marker } from "./mark.ts";

/** The markers of one optimised function, in evaluation order. */
export class Inlining {
  /** How many markers there are so far: a position in the function. */
  position = 0;
  /** The function's name before the optimiser split it. */
  readonly name: string;
  private readonly markers: readonly Marker[];
  private readonly byCallee = new Map<string, { readonly marker: number; readonly position: number }[]>();

  constructor(name: string, markers: readonly Marker[]) {
    this.name = name;
    this.markers = markers;
  }

  /** Takes in the next marker. */
  pass(marker: number): void {
    const { callee } = this.markers[marker]!;
    const passed = { marker, position: this.position++ };
    const list = this.byCallee.get(callee);
    if (list) list.push(passed);
    else this.byCallee.set(callee, [passed]);
  }

  /** The calls that led to a position, innermost first, beginning with the marker `leaf`. */
  chain(leaf: number, position: number): Marker[] {
    const calls: number[] = [];
    for (let n = leaf; n && !calls.includes(n); ) {
      calls.push(n);
      const { func } = this.markers[n]!;
      if (func == this.name) break;
      n = this.callerOf(func, position);
    }
    return calls.map(n => this.markers[n]!);
  }

  /** The calls that led to what `func` has at a position; none if it was not inlined. */
  callers(func: string, position: number): Marker[] {
    return func == this.name ? [] : this.chain(this.callerOf(func, position), position);
  }

  // A recursive function's own calls of itself are inside what was inlined, not where it was.
  private callerOf(func: string, position: number): number {
    const last = (callee: string, fits = (_: Marker) => true) =>
      this.byCallee.get(callee)?.findLast(p => p.position < position && fits(this.markers[p.marker]!))?.marker;
    return last(func, marker => marker.func != func) ?? last(func) ?? last(INDIRECT) ?? 0;
  }
}

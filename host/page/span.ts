// SPDX-License-Identifier: MIT
/** Chooses which time a plot shows. */

/** Seconds on each side of a sample that is alone. */
const AROUND = 30;

/** From the first of `times` to the last; around a single one, of which uPlot would show the day that begins with it. */
export function span(times: ArrayLike<number>, min: number | null, max: number | null): [number | null, number | null] {
  return times.length === 1 ? [times[0]! - AROUND, times[0]! + AROUND] : [min, max];
}

// SPDX-License-Identifier: MIT
/**
 * Compares what `gopark test` prints of specs that fail.
 *
 * @module
 */

/** Who only yields may be running when its time is over, or waiting for its turn: both are true. */
export function settled(report: string): string {
  return report.replace(/\[running\](?=:\n +fails\.spec\.init\.func7\()/, "[runnable]");
}

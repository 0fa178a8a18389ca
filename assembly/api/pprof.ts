// SPDX-License-Identifier: MIT
// Go's package runtime/pprof, as far as the program itself needs it: its host writes the profiles.

import { labelsof, mergelabels, setlabels } from "../profile/label";
import { getg } from "../sys/types";

export namespace pprof {
  /**
   * Calls fn with labels added to the goroutine's: key, value, key, value, …. Goroutines that fn starts inherit
   * them. Panics if a value is missing. May park.
   */
  export function withLabels(labels: string[], fn: () => void): void {
    const old = labelsof(getg());
    setlabels(mergelabels(old, labels));
    fn();
    setlabels(old);
  }

  /** Gives the running goroutine these labels and no others: key, value, …. Panics if a value is missing. May collect. */
  export function setGoroutineLabels(labels: string[]): void {
    setlabels(labels.length ? mergelabels(null, labels) : null);
  }
}

// SPDX-License-Identifier: MIT
/** What the tabs of the page have in common. */

/** A tab's content. */
export interface View {
  readonly element: HTMLElement;
  /** Milliseconds until it wants to be asked again; 0: it asks by itself. */
  readonly every: number;
  /** Asks the endpoint, and shows the answer. */
  refresh(): Promise<void>;
  /** Where the key / leads. */
  readonly search?: HTMLInputElement;
  /** Another theme is on. */
  redraw?(): void;
  destroy?(): void;
}

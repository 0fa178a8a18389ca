// SPDX-License-Identifier: MIT
/**
 * Shows on a terminal that something takes its time.
 *
 * @module
 */

const CLEAR_LINE = "\r\x1b[K";

/** Prints `text` as a line that `clear` removes again; nothing where nobody watches. */
export function startProgress(text: string): { clear: () => void } {
  let shown = process.stderr.isTTY === true;
  if (shown) process.stderr.write(`gopark: ${text}`);
  const clear = () => {
    if (shown) process.stderr.write(CLEAR_LINE);
    shown = false;
  };
  return { clear };
}

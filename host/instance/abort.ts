// SPDX-License-Identifier: MIT
/** Ends what a signal is given for. Loaded for those who give one. */

/** Calls `f` once the signal is aborted, at once if it is. Returns how to no longer. */
export function onAbort(signal: AbortSignal, f: () => void): () => void {
  if (signal.aborted) f();
  else signal.addEventListener("abort", f, { once: true });
  return () => signal.removeEventListener("abort", f);
}

/** Settles as `work` does, or rejects with the signal's reason if that is aborted before. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const release = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(release);
  });
}

// SPDX-License-Identifier: MIT
/** Waits while a profile is taken: between the two states of which it is the difference, or while samples or events are. */
import { ProfileError } from "../abi/errors.ts";
import { onAbort } from "./abort.ts";
import type { Platform } from "./platform.ts";

/** Timers of 2³¹ milliseconds and more fire at once. */
const LONGEST = 2147483;

/** Resolves after `seconds`; rejects with the signal's reason when it is aborted before. */
export function pass(platform: Platform, seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!(seconds > 0 && seconds <= LONGEST)) throw new ProfileError(`seconds: ${seconds} is not between 0 and ${LONGEST}`);
    signal?.throwIfAborted();
    const cancel = platform.timer(seconds * 1e3, () => {
      release?.();
      resolve();
    });
    const release = signal && onAbort(signal, () => (cancel(), reject(signal.reason)));
  });
}

/** Lets the seconds pass, then ends what was begun for them, also when they were aborted: only then it rejects. */
export async function passThen<T>(platform: Platform, seconds: number, signal: AbortSignal | undefined, end: () => T): Promise<Awaited<T>> {
  const passed = pass(platform, seconds, signal);
  await passed.catch(() => {});
  const value = await end();
  await passed;
  return value;
}

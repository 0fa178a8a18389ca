// SPDX-License-Identifier: MIT
/**
 * A worker that looks at a program of its page's: so many times, at whatever moment; answers with the counts of goroutines.
 *
 * @module
 */
import { attach } from "../../host/browser.ts";

/** What the page sends. */
interface Question {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly times: number;
}

self.onmessage = async ({ data: { memory, module, times } }: { data: Question }) => {
  const seen = attach({ memory, module });
  const counts: (number | string)[] = [];
  for (let i = 0; i < times; i++) counts.push(await seen.runtime.goroutineProfile().then((list) => list.length, String));
  self.postMessage(counts);
};

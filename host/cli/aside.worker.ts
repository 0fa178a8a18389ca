// SPDX-License-Identifier: MIT
/**
 * What aside.ts starts: it runs a program, prints what that prints, at once, and keeps the lines that nobody has read.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import type { ImportEntry } from "../abi/manifest.ts";
import { hostCalls } from "../adapter/files.ts";
import { Lines } from "../adapter/lines.ts";
import { serve } from "../instance/serve.ts";
import type { Told, Word } from "./aside.ts";
import { commandPlatform } from "./platform.ts";

const port = parentPort!;
const say = (word: Word) => port.postMessage(word);
const lines = new Lines((on) => say({ word: "input", on }));

/** Only the owner can end the process. */
function die(): never {
  say({ word: "broken pipe" });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error("nobody has ended the process");
}

/** A line must not be on its way to somebody who has given up meanwhile. What is not @blocking fails as it does without a worker: it returns a promise. */
function hostFunction({ module, name, blocking }: ImportEntry) {
  if (module !== "host" || !Object.hasOwn(hostCalls, name)) return undefined;
  if (name === "readLine") return (signal?: AbortSignal) => lines.read(signal);
  return blocking ? undefined : async () => {};
}

serve({ ...commandPlatform(die), overseen: true }, {
  postMessage: (message) => port.postMessage(message),
  addEventListener: (_, f) => void port.on("message", (data: Told | { readonly word?: undefined }) => {
    if (data.word) lines.take(data.line);
    else f({ data });
  }),
}, { prints: true, hostFunction });

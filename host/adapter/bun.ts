// SPDX-License-Identifier: MIT
/**
 * Adapts Bun: Node's modules, which it has built in, and web workers.
 *
 * @module
 */
import type { Platform } from "../instance/platform.ts";
import { node, workerFile } from "./node.ts";
import { portOf } from "./web.ts";

/** Bun as a platform. */
export const bun: Platform = {
  ...node,
  // Bun does not list what keeps it running.
  pendingElsewhere: () => true,
  stackOf: wasmStack,
  worker: () => portOf(new Worker(new URL(workerFile(import.meta.url)), { type: "module" })),
};

/** Bun writes "unknown" for each frame of wasm, unless somebody else does the writing. */
function wasmStack(error: Error): string | undefined {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (_, sites) => `${error}\n${sites.map((site) => `    at ${site}`).join("\n")}`;
  try {
    return error.stack; // which stays as it is written the first time
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}

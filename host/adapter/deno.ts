// SPDX-License-Identifier: MIT
/**
 * Adapts Deno: Node's modules, which it has built in, and web workers.
 *
 * @module
 */
import type { Platform } from "../instance/platform.ts";
import { node, workerFile } from "./node.ts";
import { portOf } from "./web.ts";

/** Deno as a platform. */
export const deno: Platform = {
  ...node,
  worker: () => portOf(new Worker(new URL(workerFile(import.meta.url)), { type: "module" })),
};

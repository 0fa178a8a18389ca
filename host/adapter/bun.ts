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
  worker() {
    const worker = new Worker(new URL(workerFile(import.meta.url)), { type: "module" }) as Worker & Record<"ref" | "unref", () => void>;
    return { ...portOf(worker), hold: (on) => (on ? worker.ref() : worker.unref()) };
  },
};

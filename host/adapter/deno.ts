// SPDX-License-Identifier: MIT
/**
 * Adapts Deno: Node's modules, which it has built in. Its workers are Node's, too: its web workers
 * cannot be told not to keep the process.
 *
 * @module
 */
export { node as deno } from "./node.ts";

// SPDX-License-Identifier: MIT
/**
 * Tells on what the command runs: Node's modules are there on Deno and Bun too, but not Node's engine.
 *
 * @module
 */
import { versions } from "node:process";

/** Bun's engine names no offsets in a module, and has no flags of V8's. */
export const onBun = "bun" in versions;
/** Node itself, whose V8 takes flags. */
export const onNode = !onBun && !("deno" in versions);

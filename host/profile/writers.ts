// SPDX-License-Identifier: MIT
/**
 * Gathers what makes and writes profiles, to be loaded when the first one is asked for: a page
 * that only runs a program does not pay for it.
 *
 * @module
 */
export { buildId } from "../abi/buildid.ts";
export { deltaProfile } from "./model.ts";
export { encodePprof } from "./pprof.ts";
export { profileOf, textOf } from "./taken.ts";
export { noText } from "./text.ts";

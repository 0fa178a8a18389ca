// SPDX-License-Identifier: MIT
/**
 * Bridges to the constants that the guest compiles: the only import across the halves.
 *
 * @module
 */
export * from "../../assembly/shared/gstatus.ts";
export * from "../../assembly/shared/layout.ts";
export * from "../../assembly/shared/status.ts";
export * from "../../assembly/shared/version.ts";

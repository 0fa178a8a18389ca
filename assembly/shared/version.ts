// SPDX-License-Identifier: MIT
// The version of what crosses the boundary; the host refuses a module of another one.

export const ABI_VERSION: i32 = 1;

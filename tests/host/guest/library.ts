// SPDX-License-Identifier: MIT
// Has no main.
export function add(a: i32, b: i32): i32 { return a + b; }

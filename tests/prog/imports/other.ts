// SPDX-License-Identifier: MIT
// The other file of imports.ts.
@blocking @external("test", "half") declare function half(x: f64): f64;

export function halfOf(x: f64): f64 {
  return half(x);
}
